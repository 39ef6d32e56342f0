"""SUSE's OVAL documents."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import suse
from garboard.feeds.readers import oval
from garboard.model.advisory import Advisory, Affected, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap
from tests.unit.feeds import documents

CVE = "CVE-2024-1000"
SLES = "SUSE Linux Enterprise Server 15 SP5"
BASE = "SUSE Linux Enterprise Module for Basesystem 15 SP5"
SHARD = "suse:Linux Enterprise Server 15 SP5"


def parsed(shard: str, *said: tuple[str, str, str]) -> list[object]:
    return list(suse.parse(shard, [io.BytesIO(documents.suse(*said))]))


def told(shard: str, *said: tuple[str, str, str]) -> dict[str, Affected]:
    return {
        f"{one.package}{' paid' if one.subscription else ''}": one
        for advisory in parsed(shard, *said)
        if isinstance(advisory, Advisory)
        for one in advisory.affected
    }


def fixes(one: Affected) -> list[str]:
    return [each.fixed for each in one.ranges]


def test_what_is_fixed_unfixed_and_not_affected() -> None:
    found = told(
        SHARD, (CVE, f"{SLES}|{BASE}", "curl < 0:8.1-150500.3.1|libcurl4 < 1:8.1-150500.3.1|wget not|vim affected")
    )
    assert {name: (one.status, fixes(one)) for name, one in found.items()} == {
        "curl": (Status.FIXED, ["8.1-150500.3.1"]),
        "libcurl4": (Status.FIXED, ["1:8.1-150500.3.1"]),
        "wget": (Status.NOT_AFFECTED, []),
        "vim": (Status.AFFECTED, [""]),
    }
    assert {(one.ecosystem, one.scheme) for one in found.values()} == {("SUSE:Linux Enterprise Server 15 SP5", "rpm")}


@pytest.mark.parametrize(
    ("shard", "product", "mine"),
    [
        (SHARD, SLES, True),
        (SHARD, BASE, True),
        (SHARD, "SUSE Linux Enterprise Module for Development Tools 15 SP5", True),
        (SHARD, "SUSE Linux Enterprise Server 15 SP4", False),
        (SHARD, "SUSE Linux Enterprise Server 15", False),
        (SHARD, "SUSE Linux Enterprise Desktop 15 SP5", False),
        (SHARD, "SUSE Linux Enterprise Server for SAP Applications 15 SP5", False),
        (SHARD, "SUSE Linux Enterprise Workstation Extension 15 SP5", False),
        (SHARD, "SUSE Manager Proxy 4.3", False),
        ("suse:Linux Enterprise Server for SAP Applications 15 SP5", SLES, True),
        ("suse:Linux Enterprise Desktop 15 SP5", "SUSE Linux Enterprise Workstation Extension 15 SP5", True),
        ("suse:Linux Enterprise Server 15", "SUSE Linux Enterprise Module for Basesystem 15", True),
        ("suse:Linux Enterprise Server 15", BASE, False),
        ("suse:Linux Enterprise Server 16.0", "SUSE Linux Enterprise Server 16.0", True),
        ("suse:Linux Enterprise Micro 5.3", "SUSE Linux Enterprise Micro 5.3", True),
        ("suse:Linux Enterprise Micro 5.3", "SUSE Linux Enterprise Micro 5.4", False),
        ("suse:Linux Micro 6.1", "SUSE Linux Micro 6.1", True),
        ("opensuse:Leap 15.5", "openSUSE Leap 15.5", True),
        ("opensuse:Leap 15.5", "openSUSE Leap 15.5 NonFree", True),
        ("opensuse:Leap 15.5", "openSUSE Leap Micro 5.5", False),
        ("opensuse:Tumbleweed", "openSUSE Tumbleweed", True),
    ],
)  # fmt: skip
def test_products_of_a_release(shard: str, product: str, *, mine: bool) -> None:
    assert bool(told(shard, (CVE, product, "a < 0:1-1"))) == mine
    assert bool(told(shard, (CVE, f"SUSE Other 1|{product}", "a < 0:1-1"))) == mine


def test_a_fix_of_longer_support_is_for_subscribers() -> None:
    found = told(SHARD, (CVE, f"{SLES}-LTSS", "a < 0:2-1"), (CVE, SLES, "b < 0:1-1"))
    assert {name: one.status for name, one in found.items()} == {"a paid": Status.SUBSCRIBERS, "b": Status.FIXED}
    assert found["a paid"].note == f"fixed in 2-1, with {suse.SUBSCRIPTION} only"


def test_the_rating_is_suses_and_the_date_the_documents() -> None:
    header, advisory = parsed(SHARD, (CVE, SLES, "a < 0:1-1"))
    assert isinstance(header, FeedHeader)
    assert header.date == "2026-01-22T05:47:07Z"
    assert isinstance(advisory, Advisory)
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    assert advisory.ratings == (Rating(source="suse", word="Important", vector=vector),)
    assert (advisory.id, advisory.published, advisory.modified) == (CVE, "2024-05-01", "2024-06-01")


def test_a_check_whose_test_is_lost_has_its_version_in_its_comment_and_any_other_is_a_gap() -> None:
    data = documents.suse((CVE, SLES, "a < 0:1-1"))
    (found,) = list(suse.parse(SHARD, [io.BytesIO(data.replace(b"less than", b"6"))]))[1:]
    assert isinstance(found, Advisory)
    assert fixes(found.affected[0]) == ["1-1"]
    odd = data.replace(b"less than", b"6").replace(b"a-1-1 is installed", b"a is odd")
    (gap,) = list(suse.parse(SHARD, [io.BytesIO(odd)]))[1:]
    assert isinstance(gap, Gap)
    assert "a is odd" in gap.reason
    (gap,) = parsed(SHARD, ("no CVE", SLES, "a < 0:1-1"))[1:]
    assert isinstance(gap, Gap)


def test_another_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"{}", b"<a/>", documents.suse()[:-30], b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"):
        with pytest.raises(FeedError):
            list(suse.parse(SHARD, [io.BytesIO(data)]))
    for wrong in ("suse:Nope", "suse:", "suse:Linux Enterprise Server", "opensuse:Leap ../x"):
        with pytest.raises(FeedError, match="no shard"):
            suse.documents(wrong)
    monkeypatch.setattr(oval, "LEAVES", 1)
    with pytest.raises(FeedError, match="checks"):
        parsed(SHARD, (CVE, SLES, "a < 0:1-1"))


def test_the_document_of_unfixed_packages_comes_first() -> None:
    (document,) = suse.documents("opensuse:Leap 15.6")
    assert document.url.endswith("/opensuse.leap.15.6-affected.xml.gz")
    assert any(one.endswith("/opensuse.leap.15.6.xml.gz") for one in document.other_urls)
    (document,) = suse.documents(SHARD)
    assert document.url.endswith("/suse.linux.enterprise.15-sp5-affected.xml.gz")
    assert any(one.endswith("/suse.linux.enterprise.server.15.xml.bz2") for one in document.other_urls)
