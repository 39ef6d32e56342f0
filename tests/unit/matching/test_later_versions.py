"""The version to go to: from fix to fix, and what is still known of the last."""

from __future__ import annotations

import pytest

from garboard.matching.later_versions import later
from garboard.matching.match import match
from garboard.model.advisory import Affected, Range
from tests.unit.matching.known import Known, advisory, inventory, pypi


def _affected(*ranges: tuple[str, str]) -> Affected:
    return Affected(
        ecosystem="PyPI",
        package="django",
        scheme="pep440",
        ranges=tuple(Range(introduced=since, fixed=fixed) for since, fixed in ranges),
    )


@pytest.mark.parametrize(
    ("records", "version", "left"),
    [
        ({"A": [("0", "3.2.25")]}, "3.2.25", []),
        ({"A": [("0", "4.2.16")], "B": [("4.2", "4.2.17")]}, "4.2.17", []),
        (
            {"A": [("0", "4.2.16")], "B": [("4.2", "4.2.17")], "C": [("4.2.17", "5.0")], "D": [("5.0", "5.1")]},
            "5.1",
            [],
        ),
        ({"A": [("0", "3.2.25")], "B": [("3.2.20", "")]}, "3.2.25", ["B"]),
        ({"A": [("0", "3.2.25")], "B": [("3.2.30", "3.2.31")]}, "3.2.25", []),
        ({"A": [("0", "3.2.25"), ("4", "4.1")]}, "3.2.25", []),
    ],
)
def test_from_fix_to_fix(records: dict[str, list[tuple[str, str]]], version: str, left: list[str]) -> None:
    database = Known(*(advisory(name, _affected(*ranges)) for name, ranges in records.items()))
    package = pypi("django", "3.2.0")
    fixable = [one for one in match(inventory(package), database).findings if one.fixed_in]
    found = later(package, fixable, None, database)
    assert found.version == version
    assert [one.vulnerability.id for one in found.findings] == left
