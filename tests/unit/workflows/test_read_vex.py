"""VEX documents from folders, addresses and repositories: what is read, and what is refused in plain words."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.errors import GarboardError, UsageError
from garboard.model.policy import PolicyError
from garboard.model.vex import VexStatement
from garboard.workflows import read_vex
from garboard.workflows.read_vex import Addresses, read

AT = "https://vex.example/.well-known/vex-repository.json"
ARCHIVE = "https://vex.example/main.tar.gz"


def openvex(purl: str = "pkg:npm/foo", cve: str = "CVE-2024-1") -> dict[str, Any]:
    statement = {
        "vulnerability": {"name": cve}, "products": [{"@id": purl}], "status": "not_affected",
        "justification": "vulnerable_code_not_present",
    }  # fmt: skip
    return {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x.example/1", "author": "Maker", "version": 1,
        "timestamp": "2026-01-01T00:00:00Z", "statements": [statement],
    }  # fmt: skip


def manifest(url: str = ARCHIVE, version: str = "0.1", interval: str = "24h") -> dict[str, Any]:
    found = {"spec_version": version, "locations": [{"url": url}], "update_interval": interval}
    return {"name": "hub", "description": "a hub", "versions": [found]}


def index(**locations: str) -> dict[str, Any]:
    packages = [{"id": f"pkg:npm/{name}", "location": place} for name, place in locations.items()]
    return {"updated_at": "2026-01-01T00:00:00Z", "packages": packages}


FILES = {"index.json": index(foo="pkg/npm/foo/vex.json"), "pkg/npm/foo/vex.json": openvex()}


def tar(files: dict[str, Any], top: str = "hub-main/") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(top + name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(files: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"hub-main/{name}", json.dumps(content))
    return out.getvalue()


class Site:
    """Addresses and what they have; counts what is asked for."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = pages
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, url: str, most: int, stranger: bool) -> bytes:
        self.asked.append((url, stranger))
        if url not in self.pages:
            raise UsageError(f"{url} is not there", "name another one")
        assert len(self.pages[url]) <= most
        return self.pages[url]


def site(archive: bytes, of: dict[str, Any] | None = None) -> Site:
    found = Site()
    found.pages = {AT: json.dumps(of or manifest()).encode(), ARCHIVE: archive}
    return found


def nothing(url: str, most: int, stranger: bool) -> bytes:
    raise AssertionError(f"{url} was asked for")


def statements(place: object, fetch: Callable[[str, int, bool], bytes] = nothing) -> list[VexStatement]:
    return list(read([str(place)], Addresses(fetch)))


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    return folder


def test_a_folder_and_those_below_it(tmp_path: Path) -> None:
    files = {"b.json": openvex(), "a/deep/c.json": openvex("pkg:npm/bar"), ".git/x.json": [1]}
    found = statements(write(tmp_path, files))
    assert [one.document.removeprefix(f"{tmp_path}/") for one in found] == ["a/deep/c.json", "b.json"]


