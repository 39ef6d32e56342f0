import gzip
import io
import lzma
import zipfile

import pytest

from garboard.feeds.readers import bounded
from garboard.model.errors import FeedError


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_plain_gzip_and_xz_read_alike(pack):
    data = b'{"a": 1}' * 1000
    assert b"".join(bounded.chunks(io.BytesIO(pack(data)))) == data


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_cut_compression_is_a_feed_error(pack):
    with pytest.raises(FeedError, match="compression is damaged"):
        list(bounded.chunks(io.BytesIO(pack(bytes(range(256)) * 4000)[:-20])))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_compression_bomb_is_refused(pack):
    with pytest.raises(FeedError, match="times its size"):
        for _ in bounded.chunks(io.BytesIO(pack(bytes(64 * bounded.MIB)))):
            pass


def zipped(members: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


def test_members_of_a_zip_come_in_order_and_others_than_json_are_passed_over():
    file = zipped({"ALSA-2024:1.json": b"1", "readme.txt": b"x", "../../etc/a.json": b"2"})
    assert list(bounded.members(file)) == [("ALSA-2024:1.json", b"1"), ("../../etc/a.json", b"2")]


def test_a_large_member_is_refused(monkeypatch):
    monkeypatch.setattr(bounded, "MEMBER_BYTES", 100)
    with pytest.raises(FeedError, match=r"a\.json of the feed is larger"):
        list(bounded.members(zipped({"a.json": b"1" * 101})))


def test_a_zip_bomb_is_refused():
    with pytest.raises(FeedError, match="times its size"):
        list(bounded.members(zipped({f"{n}.json": bytes(30 * bounded.MIB) for n in range(2)})))


def test_a_damaged_zip_is_a_feed_error():
    data = zipped({"a.json": b"1" * 5000}).getvalue()
    for broken in (b"", b"PK", data[:-30], data[:40] + b"\xff" * 4 + data[44:]):
        with pytest.raises(FeedError, match="zip file is damaged"):
            list(bounded.members(io.BytesIO(broken)))
