"""Arch Linux's security tracker."""

from __future__ import annotations

import io
import json

import pytest

from garboard.feeds import arch
from garboard.model.advisory import Advisory, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap

GROUP = {
    "name": "AVG-1",
    "packages": ["glibc", "lib32-glibc"],
    "status": "Fixed",
    "severity": "High",
    "type": "arbitrary code execution",
    "affected": "2.38-1",
    "fixed": "2.38-2",
    "issues": ["CVE-2023-4911", "odd"],
    "advisories": ["ASA-202310-01"],
}


def parsed(*groups: object) -> list[object]:
    _, *found = arch.parse("arch", [io.BytesIO(json.dumps(groups).encode())])
    return found


@pytest.mark.parametrize(
    ("status", "fixed", "expected"),
    [
        ("Fixed", "2.38-2", Status.FIXED),
        ("Testing", "2.38-2", Status.FIXED),
        ("Vulnerable", None, Status.AFFECTED),
        ("Unknown", None, Status.UNDETERMINED),
        ("Not affected", None, Status.NOT_AFFECTED),
    ],
)
def test_a_group_is_an_advisory_of_its_packages(status: str, fixed: str | None, expected: Status) -> None:
    (found,) = parsed(GROUP | {"status": status, "fixed": fixed})
    assert isinstance(found, Advisory)
    assert (found.id, found.related, found.ratings[0].word) == ("AVG-1", ("CVE-2023-4911",), "High")
    assert [(one.package, one.status, one.scheme) for one in found.affected] == [
        ("glibc", expected, "alpm"),
        ("lib32-glibc", expected, "alpm"),
    ]
    assert {one.fixed for each in found.affected for one in each.ranges} == (
        set() if expected is Status.NOT_AFFECTED else {fixed or ""}
    )


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    odd = [GROUP | {"status": "Odd"}, GROUP | {"fixed": None}, {"name": 1}]
    assert [isinstance(one, Gap) for one in parsed(*odd)] == [True] * 3
    for text in (b'{"a": []}', b"[", b"<html>"):
        with pytest.raises(FeedError):
            list(arch.parse("arch", [io.BytesIO(text)]))
    with pytest.raises(FeedError):
        arch.documents("arch:x")
