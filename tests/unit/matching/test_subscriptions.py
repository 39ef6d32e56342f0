"""A build for subscribers is compared with the fixes for subscribers, and every other with those for everybody."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from garboard.matching.ranges import judge
from garboard.matching.subscriptions import concerning
from garboard.model.advisory import Advisory, Affected, Hit, Range, Status


def hit(identifier: str, fixed: str, subscription: str = "", *, erratum: bool = False) -> Hit:
    cve = (identifier,) if identifier.startswith("CVE-") else ("CVE-2024-1000",)
    advisory = Advisory(
        id=identifier, feed="osv", aliases=() if erratum else cve, related=cve if erratum else (), affected=()
    )
    affected = Affected(
        ecosystem="Ubuntu:16.04:LTS",
        package="a",
        scheme="deb",
        ranges=(Range(introduced="0", fixed=fixed),),
        status=Status.SUBSCRIBERS if subscription and fixed else Status.FIXED,
        subscription=subscription,
    )
    return Hit(advisory=advisory, affected=affected)


FREE, PAID = hit("UBUNTU-CVE-2024-1000", "1-1ubuntu5"), hit("UBUNTU-CVE-2024-1000", "1-1ubuntu4+esm2", "Ubuntu Pro")
FREE_NOTICE, PAID_NOTICE = (
    hit("USN-1-1", "1-1ubuntu5", erratum=True),
    hit("USN-1-2", "1-1ubuntu4+esm2", "Ubuntu Pro", erratum=True),
)
UNFIXED, PAID_UNFIXED = hit("UBUNTU-CVE-2024-1000", ""), hit("UBUNTU-CVE-2024-1000", "", "Ubuntu Pro")


@pytest.mark.parametrize(
    ("installed", "hits", "affected"),
    [
        ("1-1ubuntu4+esm1", (FREE, PAID), True),
        ("1-1ubuntu4+esm2", (FREE, PAID), False),
        ("1-1ubuntu4+esm3", (FREE, PAID, FREE_NOTICE, PAID_NOTICE), False),
        ("1-1ubuntu4~esm3", (FREE_NOTICE, PAID_NOTICE), True),
        ("1-1ubuntu4", (FREE, PAID), True),
        ("1-1ubuntu5", (FREE, PAID, FREE_NOTICE, PAID_NOTICE), False),
        ("1-1ubuntu4+esm2", (UNFIXED, PAID), False),
        ("1-1ubuntu4", (UNFIXED, PAID), True),
        ("1-1ubuntu4+esm2", (FREE,), True),
        ("1-1ubuntu9", (FREE, PAID_UNFIXED), False),
        ("1-1ubuntu9", (PAID_UNFIXED,), True),
    ],
)
def test_which_fix_counts(installed: str, hits: tuple[Hit, ...], *, affected: bool) -> None:
    for order in itertools.permutations(hits):
        judged = [judge(one.affected, installed) for one in concerning(order, installed)]
        assert any(one.affected for one in judged) == affected, order
        if "esm" not in installed:
            assert not any("esm" in one.fixed for one in judged), "a fix for subscribers is offered to nobody else"


EUS, MAIN = "Red Hat EUS 9.2", "Red Hat Enterprise Linux"
MAIN_FIX, EUS_FIX = hit("CVE-2024-1000", "3.0.7-27.el9"), hit("CVE-2024-1000", "3.0.1-47.el9_2.1", EUS)


@pytest.mark.parametrize(
    ("installed", "streams", "fixed"),
    [
        ("3.0.1-47.el9_2.1", (EUS,), None),
        ("3.0.1-47.el9_2", (EUS,), "3.0.1-47.el9_2.1"),
        ("3.0.1-40.el9", (EUS,), "3.0.1-47.el9_2.1"),
        ("3.0.1-47.el9_2.1", (), "3.0.7-27.el9"),
        ("3.0.1-47.el9_2.1", ("Red Hat EUS 9.0",), "3.0.7-27.el9"),
        ("3.0.7-27.el9", (), None),
        ("3.0.7-24.el9", (MAIN, EUS), "3.0.7-27.el9"),
        ("3.0.1-47.el9_2", (MAIN, EUS), "3.0.1-47.el9_2.1"),
        ("3.0.7-24.el9_4", (MAIN, EUS), "3.0.7-27.el9"),
    ],
)
def test_a_stream_counts_for_images_of_it_only(installed: str, streams: tuple[str, ...], fixed: str | None) -> None:
    for order in itertools.permutations((MAIN_FIX, EUS_FIX)):
        found = concerning(
            [Hit(advisory=one.advisory, affected=msgspec.structs.replace(one.affected, scheme="rpm")) for one in order],
            installed,
            streams,
        )
        judged = [judge(one.affected, installed) for one in found]
        assert [one.fixed for one in judged if one.affected] == ([] if fixed is None else [fixed])


def test_what_its_stream_has_no_fix_for_is_judged_by_everybodys() -> None:
    for streams in ((), (EUS,)):
        found = concerning((MAIN_FIX, hit("CVE-2024-2000", "9-1.el9_2", EUS)), "3.0.1-1.el9_2", streams)
        assert (MAIN_FIX in found, len(found)) == (True, 1 + len(streams))


def test_a_notice_about_more_than_the_other_kind_stays() -> None:
    several = Hit(
        advisory=Advisory(id="USN-3-1", feed="osv", related=("CVE-2024-1000", "CVE-2024-2000")), affected=FREE.affected
    )
    assert several in concerning((several, PAID), "1-1ubuntu4+esm2")
