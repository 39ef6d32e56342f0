"""Ignores in comments of a Dockerfile: for the instruction below, and never wider or longer than they say."""

from __future__ import annotations

import datetime as dt

import pytest

from garboard.dockerfile.parser import parse
from garboard.model.errors import GarboardError
from garboard.policy.comments import ignores, misplaced

DOCKERFILE = """\
FROM debian:12
# garboard: ignore CVE-2024-1, CVE-2024-2 until 2027-01-31 reason only at build time
# another comment
RUN apt-get update \\
 && apt-get install -y git
#garboard:ignore GHSA-x reason: said so
COPY . .
"""


def test_comments_are_for_the_instruction_below() -> None:
    one, other = ignores(parse(DOCKERFILE.encode(), "Dockerfile"))
    assert (one.ids, one.lines, one.reason) == (("CVE-2024-1", "CVE-2024-2"), ((4, 5),), "only at build time")
    assert (one.until, one.place) == (dt.date(2027, 1, 31), "Dockerfile:2")
    assert (other.ids, other.lines, other.reason, other.place) == (("GHSA-x",), ((7, 7),), "said so", "Dockerfile:6")


@pytest.mark.parametrize(
    "comment",
    [
        "# garboard: ignore CVE-1",
        "# garboard: ignore reason x",
        "# garboard: ignore CVE-1 reason",
        "# garboard: ignore CVE-1 until tomorrow reason x",
        "# garboard: drop CVE-1 reason x",
        "# garboard: ignore * reason x",
        "# garboard: ignore CVE-* reason x",
        "# garboard: ignore curl reason x",
        "# garboard: ignore CVE-1 until 31.1.2027 reason x",
        "# garboard: ignore CVE-1 reason x until 31.1.2027",
        "# garboard: ignore CVE-1 reason until 2027-01-31",
        "# garboard: ignore CVE-1 reason x (until 2020-01-31)",
        "# garboard: ignore CVE-1 reason x until 2020-01-31 or later",
        "# garboard: ignore CVE-1 reason x until friday",
        "# garboard: ignore CVE-1 reason nobody calls it until we ship",
        "# garboard: ignore CVE-1 until 2027-01-31 reason x until friday",
        "# garboard: ignore CVE-1 until 2027-01-31 reason x until 2028-01-31",
        "# garboard: ignore CVE-1 until 2027-01-31 until 2028-01-31 reason x",
    ],
)
def test_a_comment_with_a_mistake_is_an_error(comment: str) -> None:
    with pytest.raises(GarboardError, match="Dockerfile:1"):
        list(ignores(parse(f"{comment}\nFROM a\n".encode(), "Dockerfile")))


def test_a_comment_with_nothing_below_is_an_error() -> None:
    with pytest.raises(GarboardError, match="no instruction is below"):
        list(ignores(parse(b"FROM a\n# garboard: ignore CVE-1 reason x\n", "Dockerfile")))


@pytest.mark.parametrize(
    ("text", "until", "until_fixed", "reason"),
    [
        ("CVE-1 reason x until 2027-01-31", dt.date(2027, 1, 31), False, "x"),
        ("CVE-1 reason: not used, until: 2027-01-31", dt.date(2027, 1, 31), False, "not used"),
        ("CVE-1 until-fixed reason x", None, True, "x"),
        ("CVE-1 until until-fixed reason x", None, True, "x"),
        ("CVE-1 until=Until-Fixed reason x", None, True, "x"),
        ("CVE-1 reason x until-fixed", None, True, "x"),
        ("until 2027-01-31 CVE-1 reason x", dt.date(2027, 1, 31), False, "x"),
    ],
)
def test_an_end_is_an_end_wherever_it_stands(text: str, until: dt.date | None, until_fixed: bool, reason: str) -> None:
    (one,) = ignores(parse(f"# garboard: ignore {text}\nFROM a\n".encode(), "Dockerfile"))
    assert (one.ids, one.until, one.until_fixed, one.reason) == (("CVE-1",), until, until_fixed, reason)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nRUN b # garboard: ignore CVE-1 reason x\n", 2),
        ("FROM a\nRUN b \\\n# garboard: ignore CVE-1 reason x\n c\n", 3),
        ("FROM a\nRUN <<EOF\n# garboard: ignore CVE-1 reason x\nEOF\n", 3),
        ("# garboard ignore CVE-1 reason x\nFROM a\n", 1),
    ],
)
def test_what_only_looks_like_a_comment_of_ours_is_told(text: str, line: int) -> None:
    found = parse(text.encode(), "Dockerfile")
    assert not [*ignores(found)]
    (note,) = misplaced(found)
    assert note.startswith(f"Dockerfile:{line}: nothing is ignored by this")


def test_a_comment_that_is_read_is_not_told() -> None:
    assert not [*misplaced(parse(DOCKERFILE.encode(), "Dockerfile"))]
    assert not [*misplaced(parse(b"# garboard scan runs in CI\nFROM a\n", "Dockerfile"))]
    (one,) = ignores(parse(b"# Garboard: Ignore cve-1 Reason: x\nFROM a\n", "Dockerfile"))
    assert one.ids == ("cve-1",)
