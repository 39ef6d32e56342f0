"""What no cataloger reads is a gap, wherever it lies, unless what was read answers for it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

import pytest

from garboard import image as images
from garboard.ecosystems import ECOSYSTEMS
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.packages import unread
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.image.layers.builders import Given

ELF = b"\x7fELF" + bytes(60)
GO = ELF + b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0abc"
PROGRAMS = "programs that no package manager installed"
STATUS = "Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\nMaintainer: {maintainer}\n\n"
DEBIAN = "A Team <a@lists.debian.org>"
VENDOR = "Vendor <info@vendor.example>"


def layer(files: Mapping[str, bytes], mode: int = 0o755) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gaps(*layers: bytes) -> list[Gap]:
    return list(assemble(images.read(Given(*layers), CATALOGERS, NoCache(), Options())).gaps)


def kinds(*layers: bytes) -> dict[str, str]:
    return {gap.subject: gap.reason for gap in gaps(*layers) if gap.subject != "distribution"}


def deb(name: str, *paths: str, version: str = "1-1", maintainer: str = DEBIAN) -> dict[str, bytes]:
    stanza = STATUS.format(name=name, version=version, maintainer=maintainer)
    return {
        "var/lib/dpkg/status": stanza.encode(),
        f"var/lib/dpkg/info/{name}.list": "".join(f"/{path}\n" for path in paths).encode(),
    }


EVERY = tuple((kind, glob) for kind, globs in unread.LISTS.items() for glob in globs)


@pytest.mark.parametrize(("kind", "glob"), EVERY, ids=[glob for _, glob in EVERY])
def test_every_kind_is_told(kind: str, glob: str) -> None:
    path = glob.replace("**/", "opt/x/").replace("*", "a")
    assert kinds(layer({path: b""})) == {kind: f"are there and are not read: {path}"}
    folder, _, name = path.rpartition("/")
    assert kinds(layer({path: b""}), layer({f"{folder}/.wh.{name}": b""})) == {}


def test_no_cataloger_reads_what_is_called_unread() -> None:
    read = {glob for one in ECOSYSTEMS for glob in one.globs}
    assert read & set(unread.GLOBS) == set()


LOCKS = tuple(lock for one in ECOSYSTEMS for lock in one.locks)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_without_an_installation(name: str) -> None:
    assert list(kinds(layer({f"app/{name}": b""}))) == ["dependency lists without an installation"]


@pytest.mark.parametrize(
    ("lock", "installed", "told"),
    [
        ("app/package-lock.json", "app/node_modules/a/package.json", False),
        ("app/package-lock.json", "usr/lib/node_modules/a/package.json", True),
        ("app/node_modules/a/yarn.lock", "app/node_modules/a/package.json", False),
        ("app/requirements.txt", "usr/lib/python3/site-packages/a-1.dist-info/METADATA", False),
        ("app/requirements.txt", "usr/lib/python3/site-packages/pip-1.dist-info/METADATA", True),
    ],
)
def test_a_lock_file_beside_an_installation(lock: str, installed: str, told: bool) -> None:
    name = "pip" if "pip-1" in installed else "a"
    text = f'{{"name": "{name}", "version": "1.0.0"}}' if installed.endswith(".json") else f"Name: {name}\nVersion: 1\n"
    assert bool(kinds(layer({lock: b"", installed: text.encode()}))) is told


@pytest.mark.parametrize(
    ("path", "mode", "data", "kind"),
    [
        ("usr/local/bin/app", 0o755, ELF, PROGRAMS),
        ("app", 0o755, ELF, PROGRAMS),
        ("usr/local/bin/app", 0o644, ELF, PROGRAMS),
        ("srv/app", 0o644, ELF, ""),
        ("usr/local/bin/app", 0o755, GO, "Go programs"),
        ("usr/local/bin/app", 0o755, ELF + b"\xff Go buildinf:", "Go programs"),
        ("usr/local/bin/app", 0o755, b"#!/bin/sh\n" * 20, ""),
        ("usr/lib/libc.so.6", 0o755, ELF, ""),
        ("usr/lib/git-core/git", 0o755, ELF, ""),
        ("usr/lib/jvm/java-17/bin/java", 0o755, ELF, PROGRAMS),
        ("usr/lib/python3/site-packages/torch/bin/protoc", 0o755, ELF, ""),
        ("app/node_modules/esbuild/bin/esbuild", 0o755, GO, "Go programs"),
    ],
)
def test_programs_that_nobody_owns(path: str, mode: int, data: bytes, kind: str) -> None:
    assert list(kinds(layer({path: data}, mode))) == [kind] * bool(kind)


@pytest.mark.parametrize("script", [b"#!/bin/sh\ngit gc\n", b"#!/bin/sh\n" + b"# why\n" * 40 + b"git gc\n"])
def test_what_a_script_calls_is_known_however_short_it_is(script: bytes) -> None:
    found = assemble(images.read(Given(layer({"start.sh": script})), CATALOGERS, NoCache(), Options()))
    assert "git" in found.tools


def test_a_program_that_is_replaced() -> None:
    assert kinds(layer({"app": ELF}), layer({"app": b"#!/bin/sh\n"})) == {}
    assert list(kinds(layer({"app": b"#!/bin/sh\n"}), layer({"app": ELF}))) == [PROGRAMS]
    assert kinds(layer({"x/app": ELF}), layer({".wh.x": b""})) == {}


@pytest.mark.parametrize(
    ("path", "data"), [("usr/bin/app", ELF), ("usr/share/java/a.jar", b"PK"), ("usr/share/x/composer.lock", b"{}")]
)
@pytest.mark.parametrize(("publisher", "told"), [({}, False), ({"version": "1", "maintainer": VENDOR}, True)])
def test_the_distribution_answers_for_its_own_files(
    path: str, data: bytes, publisher: dict[str, str], told: bool
) -> None:
    files = {path: data, **deb("a", path, **publisher)}
    # A stranger's program is told of with its package (see `garboard.matching.match`).
    assert bool(kinds(layer(files))) is (told and data != ELF)
    assert bool(kinds(layer({path: data, **deb("a", "usr/share/doc/a")}))) is True


def test_of_many_some_are_named() -> None:
    [reason] = kinds(layer({f"app/{digit}.jar": b"" for digit in "54321"})).values()
    assert reason == "are there and are not read: app/1.jar, app/2.jar, app/3.jar and 2 more"
