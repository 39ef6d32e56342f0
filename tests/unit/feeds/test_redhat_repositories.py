"""Red Hat's map of its repositories to products, and what it says of an image's streams."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from garboard.database.read import Database
from garboard.feeds import redhat_repositories as feed
from garboard.feeds.readers import bounded
from garboard.matching.streams import streams_of
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import MAINLINE, Distro
from garboard.model.repository import RepositoryProducts
from garboard.workflows import data_supply
from tests.unit.database.test_database import build

SEVERAL = "rhel-9-for-x86_64-baseos-eus-rpms"
TOOLS = "satellite-tools-6.10-for-rhel-8-x86_64-eus-rpms"
OLD = "rhel-7-server-eus-rpms"
MAP = {
    SEVERAL: ("cpe:/o:redhat:rhel_eus:9.0::baseos", "cpe:/o:redhat:rhel_eus:9.2::baseos"),
    TOOLS: ("cpe:/a:redhat:rhel_satellite_tools:6.10::el8",),
    OLD: ("cpe:/o:redhat:enterprise_linux:7::server", "cpe:/o:redhat:rhel_eus:7.6::server", "cpe:/o:redhat:rhel_eus:7.7"),
    "odd-eus-name": ("cpe:/o:redhat:rhel_aus:8.4::baseos",),
    "misnamed-aus-rpms": (),
    "rhel-8-for-x86_64-misleading-eus-rpms__8_DOT_4": ("cpe:/a:redhat:other:1::el8",),
}  # fmt: skip


def document(data: object = None, **fields: object) -> bytes:
    listed = {name: {"cpes": cpes, "repo_relative_urls": ["content/x"]} for name, cpes in MAP.items()}
    return json.dumps(
        {"data": listed if data is None else data, "last_updated": "2023-10-25T00:44:58.035Z"} | fields
    ).encode()


def parsed(data: bytes) -> list[Record]:
    return list(feed.parse(feed.NAME, [io.BytesIO(data)]))


def test_each_repository_is_a_record() -> None:
    *found, header = parsed(document())
    assert header == FeedHeader(date="2023-10-25T00:44:58.035Z")
    assert found == [RepositoryProducts(repository=name, cpes=cpes) for name, cpes in MAP.items()]


@pytest.mark.parametrize(
    "wrong", [3, {}, {"cpes": "x"}, {"cpes": [1]}, {"cpes": ["c" * 201]}, {"cpes": [f"{n}" for n in range(257)]}]
)
def test_what_is_no_repository_is_a_gap(wrong: object) -> None:
    gap, kept, _ = parsed(document({"a": wrong, "b": {"cpes": ["x", "x"]}}))
    assert isinstance(gap, Gap)
    assert "a" in gap.subject
    assert kept == RepositoryProducts(repository="b", cpes=("x",))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", document({}), document([1]), document()[:200], b'{"data": ' + b"[" * 100_000]
)
def test_another_document_is_refused(data: bytes) -> None:
    with pytest.raises(FeedError):
        parsed(data)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(FeedError):
        parsed(gzip.compress(b'{"data": {"a": "' + bytes(64 * bounded.MIB)))


@pytest.mark.parametrize(
    ("version", "repositories", "streams", "expected"),
    [
        ("9.2", (SEVERAL,), ("Red Hat EUS 9.2",), ("Red Hat EUS 9.2",)),
        ("9.4", (SEVERAL,), ("Red Hat EUS 9.4",), ("Red Hat EUS 9.4",)),
        ("8.6", (TOOLS, "rhel-8-for-x86_64-baseos-rpms"), (MAINLINE,), (MAINLINE,)),
        ("8.4", ("odd-eus-name",), (), ("Red Hat AUS 8.4",)),
        ("8.4", ("rhel-8-for-x86_64-misleading-eus-rpms__8_DOT_4",), ("Red Hat EUS 8.4",), ()),
        ("8.4", ("rhel-8-for-x86_64-misleading-eus-rpms__8_DOT_4",), ("Red Hat EUS 8.4", "Red Hat E4S 8.4"), ("Red Hat E4S 8.4",)),
        ("7.6", (OLD,), ("Red Hat EUS 7.6",), (MAINLINE, "Red Hat EUS 7.6")),
        ("8.4", (OLD,), (), ("Red Hat EUS 8.4",)),
        ("9.2", ("misnamed-aus-rpms", "ubi-9-baseos-rpms"), (MAINLINE,), (MAINLINE,)),
        ("9.2", ("never-heard-of",), ("Red Hat EUS 9.2",), ("Red Hat EUS 9.2",)),
    ],
)  # fmt: skip
def test_streams_by_the_map(
    tmp_path: Path, version: str, repositories: tuple[str, ...], streams: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    build(tmp_path, feed.NAME, *parsed(document()))
    own = Distro(id="rhel", version=version, streams=streams, repositories=repositories)
    with Database(tmp_path) as database:
        assert streams_of(own, database) == expected
        assert [state.shard for state in database.used()] == [feed.NAME]
    with Database(tmp_path / "none") as database:
        assert streams_of(own, database) == streams
        assert streams_of(None, database) == ()
    assert streams_of(own, object()) == streams


def test_a_scan_that_may_fetch_wants_it_for_red_hat_alone() -> None:
    assert data_supply._about_repositories(["Debian:12", "Red Hat:enterprise_linux:9"]) == (feed.NAME,)
    assert data_supply._about_repositories(["Debian:12", "Rocky Linux:9"]) == ()
