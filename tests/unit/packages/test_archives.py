"""Archives that hold packages and that no cataloger reads are told, and none that holds none."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import image as images
from garboard.image.handle import OpenedTree, Tree
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.image import Image
from garboard.packages import archive_contents, archived_packages, archives
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.tarred import DamagedArchive, plain
from garboard.tarred import members as tar_members
from tests.unit.packages.test_declared import read
from tests.unit.packages.test_unread import deb, kinds, layer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HOLDS: Final = "hold packages or lists of them, and were not looked into"
NAMES = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=300), max_size=6)


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in members:
            archive.writestr(zipfile.ZipInfo(name), b"{}", zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(*members: str, form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = 600
            archive.addfile(info, io.BytesIO(bytes(600)))
    return out.getvalue()


def short(value: object) -> str | None:
    """A name for a test that is the same in each process: bytes may hold the time."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


FORMS: Final[dict[str, Callable[..., bytes]]] = {
    "zip": zipped,
    "vsix": zipped,
    "tar": tarred,
    "tgz": lambda *members: gzip.compress(tarred(*members)),
    "tar.gz": lambda *members: gzip.compress(tarred(*members)),
    "tar.xz": lambda *members: lzma.compress(tarred(*members)),
    "tar.bz2": lambda *members: bz2.compress(tarred(*members)),
    "tbz": lambda *members: bz2.compress(tarred(*members)),
    "TAR.GZ": lambda *members: gzip.compress(tarred(*members)),
    "ZIP": zipped,
    "xpi": zipped,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("package/package.json", True),
        ("node_modules/a/package.json", True),
        ("package.json", True),
        ("lib/a.jar", True),
        ("a-1-py3-none-any.whl", True),
        ("a-1/PKG-INFO", True),
        ("site-packages/a-1.dist-info/METADATA", True),
        ("example.org/a@v1.0.0/go.mod", True),
        ("a/vendor/composer/installed.json", True),
        ("a/poetry.lock", True),
        ("./var/lib/dpkg/status", True),
        ("rootfs/lib/apk/db/installed", True),
        ("var/lib/dpkg/status.d/a", True),
        ("var/db/pkg/a/b-1/CONTENTS", True),
        ("0123/layer.tar", True),
        ("oci-layout", True),
        ("a/b.tar.xz", True),
        ("a/b.TGZ", True),
        ("META-INF/maven/a/b/pom.properties", True),
        ("a/disk.qcow2", True),
        ("data/package.jsonl", False),
        ("docs/METADATA", False),
        ("a.csv", False),
    ],
)
def test_what_holds_packages_is_told(form: str, member: str, told: bool) -> None:
    path = f"opt/a.{form}"
    found = kinds(layer({path: FORMS[form]("README", member)}))
    assert found == ({archives.KIND: f"{HOLDS}: {path}"} if told else {})


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("usr/share/a/a.zip", deb("a", "usr/share/a/a.zip")),
        ("usr/lib/a/a.tar.gz", deb("a", "usr/lib/a/a.tar.gz")),
        ("app/node_modules/a/a.zip", {"app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}),
        ("go/pkg/mod/cache/download/a/@v/v1.zip", {}),
        ("root/.composer/cache/files/a/b/1.zip", {}),
        (
            "root/.gradle/a-1-bin.zip",
            {"root/.gradle/a-1/lib/site-packages/b-1.dist-info/METADATA": b"Name: b\nVersion: 1\n"},
        ),
        ("app/.yarn/cache/a-npm-1-0-1.zip", {}),
        ("root/.npm/_cacache/content-v2/sha512/ab/cd/0123", {}),
        ("root/.cache/pip/http-v2/a/b/c.body.zip", {}),
    ],
)
def test_what_else_answers_for_it(path: str, beside: dict[str, bytes]) -> None:
    data = FORMS["zip" if path.endswith("zip") else "tar.gz"]("a/package.json")
    assert archives.KIND not in kinds(layer({path: data, **beside}))


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("a.zip", zipped("a/package.json")[:-30], "cannot be read: what they hold is not known"),
        ("a.tar.bz2", b"BZh9" + b"x" * 99, "cannot be read: what they hold is not known"),
        ("a.7z", b"7z", "are of a form that is not read: what they hold is not known"),
    ],
    ids=short,
)
def test_what_cannot_be_read(path: str, data: bytes, reason: str) -> None:
    assert kinds(layer({path: data})) == {archives.KIND: f"{reason}: {path}"}


