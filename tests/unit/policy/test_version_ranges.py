"""Ranges of versions: each comparison by the order of the package's ecosystem, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import ecosystems
from garboard.model.package import Package
from garboard.policy.values import Unfit
from garboard.policy.version_ranges import alternatives, within
from tests.unit.actions.scans import deb, pip

VERSIONS = st.sampled_from(["1", "1.2", "1.10", "1.2~rc1", "1.2-3", "2:0.1", "1.2+b1"])


@pytest.mark.parametrize(
    ("text", "package", "holds"),
    [
        ("!=1.2", deb("a", version="1.3"), True),
        ("!=1.2", deb("a", version="1.2"), False),
        ("!=1.0", pip("a", "1"), False),
        (">=1 <2 || 3", pip("a", "3.0"), True),
        (">=1 <2 || 3", pip("a", "2.5"), False),
        (">=1 !=1.5 <2", pip("a", "1.5.0"), False),
        (">=1, !=1.5, <2", pip("a", "1.6"), True),
        ("<1.10", pip("a", "1.9"), True),
        ("<1.2", deb("a", version="1.2~rc1"), True),
        ("<2", pip("a", "no version"), False),
        ("!=what", pip("a", "1"), False),
        ("1!2.0", pip("a", "1!2"), True),
        (" 1.2 ", deb("a", version="1.2"), True),
    ],
)
def test_ranges(text: str, package: Package, holds: bool) -> None:
    assert within(text, package) == holds


@given(VERSIONS, VERSIONS)
def test_a_range_is_as_the_order_says(own: str, other: str) -> None:
    order = ecosystems.order("deb")
    assert order is not None
    package, one, two = deb("a", version=own), order.key(own), order.key(other)
    assert within(f"<{other}", package) == (one < two)
    assert within(f">={other}", package) == (one >= two)
    assert within(f"!={other}", package) == (not within(other, package)) == (one != two)
    assert within(f"<{other} || >={other}", package)


@given(st.text(st.sampled_from("<>=!|*^~,1.a "), max_size=12), st.sampled_from(["1", "1.1", "a"]))
def test_any_text_is_refused_or_compared(text: str, own: str) -> None:
    """What is taken holds by its comparisons alone: no sign is a part of a version."""
    try:
        found = alternatives(text)
    except Unfit:
        return
    assert found
    assert all(version[0].isalnum() and not {*"<>=*|"} & {*version} for one in found for _, version in one)
    within(text, pip("a", own))
