"""Documents whose fetch was broken off are continued by the next one, and only the same bytes are."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.database import partial
from garboard.database.fetch import Fetched, Remote
from garboard.model.errors import NetworkError
from garboard.model.feed import FeedDocument
from garboard.net.client import Client, StatusError

URL = "https://feeds.example/all.zip"
DOCUMENT = FeedDocument(url=URL, path="osv/PyPI/all.zip")


def quiet(_label: str, _done: int, _total: int | None) -> None:
    pass


class Answer:
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes, cut: int) -> None:
        self.status, self.headers, self._data, self._cut = status, headers, data, cut

    def chunks(self, _size: int = 0) -> Iterator[bytes]:
        for start in range(0, len(self._data), 7):
            if start >= self._cut:
                raise NetworkError("cut")
            yield self._data[start : start + 7]


class Server:
    """Serves one document; ``cut`` bytes a request at most."""

    def __init__(self, data: bytes, *, weak: bool = False, ranges: bool = True) -> None:
        self.data, self.weak, self.ranges = data, weak, ranges
        self.cut = 1 << 30
        self.asked: list[Mapping[str, str]] = []

    @property
    def etag(self) -> str:
        return ("W/" if self.weak else "") + f'"{hashlib.sha256(self.data).hexdigest()[:8]}"'

    @contextlib.contextmanager
    def get(self, _url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        self.asked.append(headers)
        status, data, more = 200, self.data, {}
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("Range", ""))
        if headers.get("If-None-Match") == self.etag:
            status, data = 304, b""
        elif asked and self.ranges and headers.get("If-Range") == self.etag:
            start = int(asked[1])
            if start >= len(data):
                raise StatusError("416", "", 416, b"")
            status, more = 206, {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            data = data[start:]
        yield Answer(status, {"ETag": self.etag, "Content-Length": str(len(data)), **more}, data, self.cut)


def fetched(server: Any, folder: Path, known: Fetched | None = None) -> Fetched:
    place = folder / "into"
    place.write_bytes(b"")
    return Remote(server).fetch(DOCUMENT, known.note if known else None, place, quiet)


def parts(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.name.startswith(partial.PREFIX)]


STEP = st.sampled_from(["cut", "change", "whole", "weak", "no ranges", "damage", "note"])


def happen(server: Server, folder: Path, step: str, number: int) -> None:
    server.weak, server.ranges, server.cut = step == "weak", step != "no ranges", 1 << 30
    kept = [folder / name for name in parts(folder)]
    if step == "cut":
        server.cut = number
    elif step == "change":
        server.data = b"PK" + os.urandom(number)
    elif step == "damage":
        server.data += b"."
        for path in kept:
            path.write_bytes(path.read_bytes() if path.suffix else b"x" * number)
    elif step == "note":
        for path in kept:
            path.write_bytes(b"{" if path.suffix else path.read_bytes())


@given(steps=st.lists(st.tuples(STEP, st.integers(0, 200)), max_size=8), size=st.integers(1, 200))
def test_whatever_happens_what_is_used_is_what_the_server_has(steps: list[tuple[str, int]], size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, server = Path(name), Server(b"PK" + os.urandom(size))
        for step, number in [*steps, ("whole", 0)]:
            happen(server, folder, step, number)
            with contextlib.suppress(NetworkError):
                found = fetched(server, folder)
                assert (folder / "into").read_bytes() == server.data
                assert found.note.sha256 == hashlib.sha256(server.data).hexdigest()
                assert not parts(folder), "what became whole is no part any more"
            if step == "whole":
                assert (folder / "into").read_bytes() == server.data


@given(cuts=st.lists(st.integers(8, 50), min_size=1, max_size=5))
def test_no_byte_comes_twice(cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, server = Path(name), Server(b"PK" + os.urandom(998))
        for cut in cuts:
            server.cut = cut
            with pytest.raises(NetworkError):
                fetched(server, folder)
        server.cut = 1 << 30
        got = fetched(server, folder).received
        there = sum(-(-cut // 7) * 7 for cut in cuts)
        assert got == 1000 - there


def test_without_a_strong_validator_nothing_is_kept(tmp_path: Path) -> None:
    server = Server(b"x" * 100, weak=True)
    server.cut = 50
    with pytest.raises(NetworkError):
        fetched(server, tmp_path)
    assert not parts(tmp_path)


def test_a_part_of_what_is_known_already_is_dropped(tmp_path: Path) -> None:
    server = Server(b"a" * 100)
    known = fetched(server, tmp_path)
    server.data, server.cut = b"b" * 100, 50
    with pytest.raises(NetworkError):
        fetched(server, tmp_path, known)
    assert parts(tmp_path)
    server.data = b"a" * 100
    assert fetched(server, tmp_path, known).unchanged
    assert not parts(tmp_path)


def test_who_lies_about_the_rest_is_asked_for_the_whole(tmp_path: Path) -> None:
    server = Server(b"a" * 100)
    server.cut = 50
    with pytest.raises(NetworkError):
        fetched(server, tmp_path)
    server.cut = 1 << 30
    honest = server.get

    @contextlib.contextmanager
    def lying(url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        with honest(url, headers) as answer:
            if answer.status == 206:
                answer.headers = {**answer.headers, "Content-Range": "bytes 0-49/100"}
            yield answer

    server.get = lying  # type: ignore[method-assign]
    fetched(server, tmp_path)
    assert (tmp_path / "into").read_bytes() == b"a" * 100
    assert "Range" not in server.asked[-1]


def test_two_do_not_write_one_part(tmp_path: Path) -> None:
    with partial.Partial(tmp_path, URL):
        fetched(Server(b"a" * 100), tmp_path)
    assert (tmp_path / "into").read_bytes() == b"a" * 100


def test_parts_that_nobody_continues_are_removed(tmp_path: Path) -> None:
    for age in (0, partial.KEPT + 60):
        path = tmp_path / f"{partial.PREFIX}{age}"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    partial.clear(tmp_path)
    assert parts(tmp_path) == [f"{partial.PREFIX}0"]


def test_over_a_real_connection(tmp_path: Path) -> None:
    data = os.urandom(300_000)
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("Range", ""))
            start = int(asked[-1][6:-1] or 0) if asked[-1] else 0
            if start and len(asked) < 3:
                self.send_error(404)
                return
            self.send_response(206 if start else 200)
            self.send_header("ETag", '"one"')
            self.send_header("Content-Length", str(len(data) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            self.wfile.write(data[start:] if start else data[:100_000])

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        document = FeedDocument(url=f"http://127.0.0.1:{server.server_port}/all.zip", path="a/all.zip")
        for ends in (False, True):
            with Client(pause=lambda _: None) as client, contextlib.suppress(NetworkError):
                Remote(client).fetch(document, None, tmp_path / "into", quiet)
                assert ends
        server.shutdown()
    assert (tmp_path / "into").read_bytes() == data
    assert asked == ["", "bytes=100000-", "bytes=100000-"]
