"""Floods of symbolic links: the work grows with their number, what they lead to is read, and their gaps stay few."""

from __future__ import annotations

import sys

import pytest

from garboard.image.options import Options
from garboard.model.limits import MIB, Limits
from garboard.packages.assemble import assemble
from tests.unit.image.layers.builders import Entry, hard, link, live, read, tar

_CHAIN = [*(link(f"f{one}", f"f{one + 1}") for one in range(36)), link("f36", "real")]
_FLOODS = {
    "to one file": "/f0/package.json",
    "to files of their own": "/f0/files/{}/package.json",
    "to files that no glob names": "/f0/file{}",
    "to nothing": "/f0/none{}",
    "in a loop": "/node_modules/p{}/package.json",
    "back and forth": "/f0/../f0/../f18/file{}",
}


def _flood(target: str, count: int) -> bytes:
    return tar(
        [
            *_CHAIN,
            ("real/package.json", b"x"),
            *((f"real/file{one}", b"y") for one in range(count)),
            *(link(f"node_modules/p{one}/package.json", target.format(one)) for one in range(count)),
        ]
    )


def _calls(layer: bytes) -> int:
    """Calls that it takes to read a layer."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        read(layer)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("where", _FLOODS)
def test_twice_the_links_are_twice_the_work(where: str) -> None:
    once, twice = (_calls(_flood(_FLOODS[where], count)) for count in (100, 200))
    assert twice < 2.2 * once
    assert twice - once < 100 * 8000


def test_links_through_a_long_chain_are_followed_without_a_gap() -> None:
    files = read(_flood("/f0/file{}", 300))
    assert files.gaps == ()
    assert len(live(files)) == 301


def test_a_file_counts_while_one_of_the_links_to_it_is_left() -> None:
    lower = tar([("store/abc", b"x"), link("a/package.json", "/store/abc"), link("b/package.json", "/store/abc")])
    assert live(read(lower)) == {"a/package.json": "x"}
    assert live(read(lower, tar(["a/.wh.package.json"]))) == {"b/package.json": "x"}
    assert live(read(lower, tar(["a/.wh.package.json", "b/.wh.package.json"]))) == {}


def test_a_file_counts_through_a_link_when_the_hard_link_to_it_is_gone() -> None:
    lower = tar([("store/abc", b"x"), link("a/package.json", "/store/abc")])
    upper = tar([("store/abc", b"x"), ("b/egg", b""), link("a/package.json", "/store/abc")])
    assert live(read(lower, upper)) == {"a/package.json": "x"}


def test_paths_without_end_are_a_gap_that_names_the_limit() -> None:
    deep = "a/" * 1000 + "package.json"
    limits = Options(limits=Limits(goal_bytes=MIB))
    files = read(tar([("etc/release", b"y"), *((f"{one}/{deep}", b"x") for one in range(5))]), options=limits)
    assert live(files)["etc/release"] == "y"
    assert [("1 MiB" in gap.reason, "GARBOARD_LIMIT_GOAL_BYTES" in gap.reason) for gap in files.gaps] == [(True, True)]
    assert read(tar([(f"0/{deep}", b"x")]), options=limits).gaps == ()


@pytest.mark.parametrize(
    ("kind", "flood"),
    [
        ("symbolic", [link(f"p{one}/package.json", "package.json") for one in range(500)]),
        ("hard", [hard(f"p{one}/package.json", "b/package.json") for one in range(500)]),
        ("unread", [(f"p{one}/package.json", b"gap") for one in range(500)]),
    ],
)
def test_a_flood_makes_one_gap_that_counts_and_names_three(kind: str, flood: list[Entry | tuple[str, bytes]]) -> None:
    told = assemble(read(tar(flood))).gaps
    [subject] = [gap.subject for gap in told if "/package.json" in gap.subject]
    assert subject.startswith("p0/package.json, p1/package.json, p"), kind
    assert subject.endswith(" and 497 more"), kind
