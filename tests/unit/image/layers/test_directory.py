"""Unpacked file systems: what is no file is never opened, and is a gap where one is wanted."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from garboard.image.layers import directory
from garboard.image.layers.globs import Matcher
from garboard.model.gap import Gap
from garboard.model.limits import Limits
from garboard.packages.catalogers import CATALOGERS


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
