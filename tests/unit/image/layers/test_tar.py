"""The tar walk beside the standard library's, and on archives that lie."""

from __future__ import annotations

import io
import mmap
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.image.handle import Region
from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import NameLog, unpack
from garboard.image.layers.tar import FILE, MappedWindow, Member, StreamWindow, Walker, clean, number
from garboard.model.errors import ImageError
from garboard.model.limits import DEFAULT, MIB, Limits
from tests.examples import examples
from tests.unit.image.layers.builders import Entry, folder, hard, link, tar


class All:
    NAME = "all"
    VERSION = 1
    GLOBS = ("**/w", "**/*.w")

    def catalog(self, file, /):
        return iter(())


def walk(data: bytes, limits: Limits = DEFAULT, chunk: int = 700) -> tuple[list[Member], list[bytes]]:
    chunks = (data[at : at + chunk] for at in range(0, len(data), chunk))
    log = NameLog()
    members = list(Walker(StreamWindow(chunks), Matcher([All()]), log, limits).walk())
    return members, [field for block in unpack(log.blocks()) for field in block]


def walk_mapped(path: Path) -> list[Member]:
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return list(Walker(MappedWindow(Region(mapped, 0, len(mapped))), Matcher([All()]), NameLog(), DEFAULT).walk())


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_formats_and_kinds(form):
    entries = [
        folder("a"),
        ("a/w", b"x" * 1000),
        link("a/l.w", "w"),
        hard("a/h.w", "a/w"),
        ("a/" + "n" * 90 + "/w", b"2"),
    ]
    members, names = walk(tar(entries, form))
    assert [(m.path, m.data, m.target) for m in members] == [
        (b"a/w", b"x" * 1000, b""),
        (b"a/l.w", None, b"w"),
        (b"a/h.w", None, b"a/w"),
        (b"a/" + b"n" * 90 + b"/w", b"2", b""),
    ]
    assert names[:3] == [b"da", b"fa/w", b"la/l.w"]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_long_links(form):
    long = "/".join(["folder" * 10] * 12)
    members, _ = walk(tar([(f"{long}/w", b"x"), link("l.w", long), ("ünï/w", b"y")], form))
    assert [(m.path.decode(), m.target.decode()) for m in members] == [(f"{long}/w", ""), ("l.w", long), ("ünï/w", "")]


names = st.text(st.sampled_from("abw./é-"), min_size=1, max_size=120).filter(lambda name: clean(name.encode())[0])
contents = st.binary(max_size=1200)


