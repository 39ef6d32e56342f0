"""What a RUN asks apt to remove."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.dockerfile.variables import Scope
from garboard.shellcommands.removals import removals


def removed(run: str) -> list[str]:
    found = parse(f"FROM a\n{run}\n".encode()).stages[0].instructions[-1]
    return [name for one in removals(found, Scope(is_open=True)) for name in one.names]


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("RUN apt-get purge -y -qq imagemagick && apt-get autoremove -y -qq --purge", ["imagemagick"]),
        ("RUN apt-get -y remove wget:amd64 curl", ["wget", "curl"]),
        ("RUN DEBIAN_FRONTEND=noninteractive apt purge -y -o Dpkg::Use-Pty=0 wget", ["wget"]),
        ('RUN ["apt-get", "purge", "-y", "wget"]', ["wget"]),
        ("RUN set -eux; apt-get purge -y wget; rm -rf /x", ["wget"]),
        ("RUN <<EOF\nset -e\napt-get purge -y wget\nEOF", ["wget"]),
        ("RUN apt-get purge -y wget; true", []),
        ("RUN apt-get purge -y wget || true", []),
        ("RUN apt-get update && apt-get purge -y wget", []),
        ("RUN if [ -x /usr/bin/wget ]\nRUN true", []),
        ("RUN apt-get purge -y 'lib*' $NAME other", ["other"]),
        ("RUN dpkg --purge wget", []),
        ("RUN apk del wget", []),
        ("RUN apt-get autoremove -y wget", []),
        ("RUN apt-get install -y wget", []),
        ("COPY purge /apt-get", []),
    ],
)
def test_removals(run: str, names: list[str]) -> None:
    assert removed(run) == names