@pytest.mark.parametrize(
    ("path", "data"), [("a.zip", b""), ("a.zip", b"text"), ("a.tar.gz", b""), ("a.tar", b"text")], ids=short
)
def test_what_is_no_archive(path: str, data: bytes) -> None:
    assert kinds(layer({path: data})) == {}


def names(written: bytes) -> list[str]:
    """Those of the members, until something else follows."""
    found = []
    with contextlib.suppress(DamagedArchive):
        found.extend(member.name.rstrip("/") for member in tar_members(plain(memoryview(written)), 0))
    return found


@given(NAMES, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), st.integers(0))
def test_names_are_those_that_tar_reads(members: list[str], form: int, cut: int) -> None:
    written = tarred(*members, form=form)
    with tarfile.open(fileobj=io.BytesIO(written)) as archive:
        expected = [one.name for one in archive]
    assert names(written) == [name.rstrip("/") for name in expected]
    some = names(written[: cut % (len(written) + 1)])
    assert len(some) <= len(expected)


LATE: Final = 3 * 1024 * 1024
ELF: Final = b"\x7fELF\2\1\1" + bytes(9) + b"\3\0" + bytes(46)
OBJECT: Final = ELF[:16] + b"\1\0" + ELF[18:]


def with_data(*members: tuple[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped_with(*members: tuple[str, bytes], before: bytes = b"") -> bytes:
    out = io.BytesIO(before)
    out.seek(len(before))
    with zipfile.ZipFile(out, "a" if before else "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


PACKED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.xz": lambda data: lzma.compress(data, preset=0),
    "tar.bz2": bz2.compress,
}


@pytest.mark.parametrize("form", PACKED)
def test_the_last_of_many_members_counts(form: str) -> None:
    members = with_data(("a.bin", random.Random(0).randbytes(LATE)), ("node_modules/a/package.json", b"{}"))
    path = f"opt/a.{form}"
    assert kinds(layer({path: PACKED[form](members)})) == {archives.KIND: f"{HOLDS}: {path}"}


def test_a_compressed_tar_is_walked_as_far_as_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_contents, "_MOST", 1024 * 1024)
    data = gzip.compress(with_data(("a.bin", bytes(LATE)), ("package.json", b"{}")))
    [reason] = kinds(layer({"a.tar.gz": data})).values()
    assert "what follows was not looked into" in reason
    assert kinds(layer({"b.tar.gz": gzip.compress(with_data(("a.bin", bytes(1000))))})) == {}


@pytest.mark.parametrize(
    "data",
    [
        with_data(("tool", ELF)),
        with_data(("a/tool", b"MZ" + bytes(60)), form=tarfile.PAX_FORMAT),
        gzip.compress(with_data(("README", b"text"), ("tool", ELF))),
        with_data(("lib/a.so.1", b"")),
    ],
    ids=short,
)
def test_programs_in_a_tar(data: bytes) -> None:
    assert kinds(layer({"a.tar": data})) == {archives.KIND: "hold programs, and were not looked into: a.tar"}


@pytest.mark.parametrize("member", [("tool", ELF), ("tool.exe", b""), ("a/b.so", b"")], ids=short)
def test_programs_in_a_zip(member: tuple[str, bytes]) -> None:
    data = zipped_with(("README", b"text"), member)
    assert kinds(layer({"a.zip": data})) == {archives.KIND: "hold programs, and were not looked into: a.zip"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped_with(("node_modules/a/package.json", b"{}")), HOLDS),
        (zipped_with(("META-INF/MANIFEST.MF", b"")), HOLDS),
        (with_data(("package/package.json", b"{}")), HOLDS),
        (gzip.compress(with_data(("package/package.json", b"{}"))), HOLDS),
        (bz2.compress(with_data(("package/package.json", b"{}"))), HOLDS),
        (gzip.compress(ELF), "are compressed programs, and were not looked into"),
        (lzma.compress(with_data(("package/package.json", b"{}")), lzma.FORMAT_ALONE), HOLDS),
        (lzma.compress(ELF), "are compressed programs, and were not looked into"),
        (gzip.compress(b"070701" + bytes(600)), "are of a form that is not read: what they hold is not known"),
        (b"#!/bin/sh\nexec java -jar $0\n" + zipped_with(("META-INF/MANIFEST.MF", b"")), HOLDS),
        (zipped_with(("META-INF/MANIFEST.MF", b""), before=b"#!/bin/sh\n" + b"# text\n" * 2000), HOLDS),
        (
            b"#!/bin/sh\n" + b"# text\n" * 2000 + gzip.compress(bytes(50)) + bytes(9),
            "are scripts that unpack the data that follow them, which were not looked into",
        ),
    ],
    ids=short,
)
def test_what_has_no_name_of_an_archive(data: bytes, reason: str, tmp_path: Path) -> None:
    for path in ("opt/a/run", "usr/local/bin/a"):
        assert kinds(layer({path: data})) == {archives.KIND: f"{reason}: {path}"}
    assert archives.KIND not in kinds(layer({"usr/bin/a": data, **deb("a", "usr/bin/a")}))
    told = {} if data.startswith(b"#!") else {archives.KIND: f"{reason}: opt/a"}
    assert kinds(layer({"opt/a": data}, mode=0o644)) == told, "a script that cannot be executed is not looked at"
    (tmp_path / "run").write_bytes(data)
    (tmp_path / "run").chmod(0o755)
    opened = OpenedTree(image=Image(name="x", source="dir"), tree=Tree(root=tmp_path))
    found = assemble(images.read(opened, CATALOGERS, NoCache(), Options())).gaps
    assert {gap.subject: gap.reason for gap in found} == {archives.KIND: f"{reason}: run"}


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"text"),
        gzip.compress(OBJECT),
        b"\x1f\x8b" + bytes(80),
        zipped_with(("word/document.xml", b"")),
        b"#!/bin/sh\n" + b"# text\n" * 2000,
        with_data(("data.csv", b"1")),
    ],
    ids=short,
)
def test_what_holds_nothing_is_not_told(data: bytes) -> None:
    assert kinds(layer({"opt/a/run": data})) == {}


