"""A build for subscribers is compared with the fixes for subscribers, and every other with those for everybody."""

from __future__ import annotations

import itertools

import pytest

from garboard.matching.ranges import judge
from garboard.matching.subscriptions import concerning
from garboard.model.advisory import Advisory, Affected, Hit, Range, Status


def hit(identifier: str, fixed: str, subscription: str = "", *, erratum: bool = False) -> Hit:
    cve = ("CVE-2024-1000",)
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
        if "+esm" not in installed:
            assert not any("esm" in one.fixed for one in judged), "a fix for subscribers is offered to nobody else"


def test_a_notice_about_more_than_the_other_kind_stays() -> None:
    several = Hit(
        advisory=Advisory(id="USN-3-1", feed="osv", related=("CVE-2024-1000", "CVE-2024-2000")), affected=FREE.affected
    )
    assert several in concerning((several, PAID), "1-1ubuntu4+esm2")