@examples(300)
@given(
    st.lists(st.tuples(names, contents), max_size=8),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.integers(1, 3000),
)
def test_agrees_with_the_standard_library(entries, form, chunk):
    data = tar(entries, form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [
            (clean(info.name.encode())[0], archive.extractfile(info).read())
            for info in archive
            if clean(info.name.encode())[0].rpartition(b"/")[2] == b"w" or clean(info.name.encode())[0].endswith(b".w")
        ]
    found, _ = walk(data, chunk=chunk)
    assert [(m.path, m.data) for m in found if m.kind == FILE] == expected


def test_a_mapped_file_and_a_stream_are_read_alike(tmp_path):
    data = tar([(f"d/{n}.w", bytes([n % 256]) * (n * 37)) for n in range(300)])
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    assert walk_mapped(path) == walk(data)[0]


def gnu_tar(tmp_path: Path, *options: str) -> bytes:
    big = tmp_path / "w"
    with big.open("wb") as file:
        file.write(b"start")
        file.seek(3 * MIB)
        file.write(b"middle")
        file.truncate(5 * MIB)
    (tmp_path / "after.w").write_bytes(b"next")
    made = subprocess.run(
        ["tar", "-S", *options, "-cf", "-", "w", "after.w"], cwd=tmp_path, check=True, capture_output=True
    )
    return made.stdout


@pytest.mark.parametrize(
    "options",
    [["--format=posix", f"--sparse-version={version}"] for version in ("0.0", "0.1", "1.0")],
    ids="-".join,
)
def test_sparse_files_of_gnu_tar(tmp_path, options):
    data = gnu_tar(tmp_path, *options)
    assert len(data) < MIB, "tar did not write a sparse file here"
    expected = (tmp_path / "w").read_bytes()
    members, _ = walk(data, chunk=4096)
    assert [(m.path, m.data == want) for m, want in zip(members, (expected, b"next"), strict=True)] == [
        (b"w", True), (b"after.w", True),
    ]  # fmt: skip


def test_sparse_files_of_the_old_gnu_format_are_refused(tmp_path):
    with pytest.raises(ImageError, match="w is of type 'S', which engines refuse"):
        walk(gnu_tar(tmp_path, "--format=gnu"))


def test_sparse_files_that_nobody_wants_are_passed(tmp_path):
    made = gnu_tar(tmp_path, "--format=posix", "--transform=s/^w$/unwanted/")
    assert [m.path for m in walk(made)[0]] == [b"after.w"]


def test_a_sparse_file_beyond_the_limit_is_not_expanded(tmp_path):
    limits = Limits(file_bytes=MIB)
    members, _ = walk(gnu_tar(tmp_path, "--format=posix"), limits)
    assert [(m.path, m.data) for m in members] == [(b"w", None), (b"after.w", b"next")]


def test_an_archive_without_its_end_marker_is_read():
    data = tar([("w", b"x" * 512)])
    assert [m.path for m in walk(data[:1024])[0]] == [b"w"]


@pytest.mark.parametrize("cut", [100, 512 + 1, 512 + 400, 1023, 1024 + 17])
def test_a_truncated_archive_is_an_error(cut):
    data = tar([("a", b"x" * 600), ("w", b"y")])
    with pytest.raises(ImageError, match="ends in the middle"):
        walk(data[:cut])


def test_bytes_after_the_end_are_no_members():
    data = tar([("w", b"x")])
    assert len(walk(data + tar([("b/w", b"hidden")]))[0]) == 1


def patched(data: bytes, at: int, new: bytes, *, fix: bool) -> bytes:
    out = bytearray(data)
    out[at : at + len(new)] = new
    if fix:
        out[148:156] = b"        "
        out[148:156] = b"%06o\0 " % sum(out[:512])
    return bytes(out)


def test_a_wrong_checksum_is_an_error():
    with pytest.raises(ImageError, match="checksum"):
        walk(patched(tar([("w", b"x")]), 0, b"v", fix=False))


@pytest.mark.parametrize(
    "size", [b"77777777777\0", b"\x80" + b"\0" * 3 + b"\x7f" * 8, b"\xff" * 12, b"not a size!\0", b"-0000000001\0"]
)
def test_a_lying_size_is_an_error(size):
    with pytest.raises(ImageError):
        walk(patched(tar([("a", b"x")]), 124, size, fix=True))


def test_a_size_in_base_256_is_read():
    data = patched(tar([("w", b"xyz")]), 124, b"\x80" + (3).to_bytes(11), fix=True)
    assert walk(data)[0][0].data == b"xyz"
    assert number(b"\x80" + (1 << 40).to_bytes(11)) == 1 << 40


def test_a_huge_extension_header_is_an_error_that_names_the_limit():
    info = tarfile.TarInfo("x")
    info.type, info.size = b"x", 2 * MIB
    with pytest.raises(ImageError, match=str(DEFAULT.special_bytes)):
        walk(info.tobuf(tarfile.USTAR_FORMAT) + bytes(2 * MIB))


@pytest.mark.parametrize(
    "record",
    [b"5 x\n9 path=\n", b"99 path=w\n", b"path=w\n", b"0 path=w\n", b"-1 path=w\n", b"x path=w\n", b"9 size=x\n"],
)
def test_malformed_pax_records_are_an_error(record):
    info = tarfile.TarInfo("x")
    info.type, info.size = b"x", len(record)
    with pytest.raises(ImageError, match="extension header"):
        walk(info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + tar(["a"]))


def test_too_many_members_are_an_error_that_names_the_limit():
    with pytest.raises(ImageError, match="10 members"):
        walk(tar(str(n) for n in range(11)), Limits(members=10))


def test_a_path_beyond_the_limit_is_an_error():
    with pytest.raises(ImageError, match="4096"):
        walk(tar(["d/" * 3000 + "w"]))


def test_a_wanted_file_beyond_the_limit_is_handed_over_without_data():
    assert walk(tar([("w", b"12345")]), Limits(file_bytes=4))[0][0].data is None


def test_wanted_files_beyond_the_limit_in_sum_are_an_error():
    with pytest.raises(ImageError, match="1000 bytes"):
        walk(tar([("a/w", b"x" * 600), ("b/w", b"x" * 600)]), Limits(wanted_bytes=1000))


@pytest.mark.parametrize(
    ("name", "path", "escaped"),
    [
        (b"./a", b"a", False), (b"/a//b/", b"a/b", False), (b"a/../b", b"b", False), (b"../a", b"a", True),
        (b"a/../../b", b"b", True), (b"..", b"", True), (b"a/.", b"a", False), (b".hidden/..data", b".hidden/..data", False),
    ],
)  # fmt: skip
def test_clean(name, path, escaped):
    assert clean(name) == (path, escaped)


def test_names_that_only_contain_dots_are_kept():
    assert walk(tar([Entry("a/..w/x.w", b"1"), Entry("b./w", b"2")]))[0] == [
        Member(FILE, b"a/..w/x.w", b"", b"1", 1, 512, ("all",)), Member(FILE, b"b./w", b"", b"2", 1, 1536, ("all",)),
    ]  # fmt: skip


def header(name: str, size: int, flag: bytes = b"0", field: bytes = b"") -> bytes:
    """One header block; ``field`` stands in place of the size's own text."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, flag
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT)[:512])
    block[124:136] = field or block[124:136]
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def by_python(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getnames()


def test_an_empty_extension_header_hides_nothing():
    data = header("pax", 0, b"x") + header("w", 3) + b"abc".ljust(512, b"\0") + header("b/w", 0) + bytes(1024)
    assert [member.path for member in walk(data)[0]] == [b"w", b"b/w"]
    assert by_python(data) == ["w", "b/w"]


def test_a_size_of_twelve_digits_is_read_whole():
    """Or the content of a file would be taken for members."""
    inner = b"x" * 512 + header("invented/w", 0)
    data = header("w", 1024, field=b"000000002000") + inner + header("b/w", 0) + bytes(1024)
    assert [(member.path, member.size) for member in walk(data)[0]] == [(b"w", 1024), (b"b/w", 0)]
    assert by_python(data) == ["w", "b/w"]


def test_a_file_system_is_not_called_damaged():
    with pytest.raises(ImageError, match="squashfs, which is not read"):
        walk(b"hsqs" + bytes(4092))
    with pytest.raises(ImageError, match="damaged"):
        walk(tar([Entry("a", b"1")])[:1024] + b"hsqs" + bytes(4092))
