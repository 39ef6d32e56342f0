"""Documents that are found by way of others, and documents in pages, from a server on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from garboard.database.fetch import Directory, Fetched, Remote
from garboard.model.errors import FeedError, NetworkError
from garboard.model.feed import FeedDocument, Pointer
from garboard.net.client import Client

LIST, REPOMD = r"^\s*(\S+)", r'<data type="updateinfo">.*?<location href="([^"]+)"'


def quiet(_label: str, _done: int, _total: int | None) -> None:
    pass


def fetched(document: FeedDocument, into: Path, base: str = "", known: Fetched | None = None) -> Fetched:
    with Client() as client:
        return Remote(client, base).fetch(document, known.note if known else None, into, quiet)


def repository(server: HTTPServer, **kwargs: object) -> FeedDocument:
    pointers = (
        Pointer(url=server.url_for("/mirror.list"), pattern=LIST),
        Pointer(url="{}/repodata/repomd.xml", pattern=REPOMD),
    )
    return FeedDocument(url="{}", path="a/updateinfo.xml.gz", pointers=pointers, **kwargs)  # type: ignore[arg-type]


def serve(server: HTTPServer, href: str = "repodata/1-updateinfo.xml.gz") -> None:
    server.expect_request("/mirror.list").respond_with_data(f"{server.url_for('/core/')}\nhttps://other.example/\n")
    repomd = f'<repomd><data type="x"><location href="no"/></data>\n<data type="updateinfo">\n<location href="{href}"/></data>'
    server.expect_request("/core/repodata/repomd.xml").respond_with_data(repomd)
    server.expect_request("/core/repodata/1-updateinfo.xml.gz").respond_with_data(b"<updates/>")


def test_pointers_are_followed_in_turn(httpserver: HTTPServer, tmp_path: Path) -> None:
    serve(httpserver)
    document = repository(httpserver)
    found = fetched(document, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"<updates/>"
    assert found.note.url == httpserver.url_for("/core/repodata/1-updateinfo.xml.gz")
    assert fetched(document, tmp_path / "x", known=found).unchanged


@pytest.mark.parametrize("href", ["../../etc/passwd", "a b", ""])
def test_a_pointer_that_leads_nowhere_is_an_error(httpserver: HTTPServer, tmp_path: Path, href: str) -> None:
    serve(httpserver, href)
    with pytest.raises(FeedError):
        fetched(repository(httpserver), tmp_path / "x")


def test_an_absent_pointer_is_an_absent_document(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/mirror.list").respond_with_data("gone", status=404)
    with pytest.raises(FeedError, match="404"):
        fetched(repository(httpserver), tmp_path / "x")
    assert fetched(repository(httpserver, optional=True), tmp_path / "x").note.absent


def test_a_mirror_keeps_the_document_itself(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/m/a/updateinfo.xml.gz").respond_with_data(b"<updates/>")
    fetched(repository(httpserver), tmp_path / "x", base=httpserver.url_for("/m"))
    assert (tmp_path / "x").read_bytes() == b"<updates/>"


def test_a_mirrors_pointer(httpserver: HTTPServer, tmp_path: Path) -> None:
    pointer = Pointer(url="https://u.example/latest.txt", path="r/latest.txt", pattern=r"(\S+\.zst)")
    document = FeedDocument(url="https://u.example/{}", path="r/{}", pointers=(pointer,))
    httpserver.expect_request("/r/latest.txt").respond_with_data("vex_2026.tar.zst\n")
    httpserver.expect_request("/r/vex_2026.tar.zst").respond_with_data(b"bytes")
    fetched(document, tmp_path / "x", base=httpserver.url_for("").rstrip("/"))
    assert (tmp_path / "x").read_bytes() == b"bytes"
    root = tmp_path / "mirror/r"
    root.mkdir(parents=True)
    with pytest.raises(FeedError):
        Directory(tmp_path / "mirror").fetch(document, None, tmp_path / "y", quiet)
    (root / "latest.txt").write_text("vex_2026.tar.zst\n")
    (root / "vex_2026.tar.zst").write_bytes(b"bytes")
    assert Directory(tmp_path / "mirror").fetch(document, None, tmp_path / "y", quiet).path == root / "vex_2026.tar.zst"


def pages(server: HTTPServer) -> FeedDocument:
    return FeedDocument(url=server.url_for("/u") + "?page={page}", path="u.json", pages=r'"pages": (\d+)')


def test_all_pages_are_one_file(httpserver: HTTPServer, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        said = f'{{"pages": 3, "n": {number}}}\n'
        httpserver.expect_request("/u", query_string=f"page={number}").respond_with_data(said)
    found = fetched(pages(httpserver), tmp_path / "x")
    assert (tmp_path / "x").read_text().count('"n"') == 3
    again = fetched(pages(httpserver), tmp_path / "x", known=found)
    assert again.unchanged
    assert again.received == found.received


def test_a_page_that_fails_is_an_error(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/u", query_string="page=1").respond_with_data('{"pages": 2}')
    with pytest.raises((NetworkError, FeedError)):
        fetched(pages(httpserver), tmp_path / "x")
    httpserver.clear()
    for said in ("{}", '{"pages": 99999999}'):
        httpserver.expect_oneshot_request("/u", query_string="page=1").respond_with_data(said)
        with pytest.raises(FeedError):
            fetched(pages(httpserver), tmp_path / "x")
