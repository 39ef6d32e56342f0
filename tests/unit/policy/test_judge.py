"""Gates: three-valued, so that what is not known never passes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.cli.filtering import exit_code
from garboard.model.advisory import FeedState, Rating, Severity
from garboard.model.attribution import Introduction
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan
from garboard.model.lifecycle import State as Support
from garboard.model.package import Users
from garboard.model.policy import Deciding, Level, PolicyFile, PolicyResult, Rule, RuleState, StageRules, Wanted
from garboard.model.recommendation import Counts, Recommendation, Row
from garboard.model.report import Report
from garboard.policy import baseline
from garboard.policy.apply import Applied, judged, set_aside, stage_of
from garboard.policy.document import CONDITIONS
from garboard.policy.facts import Facts
from garboard.policy.judge import judge
from garboard.policy.short_forms import fail_on
from garboard.reporters.policy_explain import text as explained
from garboard.reporters.view import View
from tests.unit.actions.scans import deb, finding, pip, report

PASSED, VIOLATED, UNKNOWN = RuleState.PASSED, RuleState.VIOLATED, RuleState.NOT_KNOWN


def known(severity: Severity = Severity.HIGH, fixed: str = "", **more: Any) -> Finding:
    one = finding("CVE-2024-1", deb("a"), fixed, severity=severity)
    return msgspec.structs.replace(one, vulnerability=msgspec.structs.replace(one.vulnerability, **more))


def rule(**conditions: Any) -> Rule:
    wanted = tuple(
        Wanted(name=name.replace("_", "-"), value=CONDITIONS[name.replace("_", "-")].read(value))
        for name, value in conditions.items()
    )
    return Rule(place="p:1", level=Level.FAIL, conditions=wanted)


def state(one: Rule, of: Report, **more: Any) -> RuleState:
    (result,) = judge((one,), Facts(report=of, **more))
    return result.state


FEEDS = tuple(FeedState(shard=name, fetched="2026-01-30T00:00:00Z") for name in ("kev", "epss"))
NOBODY = msgspec.structs.replace(known(), introduced=Introduction())


@pytest.mark.parametrize(
    ("conditions", "one", "expected"),
    [
        ({"severity": "high"}, known(), VIOLATED),
        ({"severity": "critical"}, known(), PASSED),
        ({"severity": "low"}, known(Severity.UNKNOWN), UNKNOWN),
        ({"severity": "high", "fixable": True}, known(Severity.UNKNOWN), PASSED),
        ({"severity": "high", "fixable": True}, known(Severity.UNKNOWN, "2"), UNKNOWN),
        ({"severity": "high", "severity_by": "nvd"}, known(), UNKNOWN),
        ({"severity": "high", "severity_by": "nvd"}, known(ratings=(Rating(source="nvd", word="Low"),)), PASSED),
        (
            {"severity": "critical", "severity_by": "nvd"},
            known(Severity.LOW, ratings=(Rating(source="nvd", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),)),
            VIOLATED,
        ),
        ({"fixable": True}, known(fixed="2"), VIOLATED),
        ({"fixable": False}, known(fixed="2"), PASSED),
        ({"known_for": 30}, known(published="2026-01-02T00:00:00Z"), PASSED),
        ({"known_for": 29}, known(published="2026-01-02T00:00:00Z"), VIOLATED),
        ({"known_for": 1}, known(), UNKNOWN),
        ({"fixed_for": 10}, known(published="2026-01-28T00:00:00Z", fixed="2"), PASSED),
        ({"fixed_for": 10}, known(published="2025-01-28T00:00:00Z", fixed="2"), UNKNOWN),
        ({"fixed_for": 10}, msgspec.structs.replace(known(fixed="2"), fix_known="2026-01-21T00:00:00Z"), VIOLATED),
        ({"fixed_for": 11}, msgspec.structs.replace(known(fixed="2"), fix_known="2026-01-21T00:00:00Z"), UNKNOWN),
        ({"fixed_for": 10}, known(), PASSED),
        ({"kev": True}, known(kev_added="2025-01-01"), VIOLATED),
        ({"kev": True}, known(), PASSED),
        ({"epss": 0.5}, known(epss=0.5), VIOLATED),
        ({"epss": 0.5}, known(epss=0.49), PASSED),
        ({"epss": 0.5}, known(), UNKNOWN),
        ({"cvss": ["AV:N", "PR:N"]}, known(cvss_vector="CVSS:3.1/AV:N/AC:L/PR:N"), VIOLATED),
        ({"cvss": ["AV:N", "PR:N"]}, known(cvss_vector="CVSS:3.1/AV:N/AC:L/PR:L"), PASSED),
        ({"cvss": "AV:N"}, known(), UNKNOWN),
        ({"malicious": True}, known(malicious=True), VIOLATED),
        ({"of": "yours"}, known(), VIOLATED),
        ({"of": "base"}, known(), PASSED),
        ({"of": "base"}, NOBODY, UNKNOWN),
        ({"ecosystem": ["npm", "DEB"]}, known(), VIOLATED),
        ({"ecosystem": "npm"}, known(), PASSED),
        ({"package": "a*"}, known(), VIOLATED),
        ({"id": "cve-2024-1"}, known(), VIOLATED),
        ({"new": True}, known(), UNKNOWN),
    ],
)
def test_conditions_of_findings(conditions: dict[str, Any], one: Finding, expected: RuleState) -> None:
    assert state(rule(**conditions), msgspec.structs.replace(report(one), feeds=FEEDS)) is expected


def test_exploitation_is_not_known_without_the_list() -> None:
    assert state(rule(kev=True), report(known())) is UNKNOWN


def test_unrated_issues_may_pass() -> None:
    assert state(rule(severity="low"), report(known(Severity.UNKNOWN)), unrated_passes=True) is PASSED
    assert state(rule(more_than={"high": 0}), report(known(Severity.UNKNOWN)), unrated_passes=True) is PASSED


PLAIN = report(known(), finding("CVE-2024-2", deb("b"), severity=Severity.UNKNOWN))


def running_as(user: str, users: Users | None = None) -> Report:
    """An image with a USER, and with the users that its list has."""
    image = msgspec.structs.replace(PLAIN.image, user=user)
    return msgspec.structs.replace(PLAIN, image=image, inventory=msgspec.structs.replace(PLAIN.inventory, users=users))


def lacking(*subjects: str, stage: str = "catalog") -> Report:
    """An image of which something was not read."""
    gaps = tuple(Gap(stage=stage, subject=one, reason="was not read") for one in subjects)
    return msgspec.structs.replace(PLAIN, gaps=gaps)


def licensed(*licenses: str) -> Report:
    return report(finding("C", deb("a", licenses=licenses)))


def with_base(**row: Any) -> Report:
    return msgspec.structs.replace(
        PLAIN, recommendation=Recommendation(base=Row(reference="debian:12", key="k", **row))
    )


@pytest.mark.parametrize(
    ("conditions", "of", "expected"),
    [
        ({"more_than": {"all": 1}}, PLAIN, VIOLATED),
        ({"more_than": {"all": 2}}, PLAIN, PASSED),
        ({"more_than": {"high": 0}}, PLAIN, VIOLATED),
        ({"more_than": {"high": 1}}, PLAIN, UNKNOWN),
        ({"more_than": {"high": 2}}, PLAIN, PASSED),
        ({"more_than": {"unknown": 0}}, PLAIN, VIOLATED),
        ({"unjudged": True}, PLAIN, PASSED),
        ({"unjudged": True}, msgspec.structs.replace(PLAIN, unjudged=(pip("x"),)), VIOLATED),
        ({"unjudged": "PyPI"}, msgspec.structs.replace(PLAIN, unjudged=(pip("x"),)), VIOLATED),
        ({"unjudged": ["deb"]}, msgspec.structs.replace(PLAIN, unjudged=(pip("x"),)), PASSED),
        ({"unjudged": ["deb"]}, lacking("var/lib/dpkg/status"), UNKNOWN),
        ({"unjudged": ["npm"]}, lacking("var/lib/dpkg/status"), PASSED),
        ({"unjudged": ["npm"]}, lacking("app/node_modules/lodash/package.json"), UNKNOWN),
        ({"unjudged": ["npm"]}, lacking("app/x.jar, app/package-lock.json"), UNKNOWN),
        ({"unjudged": ["deb"]}, lacking("app/x.jar"), PASSED),
        ({"unjudged": ["deb"]}, lacking("Debian GNU/Linux 12"), UNKNOWN),
        ({"unjudged": ["deb"]}, lacking("layer 3", stage="image"), UNKNOWN),
        ({"unjudged": ["deb"]}, lacking("programs that no package manager installed"), PASSED),
        ({"unjudged": ["deb"]}, lacking("npm", stage="match"), PASSED),
        ({"data_older_than": 3}, PLAIN, UNKNOWN),
        ({"data_older_than": 3}, msgspec.structs.replace(PLAIN, feeds=FEEDS), PASSED),
        ({"data_older_than": 0}, msgspec.structs.replace(PLAIN, feeds=FEEDS), VIOLATED),
        ({"root_user": True}, PLAIN, UNKNOWN),
        ({"root_user": True}, msgspec.structs.replace(PLAIN, image=msgspec.structs.replace(PLAIN.image, user="")), VIOLATED),
        ({"root_user": True}, msgspec.structs.replace(PLAIN, image=msgspec.structs.replace(PLAIN.image, user="0:0")), VIOLATED),
        ({"root_user": True}, running_as("app"), UNKNOWN),
        ({"root_user": True}, running_as("app", Users(root=("root",), others=("app",))), PASSED),
        ({"root_user": True}, running_as("app:1", Users(root=("app",))), VIOLATED),
        ({"root_user": True}, running_as("other", Users(root=("root",), others=("app",))), UNKNOWN),
        ({"root_user": True}, running_as("00"), VIOLATED),
        ({"root_user": True}, running_as("-0"), VIOLATED),
        ({"root_user": True}, running_as(" "), VIOLATED),
        ({"root_user": True}, running_as("1000:0"), PASSED),
        ({"unowned_programs": True}, PLAIN, PASSED),
        (
            {"unowned_programs": True},
            msgspec.structs.replace(PLAIN, gaps=(Gap(stage="catalog", subject="programs that no package manager installed", reason="x"),)),
            VIOLATED,
        ),
        ({"license": "GPL-3.0*"}, PLAIN, UNKNOWN),
        ({"license": "gpl-3.0*"}, report(finding("C", deb("a", licenses=("GPL-3.0-only",)))), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("MIT"), PASSED),
        ({"license": "GPL-3.0*"}, licensed("GPL-3+"), VIOLATED),
        ({"license": "GPL-3*"}, licensed("GPL-3+"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("MIT", "GPL-3"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("MIT AND GPL-3.0-or-later"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("MIT OR GPL-3.0-or-later"), PASSED),
        ({"license": ["GPL-3.0*", "MIT"]}, licensed("MIT OR GPL-3.0-or-later"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("MIT OR (Apache-2.0 AND GPL-3.0-only)"), PASSED),
        ({"license": "GPL-3.0*"}, licensed("(MIT OR ISC) AND GPL-3.0-only"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("GPL-3.0-only WITH GCC-exception-3.1"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("GNU General Public License v3 (GPLv3)"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("GPL-3+ with a word of their own"), VIOLATED),
        ({"license": "GPL-3.0*"}, licensed("public-domain"), PASSED),
        ({"license": "GPL-3.0*"}, licensed("SEE LICENSE IN LICENSE.txt"), UNKNOWN),
        ({"license": "GPL-3.0*"}, licensed("MIT", "UNKNOWN"), UNKNOWN),
        ({"license": "GPL-3.0*"}, licensed("UNKNOWN", "GPL-3"), VIOLATED),
        ({"base_not_in": "debian:*"}, PLAIN, VIOLATED),
        ({"base_not_in": "base:*"}, PLAIN, PASSED),
        ({"base_unapproved": True}, PLAIN, UNKNOWN),
        ({"base_unapproved": True}, with_base(approved=False), VIOLATED),
        ({"base_unapproved": True}, with_base(approved=True), PASSED),
        ({"base_unpinned": True}, PLAIN, VIOLATED),
        ({"base_unpinned": True}, msgspec.structs.replace(PLAIN, base_image="a@sha256:1"), PASSED),
        ({"base_unpinned": True}, msgspec.structs.replace(PLAIN, base_image=""), UNKNOWN),
        ({"base_unsupported": True}, PLAIN, UNKNOWN),
        ({"base_unsupported": True}, with_base(lifespans=(Lifespan(name="Debian 9", product="debian", state=Support.ENDED),)), VIOLATED),
        ({"base_unsupported": True}, with_base(lifespans=(Lifespan(name="Debian 12", product="debian", state=Support.SUPPORTED),)), PASSED),
        ({"base_older_than": 30}, PLAIN, UNKNOWN),
        ({"base_older_than": 30}, with_base(created="2025-12-31T00:00:00Z"), VIOLATED),
        ({"base_older_than": 31}, with_base(created="2025-12-31T00:00:00Z"), PASSED),
        ({"base_behind": 1}, PLAIN, UNKNOWN),
        ({"base_behind": 1}, with_base(counts=Counts(high=3)), PASSED),
        ({"no_provenance": True}, PLAIN, UNKNOWN),
        ({"no_provenance": True}, msgspec.structs.replace(PLAIN, provenance=False), VIOLATED),
    ],
)  # fmt: skip
def test_conditions_of_images(conditions: dict[str, Any], of: Report, expected: RuleState) -> None:
    assert state(rule(**conditions), of) is expected


def test_how_far_the_base_is_behind() -> None:
    better = Row(reference="debian:13", key="n", counts=Counts(high=1), better=True)
    found = Recommendation(base=Row(reference="debian:12", key="k", counts=Counts(high=3)), rows=(better,))
    of = msgspec.structs.replace(PLAIN, recommendation=found)
    assert (state(rule(base_behind=1), of), state(rule(base_behind=2), of)) == (VIOLATED, PASSED)


def result(*rules: Rule, of: Report = PLAIN, **more: Any) -> PolicyResult:
    applied = Applied(rules=rules, **more)
    found = judged(set_aside(of, applied), applied).policy
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ((fail_on("critical,fixable"),), 0),
        ((fail_on("high"),), 1),
        ((fail_on("critical"),), 3),
        ((fail_on("critical"), fail_on("high")), 1),
        ((fail_on("kev"),), 3),
    ],
)
def test_exit_codes(rules: tuple[Rule, ...], code: int) -> None:
    """What is shown does not matter to a gate; what is not known is no pass."""
    of = msgspec.structs.replace(PLAIN, policy=result(*rules))
    assert exit_code(of, View(severity=Severity.CRITICAL)) == code


def test_a_part_that_was_not_judged_is_no_pass_unless_a_rule_is_about_that() -> None:
    of = msgspec.structs.replace(PLAIN, unjudged=(pip("x"),))
    rules = (fail_on("critical,fixable"),)
    assert exit_code(msgspec.structs.replace(of, policy=result(*rules, of=of)), View()) == 3
    ruled = (*rules, rule(unjudged=["deb"]))
    assert exit_code(msgspec.structs.replace(of, policy=result(*ruled, of=of)), View()) == 0


def test_no_more_issues_than_the_last_release_had() -> None:
    one = rule(more_than_baseline=True)
    assert state(one, PLAIN) is UNKNOWN
    assert state(one, PLAIN, baseline=baseline.of_report(PLAIN)) is PASSED
    assert state(one, PLAIN, baseline=baseline.of_report(report(known()))) is VIOLATED
    milder = finding("CVE-2024-9", deb("c"), severity=Severity.HIGH)
    assert state(one, report(milder), baseline=baseline.of_report(report(known()))) is PASSED


def test_only_what_is_new_fails() -> None:
    before = baseline.of_report(report(known()))
    assert [one.rule.place for one in result(baseline=before).results] == ["--baseline"]
    assert result(baseline=before).results[0].details == ("CVE-2024-2 in b",)
    assert not result(fail_on("high"), baseline=before).failed
    assert not result(fail_on("new"), of=report(known()), baseline=before).failed


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        ({"stage": "test"}, ("test", "as named")),
        ({"target": "final"}, ("production", "by the Dockerfile's stage final")),
        ({}, ("test", "by the image's name")),
    ],
)
def test_the_stage_of_an_image(applied: dict[str, str], expected: tuple[str, str]) -> None:
    stages = (StageRules(name="test", tags=("app:*",)), StageRules(name="production", targets=("final",)))
    found, how = stage_of(PLAIN, Applied(policy=PolicyFile(stages=stages), **applied))
    assert found is not None
    assert (found.name, how) == expected


RULES = st.lists(
    st.sampled_from(
        [fail_on(one) for one in ("high", "critical", "kev", "fixable", "low,fixable", "root-user", "new")]
    ),
    max_size=4,
)
FINDINGS = st.lists(
    st.builds(
        lambda number, severity, fixed: finding(f"CVE-{number}", deb(f"p{number}"), fixed, severity=severity),
        st.integers(0, 3), st.sampled_from(Severity), st.sampled_from(["", "2"]),
    ),
    max_size=4, unique_by=lambda one: one.vulnerability.id,
)  # fmt: skip
WORST = (PASSED, UNKNOWN, VIOLATED)


def worst(found: PolicyResult) -> RuleState:
    return VIOLATED if found.failed else UNKNOWN if found.not_known else PASSED


@given(RULES, RULES, FINDINGS)
def test_a_gate_of_two_is_the_worst_of_both(one: list[Rule], other: list[Rule], findings: list[Finding]) -> None:
    of = report(*findings)
    both = worst(result(*one, *other, of=of))
    assert both is max(worst(result(*one, of=of)), worst(result(*other, of=of)), key=WORST.index)
    assert both is worst(result(*other, *one, of=of))


@given(RULES, FINDINGS, FINDINGS)
def test_more_findings_never_let_a_gate_pass(rules: list[Rule], findings: list[Finding], more: list[Finding]) -> None:
    every = {one.vulnerability.id: one for one in (*more, *findings)}.values()
    few, many = worst(result(*rules, of=report(*findings))), worst(result(*rules, of=report(*every)))
    assert WORST.index(few) <= WORST.index(many)


def test_the_time_is_the_reports() -> None:
    of = msgspec.structs.replace(
        report(known(published="2026-01-02T00:00:00Z")), created=dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    )
    assert state(rule(known_for=29), of) is PASSED


def aged(days: int, *, fetched: int = 0) -> tuple[FeedState, ...]:
    """The feeds of daily lists, of so many days ago by their own date."""
    now = report().created
    return tuple(
        FeedState(
            shard=name,
            fetched=(now - dt.timedelta(days=fetched)).isoformat(),
            data_date=(now - dt.timedelta(days=days)).isoformat(),
        )
        for name in ("kev", "epss")
    )


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_what_an_old_list_does_not_have_is_not_known(days: int, fetched: int, limit: int) -> None:
    """By its own date, or by the day on which it was fetched where that is earlier; what it has holds."""
    expected = PASSED if max(days, fetched) <= limit else UNKNOWN
    for conditions, absent, there in (
        ({"kev": True}, known(), known(kev_added="2025-01-01")),
        ({"epss": 0.5}, known(epss=0.1), known(epss=0.9)),
    ):
        for one, state_of in ((absent, expected), (there, VIOLATED)):
            of = msgspec.structs.replace(report(one), feeds=aged(days, fetched=fetched))
            (result,) = judge((rule(**conditions),), Facts(report=of, stale_after=limit))
            assert result.state is state_of
            assert f"{max(days, fetched)} day" in result.basis[0]
            assert all(f"stale-after = {limit}" in one for one in result.missing)


def test_what_is_not_on_an_old_list_is_not_said_to_be_off_it() -> None:
    old = msgspec.structs.replace(report(known()), feeds=aged(400))
    assert state(rule(kev=False), old) is UNKNOWN
    (result,) = judge((rule(kev=True),), Facts(report=old))
    day = (old.created - dt.timedelta(days=400)).date()
    assert result.missing == (
        f"CISA's list (kev) on the day of this report (kev: data of {day}, 400 days old; stale-after = 30)",
    )  # fmt: skip


def test_the_own_date_of_a_daily_list_is_its_age() -> None:
    old = msgspec.structs.replace(report(known()), feeds=aged(40))
    assert state(rule(data_older_than=39), old) is VIOLATED
    assert state(rule(data_older_than=40), old) is PASSED


def test_the_limit_is_the_policy_s() -> None:
    old = msgspec.structs.replace(report(known()), feeds=aged(40))
    for limit, passes in ((None, UNKNOWN), (40, PASSED), (0, UNKNOWN)):
        found = judged(
            set_aside(old, Applied(policy=PolicyFile(stale_after=limit), rules=(fail_on("kev"),))),
            Applied(policy=PolicyFile(stale_after=limit), rules=(fail_on("kev"),)),
        )
        assert found.policy is not None
        assert [one.state for one in found.policy.results] == [passes]


def test_which_programs_there_are_is_not_known_of_an_sbom() -> None:
    of = report()
    assert state(rule(unowned_programs=True), of) is PASSED
    bill = msgspec.structs.replace(of, image=msgspec.structs.replace(of.image, source="sbom"))
    assert state(rule(unowned_programs=True), bill) is UNKNOWN


@pytest.mark.parametrize(
    ("name", "said"),
    [("app:1", False), ("registry.example:5000/team/app:2", False), ("app@sha256:0", False), ("other:1", True)],
)
def test_a_baseline_of_another_image_is_told(name: str, said: bool) -> None:
    of = report(known())
    before = baseline.of_report(msgspec.structs.replace(of, image=msgspec.structs.replace(of.image, name=name)))
    found = set_aside(of, Applied(baseline=before))
    assert found.policy is not None
    assert any("the baseline is of" in one for one in found.policy.notes) == said


def test_what_has_no_package_url_is_known_by_its_name() -> None:
    one, other = (finding("CVE-2024-1", deb(name, purl="")) for name in ("a", "b"))
    assert baseline.key(one) != baseline.key(other)
    saved = {"vulnerabilities": [{"id": "CVE-2024-1", "purl": "", "packageName": "a", "severity": "low"}]}
    assert baseline.of_json(msgspec.json.encode(saved), "x").known == {baseline.key(one)}


def test_data_of_a_later_day_than_the_report_have_no_age_that_is_known() -> None:
    """As where a clock was set back: nothing is fresh by that."""
    later = msgspec.structs.replace(PLAIN, feeds=FEEDS, created=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert state(rule(data_older_than=3), later) is UNKNOWN
    assert state(rule(kev=True), later) is UNKNOWN
    (note,) = set_aside(later, Applied(policy=PolicyFile())).policy.notes
    assert note.startswith("judged as of 2020-01-01, though data are of 2026-")


def test_what_explains_a_finding_tells_rules_that_are_only_not_known_apart() -> None:
    fails, unknown, warns = (
        rule(severity="high"),
        rule(kev=True),
        msgspec.structs.replace(rule(severity="low"), level=Level.WARN),
    )
    failed = Deciding(
        finding=known(),
        rules=((fails, RuleState.VIOLATED), (unknown, RuleState.NOT_KNOWN), (warns, RuleState.VIOLATED)),
    )
    assert explained.decisive(failed) == [fails]
    text = explained.render(PLAIN, [failed], View()).decode()
    assert f"{fails.text} ({fails.place}); not known: {unknown.text}" in text
    assert f"warns: {warns.text}" in text
    unsure = Deciding(finding=known(), rules=((unknown, RuleState.NOT_KNOWN),))
    assert explained.decisive(unsure) == [unknown]
    assert "not known: " not in explained.render(PLAIN, [unsure], View()).decode()
