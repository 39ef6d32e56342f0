"""Gentoo's advisories."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.portage.version import key
from garboard.feeds import gentoo
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Affected, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap
from tests.unit.feeds.documents import archive, glsa

NAME = "glsa-master/glsa-202401-{}.xml"


def parsed(*advisories: bytes) -> list[object]:
    return list(gentoo.parse("gentoo", [io.BytesIO(archive(*advisories, name=NAME))]))[1:]


def affected(*bounds: str, slot: str = "*") -> Affected:
    (found,) = parsed(glsa("202401-01", "dev-python/joblib", *bounds, slot=slot))
    assert isinstance(found, Advisory), found
    (one,) = found.affected
    return one


def test_what_an_advisory_says() -> None:
    (found,) = parsed(glsa("202401-01", "dev-python/joblib", "unaffected ge 1.2.0", "vulnerable lt 1.2.0"))
    assert isinstance(found, Advisory)
    assert (found.id, found.related, found.summary) == ("GLSA-202401-01", ("CVE-2024-1000",), "a title")
    assert found.ratings == (Rating(source="gentoo", word="medium"),)
    (one,) = found.affected
    assert (one.ecosystem, one.package, one.scheme, one.status) == (
        "Gentoo",
        "dev-python/joblib",
        "portage",
        Status.FIXED,
    )
    assert [(each.introduced, each.fixed) for each in one.ranges] == [("", "1.2.0")]


KINDS = {
    "lt": lambda a, b, same: a < b,
    "le": lambda a, b, same: a <= b,
    "eq": lambda a, b, same: a == b,
    "ge": lambda a, b, same: a >= b,
    "gt": lambda a, b, same: a > b,
    "rlt": lambda a, b, same: same and a < b,
    "rle": lambda a, b, same: same and a <= b,
    "rge": lambda a, b, same: same and a >= b,
    "rgt": lambda a, b, same: same and a > b,
}
VERSIONS = st.builds(
    lambda base, revision: f"{base}{f'-r{revision}' if revision else ''}",
    st.sampled_from(("1.0", "1.1", "1.2_rc1", "1.2", "2")),
    st.integers(0, 3),
)
BOUNDS = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), VERSIONS), min_size=1, max_size=3)


def within(version: str, bounds: list[tuple[str, str]]) -> bool:
    """As the Package Manager Specification's operators have it."""
    bare = version.partition("-r")[0]
    return any(KINDS[kind](key(version), key(bound), bare == bound.partition("-r")[0]) for kind, bound in bounds)


@given(BOUNDS, BOUNDS, VERSIONS)
def test_vulnerable_is_what_is_in_a_vulnerable_range_and_in_no_other(
    vulnerable: list[tuple[str, str]], unaffected: list[tuple[str, str]], version: str
) -> None:
    one = affected(
        *(f"vulnerable {kind} {bound}" for kind, bound in vulnerable),
        *(f"unaffected {kind} {bound}" for kind, bound in unaffected),
    )
    expected = within(version, vulnerable) and not within(version, unaffected)
    assert judge(one, version).affected == expected


def test_ranges_of_a_slot_are_not_compared() -> None:
    one = affected("vulnerable lt 3.11.4", "unaffected ge 3.11.4", slot="3.11")
    judged = judge(one, "3.10.1")
    assert not judged.affected
    assert "slot" in judged.unknown


@pytest.mark.parametrize(
    "data",
    [
        glsa("202401-01", "a/b", "vulnerable xx 1"),
        glsa("202401-01", "a/b", "vulnerable lt 1.*"),
        glsa("202401-01", "", "vulnerable lt 1"),
        glsa("", "a/b", "vulnerable lt 1"),
        b"<glsa id='1'/>",
        b"<glsa",
        b"",
        b'<!DOCTYPE glsa [<!ENTITY a "b">]><glsa id="1"/>',
    ],
)
def test_what_cannot_be_used_is_a_gap(data: bytes) -> None:
    (gap,) = parsed(data)
    assert isinstance(gap, Gap)


def test_another_archive_is_refused() -> None:
    for data in (b"", b"x", archive(b"<glsa/>", name="readme-{}.xml")):
        with pytest.raises(FeedError):
            list(gentoo.parse("gentoo", [io.BytesIO(data)]))
