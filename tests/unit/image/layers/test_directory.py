"""Unpacked file systems: what is no file is never opened, and is a gap where one is wanted."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from garboard.image.layers import directory
from garboard.image.layers.globs import Matcher
from garboard.model.gap import Gap
from garboard.model.image import File, Glance
from garboard.model.limits import Limits
from garboard.model.package import Fact
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS


def _facts(root: Path) -> dict[str, tuple[object, ...]]:
    readers = {one.NAME: one for one in CATALOGERS}
    record = directory.read(root, Matcher(CATALOGERS), readers, Limits())
    assert record.gaps == ()
    return {reading.path.decode(): reading.facts for reading in record.readings}


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _device(path: Path) -> None:
    os.mknod(path, 0o20755, os.makedev(5, 0))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [os.mkfifo, _socket, _device])
def test_what_is_no_file(make: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if make is _device and os.geteuid():
        pytest.skip("only root makes devices")
    for folder in ("var/lib/dpkg", "app", "usr/bin"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    for name in ("var/lib/dpkg/status", "app/yarn.lock", "usr/bin/x", "app/notes"):
        make(Path(name))  # type: ignore[operator]
        Path(name).chmod(0o755)
    opened: list[object] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest, **more: opened.append(path) or real(path, *rest, **more))
    found = _facts(tmp_path)
    assert opened == []
    assert sorted(found) == ["app/yarn.lock", "var/lib/dpkg/status"]
    for path, facts in found.items():
        assert [(fact.subject, fact.unread) for fact in facts if isinstance(fact, Gap)] == [(path, True)]


def test_a_link_of_a_lock_file_that_leads_out_of_the_tree_is_told(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "a").mkdir(parents=True)
    for place in (tmp_path, tree / "a"):
        (place / "yarn.lock").write_text("# yarn lockfile v1\n")
    links = {
        "out/yarn.lock": "../../yarn.lock",
        "nowhere/poetry.lock": "x",
        "absolute/uv.lock": str(tree / "a/yarn.lock"),
        "loop/uv.lock": "uv.lock",
        "within/yarn.lock": "../a/yarn.lock",
        "edited/.#requirements.txt": "me@host.1:2",
        "other/notes": "x",
    }
    for name, target in links.items():
        (tree / name).parent.mkdir()
        (tree / name).symlink_to(target)
    readers = (*CATALOGERS, *DECLARATIONS)
    record = directory.read(tree, Matcher(readers), {one.NAME: one for one in readers}, Limits())
    told = sorted(one.subject for one in record.gaps if "leads out of the tree" in one.reason)
    assert told == ["/absolute/uv.lock", "/loop/uv.lock", "/nowhere/poetry.lock", "/out/yarn.lock"]


def test_a_link_of_an_installed_package_that_leads_out_of_the_tree_is_told(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "packages/a").mkdir(parents=True)
    (tree / "usr").mkdir()
    for place in (tmp_path / "outside.jar", tree / "usr/b.jar", tree / "packages/a/package.json"):
        place.write_text("{}")
    links = {
        "lib/a.jar": "../../outside.jar",
        "lib/b.jar": "/usr/b.jar",
        "node_modules/a": "../packages/a",
        "node_modules/b": "/nowhere/.pnpm/b",
        "node_modules/@s/c": "../../../outside",
        "node_modules/.bin/b": "../b/b.js",
        "py/x-1.dist-info/METADATA": "nowhere",
        "venv/site-packages": "/nowhere/site-packages",
    }
    for name, target in links.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).symlink_to(target)
    readers = (*CATALOGERS, *DECLARATIONS)
    record = directory.read(tree, Matcher(readers), {one.NAME: one for one in readers}, Limits())
    told = sorted(one.subject for one in record.gaps if "leads out of the tree" in one.reason)
    assert told == [
        "/lib/a.jar",
        "/node_modules/@s/c",
        "/node_modules/b",
        "/py/x-1.dist-info/METADATA",
        "/venv/site-packages",
    ]


def test_files_are_looked_into_where_nothing_beside_or_above_keeps_from_it(tmp_path: Path) -> None:
    for name in ("a/x.py", "p/x.py", "p/q/x.py", "n/x.ts", "n/m/x.ts", "x.ts", "y.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("sign" if name != "y.ts" else "text")
    (tmp_path / "p/__init__.py").write_text("sign")
    (tmp_path / "n/package.json").write_text("{}")
    seen: list[str] = []

    class Scripts:
        NAME, VERSION, GLOBS = "scripts", 1, ()
        GLANCES = (
            Glance(end=b".py", signs=(b"sign",), beside=(b"__init__.py",)),
            Glance(end=b".ts", signs=(b"sign",), head=4, above=(b"package.json",)),
        )

        def catalog(self, file: File, /) -> Iterator[Fact]:
            seen.append(f"{file.path} {file.data.decode()}")
            return iter(())

    directory.read(tmp_path, Matcher((Scripts(),)), {"scripts": Scripts()}, Limits())
    assert sorted(seen) == ["a/x.py sign", "p/q/x.py sign", "x.ts sign"]
