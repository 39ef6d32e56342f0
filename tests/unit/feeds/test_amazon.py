"""Amazon Linux's errata, of its core repository and of its extras."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import amazon
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap
from tests.unit.feeds.documents import update, updateinfo


def parsed(release: str, **by_repository: bytes) -> list[object]:
    extras = [by_repository.get(extra.replace(".", "_").replace("-", "_")) for extra in amazon.EXTRAS]
    documents = [by_repository["core"], *(extras if release == "2" else [])]
    streams = [io.BytesIO(one) if one is not None else None for one in documents]
    _, *found = amazon.parse(f"amazon:{release}", streams)
    return found


def test_an_erratum_is_one_advisory_of_several_packages() -> None:
    core = updateinfo(
        update("ALAS2023-2024-001", "curl 0 8.0 1.amzn2023", "libcurl 1 8.0 1.amzn2023"),
        update("ALAS2023-2024-002", "curl 0 9 1", kind="bugfix"),
    )
    (found,) = parsed("2023", core=core)
    assert isinstance(found, Advisory)
    assert (found.id, found.related, found.aliases) == ("ALAS2023-2024-001", ("CVE-2024-1000",), ())
    assert found.references == ("https://alas.aws.amazon.com/AL2023/ALAS-2024-001.html",)
    assert [(one.ecosystem, one.package, one.scheme, one.status) for one in found.affected] == [
        ("Amazon Linux:2023", "curl", "rpm", Status.FIXED),
        ("Amazon Linux:2023", "libcurl", "rpm", Status.FIXED),
    ]
    assert [one.ranges[0].fixed for one in found.affected] == ["8.0-1.amzn2023", "1:8.0-1.amzn2023"]
    assert [rating.word for rating in found.ratings] == ["important"]


def test_an_extra_says_nothing_of_the_versions_below_its_own() -> None:
    found = parsed(
        "2",
        core=updateinfo(update("ALAS2-2024-1", "kernel 0 4.14 1.amzn2")),
        kernel_5_15=updateinfo(update("ALAS2KERNEL-5.15-2024-1", "kernel 0 5.15.9 1.amzn2", "perf 2 5.15 1")),
        corretto8=updateinfo(update("ALAS2CORRETTO8-2024-1", "java-1.8.0-amazon-corretto 1 1.8.0_1 1.amzn2")),
    )
    ranges = {one.package: one.ranges for advisory in found for one in advisory.affected}
    assert ranges["kernel"] == (Range(introduced="5.15", fixed="5.15.9-1.amzn2"),)
    assert ranges["perf"] == (Range(introduced="2:5.15", fixed="2:5.15-1"),)
    assert ranges["java-1.8.0-amazon-corretto"] == (Range(introduced="0", fixed="1:1.8.0_1-1.amzn2"),)
    assert [one.affected[0].ranges[0].introduced for one in found] == ["0", "0", "5.15"]


def test_an_extra_of_a_package_that_the_core_has_too_is_about_its_own_major_release() -> None:
    found = parsed(
        "2",
        core=updateinfo(update("ALAS2-2024-1", "vim 2 8.1.1602 1.amzn2", kind="Security")),
        vim=updateinfo(update("ALAS2VIM-2024-1", "vim 2 9.0.1 1.amzn2")),
        docker=updateinfo(update("ALAS2DOCKER-2024-1", "docker 0 20.10.1 1.amzn2")),
    )
    assert {one.id: one.affected[0].ranges[0].introduced for one in found} == {
        "ALAS2-2024-1": "0",
        "ALAS2VIM-2024-1": "2:9",
        "ALAS2DOCKER-2024-1": "0",
    }


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    (gap,) = parsed("2023", core=updateinfo(update("ALAS-1")))
    assert isinstance(gap, Gap)
    for text in (b"<updates><update", b'<!DOCTYPE a [<!ENTITY b "c">]><updates>&b;</updates>', b"{}"):
        with pytest.raises(FeedError):
            parsed("2023", core=text)
    with pytest.raises(FeedError):
        list(amazon.parse("amazon:2023", [None]))
    with pytest.raises(FeedError, match="no shard"):
        amazon.documents("amazon:3")


def test_only_the_core_must_be_there() -> None:
    core, *extras = amazon.documents("amazon:2")
    assert not core.optional
    assert extras
    assert all(one.optional for one in extras)
    assert len(amazon.documents("amazon:2023")) == 1
    assert amazon.shard_for("Amazon Linux:2") == "amazon:2"
    assert amazon.shard_for("Amazon Linux:4") is None