def test_the_bounds_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="has no VEX documents"):
        statements(tmp_path)
    write(tmp_path, {"a.json": openvex(), "b/c.json": openvex()})
    monkeypatch.setattr(read_vex, "DOCUMENTS", 1)
    with pytest.raises(UsageError, match="more than 1 documents"):
        statements(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(read_vex, "DEEPEST", 1)
    write(tmp_path, {"b/c/d/e.json": openvex()})
    with pytest.raises(UsageError, match="deeper than 1"):
        statements(tmp_path)
    (tmp_path / "a.json").write_bytes(b"{")
    monkeypatch.undo()
    with pytest.raises(PolicyError, match=r"a\.json"):
        statements(tmp_path)


def test_an_address() -> None:
    fetch = Site()
    fetch.pages = {"https://x.example/vex.json": json.dumps(openvex()).encode()}
    (one,) = statements("https://x.example/vex.json", fetch)
    assert one.document == "https://x.example/vex.json"
    assert fetch.asked == [("https://x.example/vex.json", False)]


@pytest.mark.parametrize("archive", [tar(FILES), tar(FILES, ""), tar(FILES, "./"), packed(FILES)])
def test_a_repository(archive: bytes) -> None:
    fetch = site(archive)
    (one,) = statements(AT, fetch)
    assert one.products[0].purl == "pkg:npm/foo"
    assert one.document == f"{AT}: pkg/npm/foo/vex.json"
    assert fetch.asked == [(AT, False), (ARCHIVE, False)]


def test_an_archive_elsewhere_is_a_stranger() -> None:
    """So that it cannot lead to addresses of this machine."""
    fetch = site(tar(FILES), manifest("https://elsewhere.example/main.tar.gz"))
    fetch.pages["https://elsewhere.example/main.tar.gz"] = tar(FILES)
    statements(AT, fetch)
    assert fetch.asked == [(AT, False), ("https://elsewhere.example/main.tar.gz", True)]


def test_a_folder_of_an_archive() -> None:
    (one,) = statements(AT, site(tar(FILES, "top/inner/"), manifest(f"{ARCHIVE}//top/inner")))
    assert one.ids == ("CVE-2024-1",)


def test_a_repository_as_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "vex-repository.json": manifest(), "unlisted.json": openvex("pkg:npm/other")})
    (one,) = statements(tmp_path)
    assert one.products[0].purl == "pkg:npm/foo"


def test_a_document_speaks_of_the_package_for_which_it_is_listed() -> None:
    files = {"index.json": index(foo="foo.json"), "foo.json": openvex("pkg:deb/debian/openssl")}
    (one,) = statements(AT, site(tar(files)))
    assert not one.products
    assert "another package than pkg:npm/foo" in one.flaw


def test_an_archive_is_kept_for_as_long_as_the_repository_says(tmp_path: Path) -> None:
    for interval, fetched in (("24h", 1), ("1h30m", 1), ("0s", 2), ("soon", 1)):
        fetch = site(tar(FILES), manifest(interval=interval))
        web = Addresses(fetch, tmp_path / interval)
        assert list(read([AT], web)) == list(read([AT], web))
        assert [url for url, _ in fetch.asked].count(ARCHIVE) == fetched


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (site(tar(FILES), manifest(version="9")), "no archive of version 0.1"),
        (site(tar(FILES), manifest("http://vex.example/main.tar.gz")), "https://"),
        (site(tar(FILES), manifest("file:///etc/passwd")), "https://"),
        (site(b"no archive"), "archive|vex-repository|index"),
        (site(tar(FILES)[:60]), "archive"),
        (site(packed(FILES)[:-30]), "archive"),
        (site(tar({"a.json": openvex()})), "no index.json"),
        (site(tar({"index.json": index(foo="gone.json")})), "not in it"),
        (site(tar({"index.json": {"packages": 1}})), "cannot be read|can be read"),
        (site(tar({"index.json": index(foo="a.json"), "a.json": {}})), "no VEX document"),
    ],
)
def test_what_is_no_repository_is_refused(found: Site, said: str) -> None:
    with pytest.raises(GarboardError, match=said):
        statements(AT, found)


def test_no_location_leads_out_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(openvex()))
    repository = write(tmp_path / "repository", {"index.json": index(foo="../secret.json")})
    with pytest.raises(PolicyError, match="not in it"):
        statements(repository)
    (repository / "secret.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(PolicyError, match="not in it"):
        statements(repository)


@given(st.integers(0, 2000), st.binary(max_size=4))
def test_a_truncated_or_changed_archive_is_refused_in_words(at: int, change: bytes) -> None:
    """Or it is read as the whole one: a gzip stream has bytes that do not matter."""
    whole = tar(FILES)
    at %= len(whole)
    for damaged in (whole[:at], whole[:at] + change + whole[at + len(change) :]):
        with contextlib.suppress(GarboardError):
            assert [one.ids for one in statements(AT, site(damaged))] == [("CVE-2024-1",)]


def test_what_is_no_plain_file_in_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(openvex()))
    os.mkfifo(tmp_path / "b.json")
    found = [*read([str(tmp_path)], Addresses(lambda *_: b""))]
    assert [one.ids for one in found] == [("CVE-2024-1",), ()]
    assert found[1].flaw == "is no plain file, and was not read"
    assert found[1].document.endswith("b.json")