def test_a_large_file_needs_no_mode() -> None:
    data = with_data(("a.bin", bytes(1024 * 1024)), ("package/package.json", b"{}"))
    assert kinds(layer({"opt/bundle": data}, mode=0o644)) == {archives.KIND: f"{HOLDS}: opt/bundle"}


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("a.squashfs", b"hsqs", True),
        ("a.rar", b"Rar!\x1a\7", True),
        ("a.tar.Z", b"\x1f\x9d", True),
        ("a.tar.lz4", b"\4", True),
        ("a.ISO", b"\0", True),
        ("a.iso", b"", False),
        ("a.img", b"hsqs", True),
        ("a.img", bytes(1080) + b"\x53\xef", True),
        ("a.img", b"GIF", False),
        ("srv/initramfs-6.1.img", gzip.compress(b"070701" + bytes(600)), True),
        ("srv/a.img", zstd.compress(b"070701" + bytes(600)), True),
        ("srv/a.img", gzip.compress(b"text" + bytes(600)), False),
        ("boot/initramfs-virt", b"\x5d\0\0", True),
        ("boot/initrd.img-6.1.0-18-amd64", zstd.compress(b"070701" + bytes(600)), True),
        ("boot/initrd.img-6.1.0-18-amd64", b"070701" + bytes(600), True),
        ("boot/initrd.img", b"", False),
    ],
    ids=short,
)
def test_forms_that_are_not_read(path: str, data: bytes, told: bool) -> None:
    found = kinds(layer({path: data}))
    assert found == (
        {archives.KIND: f"are of a form that is not read: what they hold is not known: {path}"} if told else {}
    )


LONG = ELF + random.Random(1).randbytes(20_000)


@pytest.mark.parametrize("mode", [0o644, 0o755])
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("opt/a.gz", gzip.compress(LONG)),
        ("opt/a.xz", lzma.compress(LONG)),
        ("opt/a.bz2", bz2.compress(LONG)),
        ("opt/a.zst", zstd.compress(LONG)),
        *(("opt/a.lzma", lzma.compress(LONG, format=lzma.FORMAT_ALONE, preset=preset)) for preset in (0, 6, 9)),
        ("opt/1.2-a", zstd.compress(LONG)),
    ],
    ids=short,
)
def test_a_compressed_program_of_any_size(path: str, data: bytes, mode: int, tmp_path: Path) -> None:
    told = {archives.KIND: f"are compressed programs, and were not looked into: {path}"}
    assert kinds(layer({path: data}, mode=mode)) == told
    assert kinds(layer({path: data, **deb("a", path)}, mode=mode)) == {}
    (tmp_path / "a.xz").write_bytes(data)
    opened = OpenedTree(image=Image(name="x", source="dir"), tree=Tree(root=tmp_path))
    found = assemble(images.read(opened, CATALOGERS, NoCache(), Options())).gaps
    assert [gap.subject for gap in found] == [archives.KIND]


