"""Two images side by side: what became of each issue, and why."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.comparison.compare import compare
from garboard.comparison.sides import of_json, of_report
from garboard.model.advisory import Severity
from garboard.model.comparison import Fate, ImageComparison, Side, SideIssue
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.policy import Suppressed, Suppression
from garboard.model.report import Report
from garboard.policy import baseline
from garboard.reporters.compare import text
from garboard.reporters.scan import json
from garboard.reporters.view import View
from tests.unit.actions.scans import deb, finding, report

CURL = finding("CVE-1", deb("curl"), severity=Severity.HIGH)
SQLITE = finding("CVE-2", deb("libsqlite3-0", source_name="sqlite3"), severity=Severity.LOW)


def sides(before: Report, after: Report) -> ImageComparison:
    return compare(of_report(before), of_report(after))


def fates(found: ImageComparison) -> dict[str, tuple[str, str]]:
    return {one.issue.key[0]: (one.fate.value, one.why) for one in found.issues}


def upgraded(one: Finding, version: str) -> Finding:
    package = msgspec.structs.replace(one.package, version=version, purl=one.package.purl.replace("@1", f"@{version}"))
    return msgspec.structs.replace(one, package=package)


def test_why_an_issue_is_gone_or_new() -> None:
    removed = sides(report(CURL, SQLITE), report(SQLITE))
    assert fates(removed) == {
        "CVE-1": ("gone", "curl (Dockerfile:3) is not there any more"),
        "CVE-2": ("same", ""),
    }
    added = sides(report(SQLITE), report(CURL, SQLITE))
    assert fates(added)["CVE-1"] == ("new", "curl (Dockerfile:3) was not there")
    newer = upgraded(CURL, "2").package
    assert fates(sides(report(CURL), report(packages=(newer,))))["CVE-1"] == ("gone", "curl 1 → 2")
    assert fates(sides(report(packages=(newer,)), report(CURL)))["CVE-1"] == ("new", "curl 2 → 1")
    same = sides(report(CURL), report(packages=(CURL.package,)))
    assert fates(same)["CVE-1"] == ("gone", "curl is the same: it is judged otherwise")


def test_what_the_base_took_along() -> None:
    old = finding("CVE-3", deb("libc6", layer=0))
    after = msgspec.structs.replace(report(), base_image="base:2")
    assert fates(sides(report(old), after))["CVE-3"] == (
        "gone", "libc6 is not there any more, with the base base:2 in place of base:1",
    )  # fmt: skip


def test_what_was_set_aside() -> None:
    aside = Suppressed(finding=CURL, by=Suppression(reason="not reachable", place="p:1"))
    after = msgspec.structs.replace(report(packages=(CURL.package,)), suppressed=(aside,))
    assert fates(sides(report(CURL), after))["CVE-1"] == ("gone", "set aside: not reachable")
    assert fates(sides(after, report(CURL)))["CVE-1"] == ("new", "no longer set aside: not reachable")


def test_changed_facts() -> None:
    worse = finding("CVE-1", deb("curl"), "3", severity=Severity.CRITICAL)
    found = sides(report(CURL), report(worse))
    assert fates(found)["CVE-1"] == ("changed", "high is now critical; fixed in 3")
    assert found.worse


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ((CURL,), (CURL,), False),
        ((CURL,), (), False),
        ((), (SQLITE,), True),
        ((CURL,), (SQLITE,), False),
        ((SQLITE,), (CURL,), True),
    ],
)
def test_worse(before: tuple[Finding, ...], after: tuple[Finding, ...], worse: bool) -> None:
    assert sides(report(*before), report(*after)).worse is worse


def test_the_line_that_answers_the_question() -> None:
    gone = [finding(f"CVE-9{number}", deb(f"dev{number}")) for number in range(4)]
    before = msgspec.structs.replace(of_report(report(*gone, SQLITE)), name="development")
    after = msgspec.structs.replace(of_report(report(SQLITE, CURL)), name="test")
    assert text.headline(compare(before, after)) == (
        "development → test: 4 gone, 1 still there (from sqlite3, line 3), 1 new"
    )


def test_a_saved_report_is_compared_by_its_issues() -> None:
    saved = of_json(json.render(report(CURL, SQLITE), View()), "old.json")
    live = of_report(report(SQLITE))
    assert {one.key for one in saved.issues} == {one.key for one in of_report(report(CURL, SQLITE)).issues}
    found = compare(saved, live)
    assert fates(found) == {
        "CVE-1": ("gone", "not known: a saved report does not list packages"),
        "CVE-2": ("same", ""),
    }
    assert found.packages is None
    for wrong in (b"[]", b"{", b'{"vulnerabilities": []}'):
        with pytest.raises(UsageError):
            of_json(wrong, "x.json")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(severity=Severity.CRITICAL), "--severity critical"),
        (View(only_fixed=True), "--only-fixed"),
        (View(group_issues=True), "--group-issues"),
    ],
)
def test_a_saved_report_that_leaves_something_out_is_refused(view: View, said: str) -> None:
    unfixed = finding("CVE-3", deb("a", source_name="s"))
    also = finding("CVE-3", deb("b", source_name="s"))
    data = json.render(report(CURL, SQLITE, unfixed, also), view)
    for read in (of_json, baseline.of_json):
        with pytest.raises(UsageError, match=said):
            read(data, "old.json")


def test_an_old_report_states_its_threshold_alone() -> None:
    data = json.render(report(CURL), View())
    for read in (of_json, baseline.of_json):
        assert read(data, "old.json")
        with pytest.raises(UsageError, match="--severity high"):
            read(data.replace(b'"severityThreshold": "low"', b'"severityThreshold": "high"'), "old.json")


def test_a_filter_that_left_nothing_out_changes_nothing() -> None:
    assert of_json(json.render(report(CURL), View(exclude_base=True)), "old.json").issues


ISSUES = st.builds(
    SideIssue,
    key=st.tuples(st.sampled_from(["CVE-1", "CVE-2", "CVE-3"]), st.just("deb"), st.sampled_from("ab")),
    severity=st.sampled_from(Severity),
    packages=st.lists(st.sampled_from(["p", "q"]), min_size=1, max_size=2, unique=True).map(tuple),
)
SIDES = st.builds(
    Side,
    name=st.just("x"),
    issues=st.lists(ISSUES, max_size=4, unique_by=lambda one: one.key).map(tuple),
    packages=st.none() | st.lists(st.tuples(st.just("deb"), st.sampled_from("pq"), st.sampled_from([("1",), ("2",)])), max_size=2, unique_by=lambda one: one[1]).map(tuple),
    undetermined=st.frozensets(st.tuples(st.just("deb"), st.sampled_from("pq"))),
)  # fmt: skip
MIRROR = {**{one: one for one in Fate}, Fate.NEW: Fate.GONE, Fate.GONE: Fate.NEW}


@given(SIDES)
def test_of_a_side_and_itself_nothing_changed(side: Side) -> None:
    found = compare(side, side)
    assert {one.fate for one in found.issues} <= {Fate.SAME}
    assert not found.packages
    assert not found.worse


@given(SIDES, SIDES)
def test_the_other_way_round_it_is_the_mirror(before: Side, after: Side) -> None:
    there, back = compare(before, after), compare(after, before)
    assert {(one.issue.key, one.fate) for one in there.issues} == {
        (one.issue.key, MIRROR[one.fate]) for one in back.issues
    }
    assert not (there.worse and back.worse) or there.of(Fate.UNKNOWN)
    mirrored = None if there.packages is None else {(one.name, one.after, one.before) for one in there.packages}
    assert mirrored == (None if back.packages is None else {(one.name, one.before, one.after) for one in back.packages})


@given(SIDES, SIDES)
def test_nothing_is_gone_that_may_be_there(before: Side, after: Side) -> None:
    found = compare(before, after)
    for one in found.of(Fate.GONE):
        assert not any(("deb", name) in after.undetermined for name in one.issue.packages)
    least = compare(before, msgspec.structs.replace(after, undetermined=frozenset()))
    assert found.worse or not least.worse
    assert {*found.of(Fate.SAME)} == {*least.of(Fate.SAME)}


@given(SIDES, SIDES)
def test_every_issue_has_one_fate(before: Side, after: Side) -> None:
    found = compare(before, after)
    keys = [one.issue.key for one in found.issues]
    assert len(keys) == len({*keys})
    assert {*keys} == {one.key for one in (*before.issues, *after.issues)}
    assert text.render(found, View()).endswith(b"\n")


def test_what_is_new_may_have_been_unread_before() -> None:
    gap = Gap(stage="catalog", subject="x", reason="was not read")
    unread = msgspec.structs.replace(report(SQLITE), gaps=(gap,))
    found = sides(unread, report(CURL, SQLITE))
    assert fates(found)["CVE-1"] == ("new", "curl (Dockerfile:3) was not there, or was not read there")
    assert "what is new may only be unknown." in text.render(found, View()).decode()
    assert fates(sides(report(CURL), unread))["CVE-1"][1].endswith("is not there any more, or was not read there")
