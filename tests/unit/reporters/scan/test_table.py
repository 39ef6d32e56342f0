"""The table by other groups, columns and orders: the same issues, each in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.advisory import Severity
from garboard.reporters.scan import table, text
from garboard.reporters.scan.columns import GROUPS, OF_GROUPS, OF_PACKAGES, ORDERS
from garboard.reporters.scan.rows import grouped, rows
from garboard.reporters.view import View, issues, shown
from tests.unit.reporters.attributed import BASE, NOBODY, OURS, finding, report
from tests.unit.reporters.test_counts import in_two_layers

OF = report(
    finding("a", BASE, cve="CVE-1", fixed=""),
    finding("b", BASE, Severity.CRITICAL, cve="CVE-2"),
    finding("c", OURS, Severity.LOW, cve="CVE-3"),
    finding("c", OURS, Severity.UNKNOWN, cve="CVE-4"),
    finding("d", NOBODY, Severity.MEDIUM, cve="CVE-5"),
)


def cells(view: View) -> list[list[str]]:
    lines = table.render(OF, view).decode().split("\n")
    return [line.split() for line in lines[3 : lines.index("", 3)]]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("line", ["Dockerfile:3", "not known", "base image ruby:2.5.1"]),
        ("layer", ["1 RUN apt-get update && apt-get install -y git vim", "0 ADD rootfs.tar /"]),
        ("base", ["yours", "not known", "base image ruby:2.5.1"]),
    ],
)
def test_what_each_line_is_about(group: str, expected: list[str]) -> None:
    lines = table.render(OF, View(group_by=group)).decode().split("\n")
    assert lines[3].split()[:3] == [group.upper(), "PACKAGES", "WORST"]
    found = [line[: line.index("  ")] for line in lines[4 : lines.index("", 4)]]
    assert found == expected


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("group", GROUPS)
def test_orders_show_the_same_lines(order: str, group: str) -> None:
    assert sorted(cells(View(group_by=group, sort=order))) == sorted(cells(View(group_by=group)))


def test_the_order_is_that_which_is_asked_for() -> None:
    by = {order: [row[0] for row in cells(View(sort=order, columns=("package",)))[1:]] for order in ORDERS}
    assert by["name"] == ["a", "b", "c", "d"]
    assert (by["issues"][-1], by["fixable"][0], by["worst"][-1]) == ("c", "a", "b")


@given(st.sampled_from(sorted(GROUPS)), st.data())
def test_the_columns_that_are_asked_for_in_their_order(group: str, data: st.DataObject) -> None:
    known = OF_PACKAGES if GROUPS[group] is None else OF_GROUPS
    names = tuple(data.draw(st.lists(st.sampled_from(sorted(known)), min_size=1, unique=True)))
    heads = table.render(OF, View(group_by=group, columns=names)).decode().split("\n")[3]
    assert heads.split() == " ".join(known[one].heading or group.upper() for one in names).split()


@pytest.mark.parametrize("group", [name for name, label in GROUPS.items() if label])
def test_no_issue_is_lost_in_groups(group: str) -> None:
    of = in_two_layers()
    label = GROUPS[group]
    assert label is not None
    found = shown(of, View())
    made = grouped(found, label(of))
    assert {key for row in made for key in (one.key for one in row.issues)} == {one.key for one in found}
    assert sum(len(one.findings) for row in made for one in row.issues) == sum(len(one.findings) for one in found)


def test_a_summary_has_what_it_adds_up_to_and_no_issue() -> None:
    for module in (table, text):
        whole, short = (module.render(OF, View(summary=one)).decode() for one in (False, True))
        assert "found 5 issues" in short
        assert whole.endswith(short[short.index("Package manager:") :])
        assert len(short) < len(whole)
        assert "PACKAGE  " not in short
        assert "✗" not in short
    assert len(rows(issues(OF.findings))) == 4