def test_an_archive_of_erlang() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("foo-1.0/ebin/foo.app", '{application, foo, [{vsn, "1.0"}]}.')
    assert list(kinds(layer({"opt/p/foo-1.0.ez": out.getvalue()}, mode=0o644))) == [archives.KIND]


@pytest.mark.parametrize("path", ["usr/share/doc/a/a.gz", "usr/share/man/man1/a.1.gz", "opt/a.json.gz", "opt/a.js.gz"])
def test_documents_and_data_are_not_decompressed(path: str, tmp_path: Path) -> None:
    data = gzip.compress(LONG)
    assert kinds(layer({path: data}, mode=0o644)) == {}
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(data)
    opened = OpenedTree(image=Image(name="x", source="dir"), tree=Tree(root=tmp_path))
    assert not [
        gap for gap in assemble(images.read(opened, CATALOGERS, NoCache(), Options())).gaps if path in gap.reason
    ]


@pytest.mark.parametrize(
    "path",
    [
        "srv/image/oci-layout",
        "var/lib/registry/docker/registry/v2/repositories/a/_manifests/revisions/sha256/0/link",
        "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db",
    ],
)
def test_folders_of_images(path: str) -> None:
    assert kinds(layer({path: b"{}"})) == {archives.IMAGES: f"found, and not read: {path}"}


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b" * 90 + "/" + "b" * 90, "c/d"]), st.integers(0, 2000)), max_size=8),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT]),
    st.sampled_from([bytes, gzip.compress]),
)
def test_a_package_is_seen_wherever_it_lies_in_a_tar(
    before: list[tuple[str, int]], form: int, pack: Callable[[bytes], bytes]
) -> None:
    others = tuple((name, bytes(size)) for name, size in before)
    some = with_data(*others, ("x/package.json", b"{}"), *others, form=form)
    assert archive_contents.in_tar(memoryview(pack(some))) == HOLDS
    assert archive_contents.in_tar(memoryview(pack(with_data(*others, form=form)))) == ""


METADATA: Final = ("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n")
POM: Final = ("META-INF/maven/g/a/pom.properties", b"groupId=g\nartifactId=a\nversion=1\n")
PACKAGE: Final = ("node_modules/a/package.json", b"{}")


@pytest.mark.parametrize(
    ("path", "own"),
    [("opt/a-1-py3-none-any.whl", METADATA), ("opt/a.egg", METADATA), ("opt/a.jar", POM), ("opt/a.war", POM)],
)
@pytest.mark.parametrize(
    ("member", "told"),
    [
        (("x/node_modules/b/package.json", b"{}"), True),
        (("x/lib/ruby/gems/specifications/b-1.gemspec", b"#"), True),
        (("vendor/composer/installed.json", b"[]"), True),
        (("b.gem", b"x"), True),
        (("b.nupkg", b"x"), True),
        (("b.deps.json", b"{}"), True),
        (("b.zip", zipped_with(PACKAGE)), True),
        (("b.tar.gz", gzip.compress(with_data(PACKAGE))), True),
        (("b.zip", zipped_with(("data.csv", b"1"))), False),
        (("b.tar.gz", gzip.compress(with_data(("data.csv", b"1")))), False),
        (("x/package.json", b"{}"), False),
        (("data.json", b"{}"), False),
    ],
    ids=short,
)
def test_archives_of_packages_that_hold_others(
    path: str, own: tuple[str, bytes], member: tuple[str, bytes], told: bool
) -> None:
    expected = {archived_packages.INSIDE: f"hold packages of other kinds, which were not read: {path} ({member[0]})"}
    for before in (b"", b"#!/bin/sh\nexec java -jar $0\n"):
        found = kinds(layer({path: zipped_with(own, member, before=before)}))
        assert found == (expected if told else {})


