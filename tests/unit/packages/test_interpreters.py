"""What is there and not read still tells which program runs it."""

from __future__ import annotations

import pytest

from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.package import Owns, Package, Unread
from garboard.packages.assemble import assemble


def tools(path: str, *facts: Owns | Package) -> frozenset[str]:
    return assemble(
        Files(
            histories=(
                FileHistory(reader="unread", path=path, versions=(FileVersion(layer=1, facts=(Unread(kind="x"),)),)),
                FileHistory(reader="dpkg", path="status", versions=(FileVersion(layer=0, facts=facts),)),
            )
        )
    ).tools


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("app.jar", {"java"}),
        ("srv/APP.WAR", {"java"}),
        ("app/com/Main.class", {"java"}),
        ("app/composer.lock", {"php"}),
        ("usr/local/bin/composer.phar", {"php"}),
        ("app/Gemfile.lock", set()),
        ("app/x.dll", set()),
    ],
)
def test_an_application_that_is_not_read_needs_what_runs_it(path: str, runs: set[str]) -> None:
    assert tools(path) == runs


def test_what_the_distribution_brought_is_no_application() -> None:
    path = "usr/share/java/a.jar"
    owner = Package(type="deb", name="liba-java", version="1", scheme="deb")
    assert not tools(path, owner, Owns(type="deb", package="liba-java", paths=(path,)))