def test_each_kind_in_the_others() -> None:
    wheel = zipped_with(METADATA, ("a/jars/b-1.jar", zipped_with(POM)))
    assert archived_packages.INSIDE in kinds(layer({"opt/a.whl": wheel}))
    jar = zipped_with(POM, ("python/b.whl", zipped_with(METADATA)), ("lib/c.jar", zipped_with(POM)))
    assert kinds(layer({"opt/a.jar": jar}))[archived_packages.INSIDE].endswith("opt/a.jar (python/b.whl)")
    assert archived_packages.INSIDE not in kinds(layer({"usr/lib/a.jar": jar, **deb("a", "usr/lib/a.jar")}))


def test_a_small_archive_without_a_name_of_one() -> None:
    told = ("opt/a", "opt/a.bin", "opt/.cache/0123", "srv/b.dat")
    for path in told:
        for data in (gzip.compress(with_data(PACKAGE)), zipped_with(PACKAGE), with_data(PACKAGE)):
            assert kinds(layer({path: data}, mode=0o644)) == {archives.KIND: f"{HOLDS}: {path}"}
    assert kinds(layer({"opt/a.odt": zipped_with(PACKAGE)}, mode=0o644)) == {}
    assert kinds(layer({"opt/a": zipped_with(("data.csv", b"1"))}, mode=0o644)) == {}
    assert archives.KIND not in kinds(
        layer({"usr/lib/a/b": zipped_with(PACKAGE), **deb("a", "usr/lib/a/b")}, mode=0o644)
    )


@pytest.mark.parametrize("stored", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_packages_in_archives_within_an_archive_of_the_same_kind(stored: int) -> None:
    inner = zipped_with(
        POM, ("ui.tar.gz", gzip.compress(with_data(PACKAGE))), PACKAGE, ("x.zip", zipped_with(("a", b"")))
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", stored) as archive:
        archive.writestr("BOOT-INF/lib/b.jar", inner)
        archive.writestr("BOOT-INF/lib/c.jar", b"PK damaged")
        archive.writestr("BOOT-INF/lib/d.jar", zipped_with(("b.jar", zipped_with(("c.jar", inner)))))
    reason = kinds(layer({"app/a.jar": out.getvalue()}))[archived_packages.INSIDE]
    inside = "BOOT-INF/lib/b.jar!/"
    assert reason.endswith(
        f"app/a.jar ({inside}ui.tar.gz, {inside}{PACKAGE[0]}, BOOT-INF/lib/d.jar!/b.jar!/c.jar!/ui.tar.gz)"
    )


def test_archives_of_the_same_kind_are_searched_within_bounds_and_others_told(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = zipped_with(POM, PACKAGE)
    path = "app/a.jar"
    data = zipped_with(POM, ("b.jar", inner))
    assert archived_packages.INSIDE in kinds(layer({path: data}))
    monkeypatch.setattr(archived_packages, "_ALL_OWN", len(inner) - 1)
    beyond = "are too large or too deep in others to be searched for packages of other kinds: app/a.jar ("
    assert kinds(layer({path: data}))[archived_packages.INSIDE] == f"{beyond}b.jar)"
    monkeypatch.undo()
    for _ in range(20):
        inner = zipped_with(("b.jar", inner))
    assert kinds(layer({path: inner}))[archived_packages.INSIDE] == f"{beyond}b.jar!/b.jar!/b.jar!/b.jar)"


@pytest.mark.parametrize("mode", [0o644, 0o755])
@pytest.mark.parametrize("name", ["run", "tools/run", "run.bin", "Mixed.Jar", "tools/Mixed.Jar", "Mixed.War"])
def test_a_tree_with_an_archive_of_no_name_beside_a_lock_file(tmp_path: Path, name: str, mode: int) -> None:
    script = b"" if name.endswith("ar") else b"#!/bin/sh\nexec java -jar $0\n"
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(script + zipped_with(PACKAGE))
    place.chmod(mode)
    gaps = read(tmp_path, {"Gemfile.lock": "GEM\n  specs:\n    rack (2.0)\n\nDEPENDENCIES\n  rack\n"}).gaps
    assert [(one.subject, one.reason) for one in gaps] == [(archives.KIND, f"{HOLDS}: {name}")]
