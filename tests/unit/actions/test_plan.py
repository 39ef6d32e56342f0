from __future__ import annotations

import json

import msgspec
import pytest

from garboard.actions.plan import Known, choose
from garboard.model.action import ActionKind, Actions
from garboard.model.advisory import Severity, Status
from garboard.model.attribution import Introduction, LayerOrigin, Origin, Place
from garboard.model.finding import Finding
from garboard.model.image import History
from garboard.model.mirror import Outcome, Prospect
from garboard.model.package import Location, Package
from garboard.model.recommendation import (
    Brought,
    Counts,
    FindingKey,
    Group,
    Objection,
    Prediction,
    Recommendation,
    Row,
    Verdict,
)
from garboard.model.report import Report
from garboard.reporters.actions import json as actions_json
from garboard.reporters.actions import text
from tests.unit.actions.scans import deb, finding, pip, report

OURS, BASES = deb("git"), deb("libc6", 0)


def told(found: Actions) -> list[tuple[str, int, int, int]]:
    return [(one.kind.value, one.before, one.after, len(one.clears)) for one in found.actions]


def keys(*names: str) -> tuple[FindingKey, ...]:
    return tuple(
        FindingKey(vulnerability=cve, type="deb", package=package, version="9", source=package)
        for cve, _, package in (name.partition(" ") for name in names)
    )


def row(reference: str, *remaining: str, group: Group = Group.MINOR, added: tuple[str, ...] = (), **more) -> Row:
    severity = more.pop("severity", Severity.UNKNOWN)
    prediction = Prediction(
        counts=Counts(high=len(remaining)),
        remaining=keys(*remaining),
        added=tuple(Brought(key=one, severity=severity) for one in keys(*added)),
        unknown=more.pop("unknown", ()),
    )
    return Row(reference=reference, key=reference, group=group, prediction=prediction, better=True, **more)


def recommending(*rows: Row) -> Recommendation:
    return Recommendation(verdict=Verdict.BETTER, rows=rows)


def test_nothing_found_nothing_to_do() -> None:
    assert choose(report(packages=(OURS,))) == Actions(judged=1)


def test_nothing_judged_is_not_nothing_to_do() -> None:
    unjudged = choose(msgspec.structs.replace(report(packages=(OURS,)), judged=0))
    assert text.render(unjudged).startswith(b"Nothing could be judged")
    assert text.render(choose(report(packages=(OURS,)))).startswith(b"No issues: nothing to do.")
    assert json.loads(actions_json.render(unjudged))["judged"] == 0


def test_an_unpinned_package_of_your_lines_comes_newer_with_a_rebuild() -> None:
    found = choose(report(finding("CVE-1", OURS, "2"), finding("CVE-2", OURS)))
    assert told(found)[0] == ("rebuild", 2, 1, 1)
    assert found.actions[0].command == "docker build --no-cache ."


def test_a_package_of_the_base_needs_a_line_that_upgrades_it() -> None:
    scan = report(finding("CVE-1", BASES, "2"), packages=(deb("apt", 0),))
    found = choose(scan, Known(from_line=Place(file="Dockerfile", line=1)))
    (action,) = found.actions
    assert action.kind is ActionKind.UPGRADE
    assert action.command.startswith("RUN apt-get update && apt-get upgrade -y")
    assert action.place is not None
    assert action.place.line == 1


@pytest.mark.parametrize(
    ("user", "lines"),
    [("", False), ("root", False), ("0:0", False), ("root:adm", False), ("app", True), ("1001:0", True), (None, False)],
)
@pytest.mark.parametrize("moved", [False, True])
def test_the_line_that_upgrades_runs_as_root(user: str | None, lines: bool, moved: bool) -> None:
    """On the base in use, and on the one that FROM is changed to."""
    scan = report(finding("CVE-1", BASES, "2"), finding("CVE-2", BASES), packages=(deb("apt", 0),))
    base = msgspec.structs.replace(scan.attribution.base, user="somebody" if moved else user)
    scan = msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, base=base))
    rows = (row("base:2", "CVE-1 libc6", distro="debian 12"),)
    known = Known(recommendation=recommending(*rows), user=lambda one: user if one is rows[0] else "nobody")
    action = choose(scan, known if moved else Known()).actions[-1]
    run = "RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*"
    assert action.command == (f"USER root\n{run}\nUSER {user}" if lines else run)
    assert ("as root" in action.text) is lines
    assert ("if its USER is not root" in action.risk) is (user is None)
    shown = text.render(choose(scan, known if moved else Known())).decode()
    assert ("     USER root\n     RUN apt-get" in shown) is lines


@pytest.mark.parametrize("layers", [None, 1])
@pytest.mark.parametrize("history", ["", "RUN make", "USER app"])
@pytest.mark.parametrize("user", ["app", "1000:0", "", None])
def test_a_user_that_no_line_names_is_inherited(user: str | None, history: str, layers: int | None) -> None:
    """At the end of the Dockerfile it is always the image's."""
    scan = report(finding("CVE-1", BASES, "2"), packages=(deb("apt", 0),), base_layers=layers)
    image = msgspec.structs.replace(scan.image, user=user, history=(History(created_by=history),))
    action = choose(msgspec.structs.replace(scan, image=image)).actions[-1]
    is_known = user is not None and (layers is None or history != "USER app")
    assert action.command.startswith("USER root\n") is (is_known and user != "")
    assert action.command.endswith(f"\nUSER {user}") is (is_known and user != "")
    assert ("if its USER is not root" in action.risk) is not is_known


def test_a_version_that_a_line_names_is_to_be_raised_there() -> None:
    pinned = "apt-get install -y git=1"
    found = choose(report(finding("CVE-1", OURS, "2", command=pinned), finding("CVE-2", OURS, "10", command=pinned)))
    (action,) = found.actions
    assert (action.kind, action.text, action.command) == (ActionKind.RAISE, "Ask for git 10 or later", "git=10")
    assert len(action.clears) == 2


def test_a_language_package_is_raised_to_the_highest_fix() -> None:
    six, ten = finding("CVE-1", pip("flask"), "1.9"), finding("CVE-2", pip("flask"), "1.10")
    found = choose(report(six, ten))
    (action,) = found.actions
    assert action.text == "Raise flask 1.10 or later"
    assert action.command == "'flask>=1.10'"


def test_a_language_package_that_a_system_package_brought_is_not_yours_to_raise() -> None:
    owned = msgspec.structs.replace(pip("six"), owner="pkg:deb/debian/python3-six@1")
    found = choose(report(finding("CVE-1", owned, "2")))
    assert not found.actions
    assert found.left == 1


def test_the_base_that_leaves_the_least() -> None:
    scan = report(finding("CVE-1", BASES), finding("CVE-2", BASES), finding("CVE-3", OURS))
    rows = (row("base:2", "CVE-2 libc6", "CVE-3 git"), row("base:3-slim", "CVE-3 git", group=Group.ALTERNATIVE))
    found = choose(scan, Known(recommendation=recommending(*rows)))
    first = found.actions[0]
    assert (first.kind, first.text) == (ActionKind.BASE, "Change FROM to `base:3-slim`")
    assert (first.before, first.after) == (3, 1)
    assert (first.packages, first.size) == (1, None)


@pytest.mark.parametrize(("today", "size"), [(40_000_000, -27_700_000), (None, None)])
def test_what_another_base_changes_is_measured(today: int | None, size: int | None) -> None:
    scan = report(finding("CVE-1", BASES, severity=Severity.HIGH), finding("CVE-3", OURS, severity=Severity.LOW))
    better = row("base:2", "CVE-3 git", size=12_300_000)
    better = msgspec.structs.replace(better, prediction=msgspec.structs.replace(better.prediction, packages=7))
    advice = msgspec.structs.replace(
        recommending(better), base=Row(reference="base:1", key="base:1", size=today, packages=9)
    )
    found = choose(scan, Known(recommendation=advice))
    first = found.actions[0]
    assert (first.packages, first.packages_after, first.size) == (1, 7, size)
    assert first.left == ((Severity.LOW, 1),)
    less = "; 27.7 MB less" if today else ""
    assert f"(-1: 1 high; 1 package; then 7 packages in all{less})" in text.render(found).decode()
    (told, *_) = json.loads(actions_json.render(found))["actions"]
    assert (told["remaining"], told["packages"], told["packagesAfter"], told["sizeChange"]) == ({"low": 1}, 1, 7, size)


def test_what_a_removal_frees_is_told_if_all_that_goes_states_it() -> None:
    git = deb("git", needs=("perl",), automatic=False, installed_size=2000)
    perl = deb("perl", automatic=True, installed_size=500)
    (action,) = choose(report(finding("CVE-1", git), packages=(git, perl))).actions
    assert (action.packages, action.size) == (2, -2500)
    (action,) = choose(
        report(finding("CVE-1", git), packages=(git, msgspec.structs.replace(perl, installed_size=0)))
    ).actions
    assert (action.packages, action.size) == (2, None)


def test_what_a_base_brings_counts_against_it() -> None:
    scan = report(finding("CVE-1", BASES), finding("CVE-2", BASES))
    rows = (row("base:2", "CVE-9 zlib", added=("CVE-9 zlib",)),)
    found = choose(scan, Known(recommendation=recommending(*rows)))
    (action,) = found.actions
    assert (len(action.clears), len(action.adds), action.after) == (2, 1, 1)
    assert [(one.reason, len(one.issues)) for one in found.remaining] == [("come with the new base", 1)]


@pytest.mark.parametrize(
    "bad",
    [
        row("base:2", "CVE-1 libc6", "CVE-9 a", "CVE-8 b", added=("CVE-9 a", "CVE-8 b")),
        row("base:2", unknown=("git",)),
        msgspec.structs.replace(row("base:2"), better=False),
    ],
)
def test_a_base_that_is_not_known_to_be_better_is_no_action(bad: Row) -> None:
    found = choose(report(finding("CVE-1", BASES)), Known(recommendation=recommending(bad)))
    assert not found.actions


def test_the_same_tag_pulled_again_is_cheaper_than_another() -> None:
    scan = report(*(finding(f"CVE-{number}", BASES) for number in range(5)))
    again = row("base:1", "CVE-0 libc6", "CVE-1 libc6", group=Group.REBUILD)
    other = row("base:2", group=Group.MINOR)
    found = choose(scan, Known(recommendation=recommending(other, again)))
    assert told(found) == [("pull", 5, 2, 3), ("base", 2, 0, 2)]


def test_a_base_that_brings_back_what_the_pull_cleared_is_told_after_it_with_both() -> None:
    scan = report(*(finding(f"CVE-{number}", BASES) for number in range(5)))
    again = row("base:1", "CVE-3 libc6", "CVE-4 libc6", group=Group.REBUILD)
    other = row("base:2", "CVE-0 libc6")
    found = choose(scan, Known(recommendation=recommending(other, again)))
    assert told(found) == [("pull", 5, 2, 3), ("base", 2, 1, 2)]
    assert [issue[0] for issue in found.actions[1].adds] == ["CVE-0"]
    assert found.left == 1
    worse = row("base:2", "CVE-0 libc6", "CVE-1 libc6", "CVE-2 libc6")
    assert told(choose(scan, Known(recommendation=recommending(worse, again)))) == [("pull", 5, 2, 3)]


def test_what_the_pull_would_bring_is_not_counted_with_the_other_base() -> None:
    scan = report(*(finding(f"CVE-{number}", BASES) for number in range(3)))
    again = row("base:1", "CVE-2 libc6", "CVE-9 libc6", group=Group.REBUILD, added=("CVE-9 libc6",))
    found = choose(scan, Known(recommendation=recommending(again, row("base:2"))))
    assert told(found) == [("pull", 3, 2, 2), ("base", 2, 0, 2)]
    assert found.left == 0


@pytest.mark.parametrize(
    ("kind", "manager", "command"),
    [
        ("deb", "apt", "RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*"),
        ("apk", "apk-tools", "RUN apk upgrade --no-cache"),
        ("rpm", "microdnf", "RUN microdnf upgrade -y && microdnf clean all"),
        ("rpm", "tdnf", "RUN tdnf upgrade -y && tdnf clean all"),
    ],
)
def test_the_line_is_of_the_manager_that_the_image_has(kind: str, manager: str, command: str) -> None:
    old, has = deb("zlib", 0, type=kind, scheme=kind), deb(manager, 0, type=kind, scheme=kind)
    assert choose(report(finding("CVE-1", old, "2"), packages=(has,))).actions[0].command == command
    without = choose(report(finding("CVE-1", old, "2")))
    assert not without.actions
    assert without.remaining[0].reason == "the image has no package manager: only a newer base brings the fix"


def test_dropping_takes_along_what_only_it_needs() -> None:
    git, perl, libc = deb("git", needs=("perl",), automatic=False), deb("perl", automatic=True), deb("libc6", 0)
    scan = report(
        finding("CVE-1", git),
        finding("CVE-2", perl, paths=((git.id, perl.id),)),
        finding("CVE-3", libc),
        packages=(git, perl),
    )
    found = choose(scan)
    (action,) = found.actions
    assert action.text == "Drop git from `apt-get install -y git vim`"
    assert {issue[0] for issue in action.clears} == {"CVE-1", "CVE-2"}
    assert action.place is not None
    assert action.place.line == 3


def test_what_another_package_needs_too_is_not_cleared() -> None:
    perl = deb("perl", automatic=True)
    git, vim = deb("git", needs=("perl",), automatic=False), deb("vim", needs=("perl",), automatic=False)
    scan = report(finding("CVE-1", perl, paths=((git.id, perl.id), (vim.id, perl.id))), packages=(git, vim, perl))
    assert not choose(scan).actions


def test_dropping_what_somebody_else_asked_for_with_it_is_no_advice() -> None:
    python = deb("python3", automatic=False)
    app = deb("app", needs=("python3",), automatic=False)
    scan = report(finding("CVE-1", python), packages=(python, app))
    assert not choose(scan).actions


@pytest.mark.parametrize("essential", [True, False], ids=["essential", "asked for by another"])
def test_the_search_goes_on_after_a_package_that_must_stay(*, essential: bool) -> None:
    first = deb("bash", automatic=False, essential=essential)
    above = deb("app", needs=("bash",), automatic=False)
    git = deb("git", automatic=False)
    scan = report(finding("CVE-1", first), finding("CVE-2", git), packages=(first, above, git))
    assert [one.text for one in choose(scan).actions] == ["Drop git from `apt-get install -y git vim`"]


@pytest.mark.parametrize(("layers", "layer"), [(None, 1), (1, 0)])
def test_only_what_is_known_to_be_yours_is_dropped(layers: int | None, layer: int) -> None:
    git = deb("git", layer, automatic=False)
    assert not choose(report(finding("CVE-1", git), packages=(git,), base_layers=layers)).actions


def test_what_the_new_base_has_itself_is_not_cleared_by_dropping_it() -> None:
    git = deb("git", automatic=False)
    scan = report(finding("CVE-1", git), finding("CVE-2", BASES), packages=(git,))
    known = Known(recommendation=recommending(row("base:2", "CVE-1 git")), held={"base:2": frozenset({"git"})})
    assert [one.kind for one in choose(scan, known).actions] == [ActionKind.BASE]


def test_the_mirrors_word_counts_for_more_than_the_advisories() -> None:
    fixed = finding("CVE-1", BASES, "2")
    prospects = {(fixed.vulnerability.id, fixed.package.id): Prospect(finding=fixed, outcome=Outcome.UNPUBLISHED)}
    found = choose(report(fixed), Known(prospects=prospects))
    assert found.checked
    assert not found.actions
    assert found.remaining[0].reason == "the fix is not in the package mirrors yet"


def test_why_the_rest_remains() -> None:
    wont = finding("CVE-1", BASES, status=Status.WILL_NOT_FIX)
    found = choose(report(wont, finding("CVE-2", BASES), finding("CVE-3", BASES)))
    assert [(one.reason, len(one.issues)) for one in found.remaining] == [
        ("no fix is known", 2),
        ("no fix: the distribution will not make one", 1),
    ]


def test_where_the_base_ends_is_not_known_nothing_is_said_of_it() -> None:
    part = msgspec.structs.replace(pip("django", layer=0), owner="pkg:deb/debian/kibana@7")
    found = choose(
        report(finding("CVE-1", BASES, "2"), finding("CVE-2", part, "2"), packages=(deb("apt", 0),), base_layers=None)
    )
    assert [one.text for one in found.actions] == [
        "Upgrade the system's packages in a line at the end, since what the base brought is not known"
    ]
    assert [one.reason for one in found.remaining] == ["part of another package, whose own version decides"]


def test_an_issue_of_two_packages_is_cleared_by_what_clears_the_second() -> None:
    """The source package is one: its issue is gone when both binary packages are mended."""
    lib, tool = (deb(name, layer, source_name="zlib") for name, layer in (("zlib1g", 0), ("zlib-dev", 1)))
    found = choose(report(finding("CVE-1", lib, "2"), finding("CVE-1", tool, "2"), packages=(deb("apt", 0),)))
    assert [(one.kind, len(one.clears)) for one in found.actions] == [(ActionKind.REBUILD, 0), (ActionKind.UPGRADE, 1)]
    assert found.left == 0


# -- what a list of actions has to keep in mind


def placed(one, line: int, command: str, instruction: str = ""):
    who = Introduction(
        origin=Origin.DOCKERFILE, layer=1, instruction=instruction or f"RUN {command}", command=command,
        place=Place(file="Dockerfile", line=line),
    )  # fmt: skip
    return msgspec.structs.replace(one, introduced=who)


def test_only_what_the_filters_count_is_ranked_and_counted() -> None:
    mild = [finding(f"CVE-{number}", BASES, "2", severity=Severity.LOW) for number in range(3)]
    grave = placed(finding("CVE-9", pip("flask"), "2", severity=Severity.HIGH), 4, "pip install flask==1")
    scan = report(*mild, grave, packages=(deb("apt", 0),))
    found = choose(scan, Known(counts=lambda one: one.vulnerability.severity >= Severity.HIGH))
    assert [(one.kind.value, one.before, one.after) for one in found.actions] == [("raise", 1, 0)]
    assert found.actions[0].severities == ((Severity.HIGH, 1),)
    assert "1 → 0  (-1: 1 high; 1 package)" in text.render(found).decode()


@pytest.mark.parametrize(("least", "expected"), [(Severity.UNKNOWN, "base:calm"), (Severity.CRITICAL, "base:3")])
def test_the_base_is_chosen_by_what_the_filters_count(least: Severity, expected: str) -> None:
    """By all severities one base is the better one, by the critical ones alone another, which that one beats."""
    ratings = {"CVE-1": Severity.CRITICAL, "CVE-2": Severity.CRITICAL} | {
        f"CVE-{number}": Severity.HIGH for number in range(3, 9)
    }
    scan = report(*(finding(cve, BASES, severity=severity) for cve, severity in ratings.items()))
    calm = row("base:calm", "CVE-1 libc6", group=Group.MAJOR)
    many = row("base:3", *(f"CVE-{number} libc6" for number in range(3, 9)), "CVE-90 a", added=("CVE-90 a",))
    many = msgspec.structs.replace(many, better=False, objections=(Objection(code="beaten", reason="fewer there"),))
    calm, many = (
        msgspec.structs.replace(
            one, prediction=msgspec.structs.replace(one.prediction, counts=Counts(critical=critical))
        )
        for one, critical in ((calm, 1), (many, 9))
    )
    known = Known(recommendation=recommending(calm, many), counts=lambda one: one.vulnerability.severity >= least)
    (first, *_) = choose(scan, known).actions
    assert first.command == f"FROM {expected}"


@pytest.mark.parametrize("code", ["ended", "larger", "program"])
def test_no_filter_offers_what_something_else_speaks_against(code: str) -> None:
    scan = report(finding("CVE-1", BASES, severity=Severity.CRITICAL), finding("CVE-2", BASES, severity=Severity.LOW))
    bad = msgspec.structs.replace(row("base:2"), objections=(Objection(code=code, reason="a reason"),))
    known = Known(recommendation=recommending(bad), counts=lambda one: one.vulnerability.severity >= Severity.CRITICAL)
    assert not choose(scan, known).actions


def test_the_raises_of_a_line_are_one_action() -> None:
    command = "pip install requests==2.25.1 urllib3==1.26.5"
    limited = msgspec.structs.replace(pip("requests", "2.25.1"), limits=(("urllib3", "<1.27,>=1.21.1"),))
    both = (
        placed(finding("CVE-1", pip("urllib3", "1.26.5"), "2.7.0"), 4, command),
        placed(finding("CVE-2", limited, "2.33.0"), 4, command),
    )
    (action,) = choose(report(*both)).actions
    assert action.text == "Ask for urllib3 2.7.0, requests 2.33.0 or later"
    assert action.command == "'urllib3>=2.7.0' 'requests>=2.33.0'"
    assert len(action.clears) == 2


@pytest.mark.parametrize(("limit", "possible"), [("<1.27,>=1.21.1", False), ("<3", True), (">=1,!=2.7.0", False)])
def test_a_raise_that_a_pinned_package_forbids_is_not_advised(limit: str, possible: bool) -> None:
    command = "pip install requests==2.25.1 urllib3==1.26.5"
    pinned = msgspec.structs.replace(pip("requests", "2.25.1"), limits=(("urllib3", limit),))
    scan = report(placed(finding("CVE-1", pip("urllib3", "1.26.5"), "2.7.0"), 4, command), packages=(pinned,))
    line = LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=f"RUN {command}")
    scan = msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, layers=(line,)))
    found = choose(scan)
    assert bool(found.actions) is possible
    if not possible:
        assert found.remaining[0].reason == "a line pins what does not allow the fixed version"


def test_an_issue_in_two_places_needs_both_and_both_are_listed() -> None:
    one = msgspec.structs.replace(pip("urllib3"), locations=(Location(path="a/METADATA"),))
    other = msgspec.structs.replace(pip("urllib3"), locations=(Location(path="b/METADATA"),))
    scan = report(
        placed(finding("CVE-1", one, "2"), 2, "pip install urllib3==1"),
        placed(finding("CVE-1", other, "2"), 5, "/opt/venv/bin/pip install urllib3==1"),
    )
    found = choose(scan)
    assert told(found) == [("raise", 1, 1, 0), ("raise", 1, 0, 1)]
    assert {action.place.line for action in found.actions if action.place} == {2, 5}
    assert "a part of issues that others clear, or that remain" in text.render(found).decode()


def test_what_another_carries_a_copy_of_is_raised_all_the_same() -> None:
    one = msgspec.structs.replace(pip("urllib3"), locations=(Location(path="requirements.txt"),), declared=True)
    copy = msgspec.structs.replace(
        pip("urllib3"), locations=(Location(path="pip/_vendor/vendor.txt"),), vendored_by="pip"
    )
    found = choose(report(finding("CVE-1", one, "2"), finding("CVE-1", copy, "2")))
    assert told(found) == [("raise", 1, 1, 0)]
    assert [(one.reason, len(one.issues)) for one in found.remaining] == [
        ("among the own files of pip: whether a newer version of it has the fix is not known", 1)
    ]


def test_a_line_that_names_a_package_does_not_raise_the_copy_that_another_one_carries() -> None:
    line = "pip install urllib3==1"
    copy = msgspec.structs.replace(
        pip("urllib3"), locations=(Location(path="pip/_vendor/vendor.txt"),), vendored_by="pip"
    )
    found = choose(
        report(placed(finding("CVE-1", pip("urllib3"), "2"), 2, line), placed(finding("CVE-1", copy, "2"), 2, line))
    )
    assert told(found) == [("raise", 1, 1, 0)]
    assert [one.reason for one in found.remaining] == [
        "among the own files of pip: whether a newer version of it has the fix is not known"
    ]


def test_what_was_copied_from_the_context_is_raised_there() -> None:
    """With the one version that has all fixes, and counted; what another stage brought is another matter."""
    scan = report(
        placed(finding("CVE-1", pip("flask"), "2"), 7, "", "COPY vendor /opt"),
        placed(finding("CVE-2", pip("flask"), "2.10"), 7, "", "COPY vendor /opt"),
        placed(finding("CVE-3", pip("six"), "1.9"), 7, "", "COPY vendor /opt"),
        placed(finding("CVE-4", pip("six")), 7, "", "COPY vendor /opt"),
    )
    found = choose(scan)
    (action,) = found.actions
    assert told(found) == [("replace", 4, 1, 3)]
    assert action.text == "Raise flask 2.10, six 1.9 or later in what `COPY vendor /opt` copies, where it is built"
    assert action.command == "'flask>=2.10' 'six>=1.9'"
    assert [one.reason for one in found.remaining] == ["no fix is known"]
    (other,) = scan.findings[:1]
    staged = msgspec.structs.replace(other.introduced, copied_from="build")
    stays = choose(report(msgspec.structs.replace(other, introduced=staged)))
    assert not stays.actions
    assert stays.remaining[0].reason == "copied from another stage or image: to be mended there"
    built = choose(report(msgspec.structs.replace(other, introduced=staged)), Known(stages=frozenset({"build"})))
    assert told(built) == [("replace", 1, 0, 1)]


def test_the_order_is_by_kind_and_packages_to_remove_come_last() -> None:
    git = deb("git", automatic=False)
    scan = report(
        *(finding(f"CVE-{number}", git) for number in range(5)),
        placed(finding("CVE-7", pip("flask"), "2"), 4, "pip install flask==1"),
        finding("CVE-8", BASES, "2"),
        packages=(git, deb("apt", 0)),
    )
    found = choose(scan)
    assert [one.kind.value for one in found.actions] == ["raise", "upgrade", "drop"]
    rendered = text.render(found).decode()
    assert rendered.index("Could you do without?") > rendered.index("Until the base has the fixes")


@pytest.mark.parametrize(("distro", "kinds"), [("debian 12", ["base", "upgrade"]), ("debian 13", ["base"])])
def test_the_bases_packages_are_upgraded_on_its_own_release_only(distro: str, kinds: list[str]) -> None:
    scan = report(finding("CVE-1", BASES), finding("CVE-2", BASES, "2"), packages=(deb("apt", 0),))
    known = Known(recommendation=recommending(row("base:2", "CVE-2 libc6", distro=distro)))
    assert [one.kind.value for one in choose(scan, known).actions] == kinds


def test_what_the_new_base_lacks_and_your_lines_need_comes_newest() -> None:
    scan = report(finding("CVE-1", BASES), finding("CVE-2", deb("libsasl2", 0), "2"), packages=(deb("apt", 0),))
    slim = row("base:2", "CVE-2 libsasl2", distro="debian 12")
    known = Known(recommendation=recommending(slim), held={"base:2": frozenset({"libc6"})})
    assert told(choose(scan, known)) == [("base", 2, 0, 2)]


def needing(history: str = "", line: str = "", tools: tuple[str, ...] = (), *extra: Package) -> Actions:
    python = deb("python3", needs=("python3-minimal",), automatic=False)
    minimal = deb("python3-minimal", automatic=True, programs=("python3",))
    scan = report(finding("CVE-1", minimal, paths=((python.id, minimal.id),)), packages=(python, minimal, *extra))
    layers = (*scan.attribution.layers, LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=line))
    return choose(
        msgspec.structs.replace(
            scan,
            image=msgspec.structs.replace(scan.image, history=(History(created_by=history),)),
            inventory=msgspec.structs.replace(scan.inventory, tools=frozenset(tools)),
            attribution=msgspec.structs.replace(scan.attribution, layers=layers),
        )
    )


def test_what_nothing_needs_may_be_dropped() -> None:
    assert [one.kind for one in needing().actions] == [ActionKind.DROP]


@pytest.mark.parametrize(
    "needs",
    [
        {"history": 'CMD ["python3" "/app/app.py"]'},
        {"history": '/bin/sh -c #(nop)  CMD ["python3" "/app/app.py"]'},
        {"history": 'ENTRYPOINT ["/usr/bin/python3", "-m", "app"]'},
        {"history": 'CMD ["/app/run.py"]'},
        {"history": "CMD exec python3 /app/app.py"},
        {"history": 'HEALTHCHECK &{["CMD-SHELL" "python3 -c 1 || exit 1"] "0s" "0s"}'},
        {"line": "RUN set -e; cd /app && python3 setup.py"},
        {"line": "RUN sudo -u app timeout -k 5 9 python3 setup.py"},
        {"line": "RUN if true; then env -u A B=1 nice -n 5 python3 setup.py; fi"},
        {"line": "RUN ls *.py | xargs -n 1 python3"},
        {"line": "COPY --chown=app main.py /app/"},
        {"line": 'COPY ["main.py", "/app/"]'},
        {"tools": ("python3",)},
    ],
)
def test_what_the_image_runs_is_never_dropped(needs: dict[str, object]) -> None:
    assert not needing(**needs).actions


def test_the_interpreter_of_language_packages_is_never_dropped() -> None:
    assert not needing("", "", (), pip("flask")).actions


JRE = deb("openjdk-17-jre-headless", automatic=False, programs=("java", "keytool"))
PHP = deb("php8.2-cli", automatic=False, programs=("php8.2", "phar8.2"))
FPM = deb("php8.2-fpm", automatic=False, programs=("php-fpm8.2",))
MODULE = deb("libapache2-mod-php8.2", automatic=False)
ALPINES = deb("php82", automatic=False, programs=("php82",))


def runs(program: Package, history: str = "", line: str = "", kind: str = "", tools: tuple[str, ...] = ()) -> bool:
    """Whether a program is kept by what the image has or does; ``kind`` is the type of a package of a language in it."""
    extra = (pip("app"),) if not kind else (msgspec.structs.replace(pip("app"), type=kind, purl=f"pkg:{kind}/app@1"),)
    scan = report(finding("CVE-1", program, command=f"apt-get install -y {program.name}"), packages=extra)
    layers = (*scan.attribution.layers, LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=line))
    found = choose(
        msgspec.structs.replace(
            scan,
            image=msgspec.structs.replace(scan.image, history=(History(created_by=history),)),
            inventory=msgspec.structs.replace(scan.inventory, tools=frozenset(tools)),
            attribution=msgspec.structs.replace(scan.attribution, layers=layers),
        )
    )
    return not found.actions


@pytest.mark.parametrize(
    ("program", "needs"),
    [
        (JRE, {"history": 'CMD ["java" "-jar" "/app.jar"]'}),
        (JRE, {"history": "ENTRYPOINT exec java $JAVA_OPTS Main"}),
        (JRE, {"history": 'ENTRYPOINT ["/app.jar"]'}),
        (JRE, {"line": "COPY target/app.war /opt/tomcat/webapps/"}),
        (JRE, {"kind": "maven"}),
        (JRE, {"tools": ("java",)}),
        (PHP, {"history": 'CMD ["php" "artisan" "serve"]'}),
        (PHP, {"history": 'CMD ["php8.2" "-S" "0:80"]'}),
        (PHP, {"line": "COPY index.php /srv/"}),
        (PHP, {"kind": "composer"}),
        (PHP, {"tools": ("php",)}),
        (FPM, {"history": 'CMD ["php-fpm"]'}),
        (FPM, {"kind": "composer"}),
        (MODULE, {"kind": "composer"}),
        (MODULE, {"line": "ADD index.php /var/www/html/"}),
        (ALPINES, {"history": 'CMD ["php" "-a"]'}),
    ],
)
def test_the_runtime_of_an_application_is_never_dropped(program: Package, needs: dict[str, str]) -> None:
    assert runs(program, **needs)


@pytest.mark.parametrize("program", [JRE, PHP, FPM, MODULE, ALPINES])
def test_a_runtime_that_nothing_runs_may_be_dropped(program: Package) -> None:
    assert not runs(program, history='CMD ["/srv/app"]', line="COPY app /srv/")


def test_every_line_that_names_a_package_is_named() -> None:
    git = deb("git", automatic=False)
    scan = report(placed(finding("CVE-1", git), 3, "apt-get install git"), packages=(git,))
    lines = tuple(
        LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=text, place=Place(file="Dockerfile", line=line))
        for line, text in (
            (3, "RUN apt-get install git"),
            (4, "RUN apt-get install less"),
            (6, "RUN apt-get install -y git=1"),
        )
    )
    scan = msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, layers=lines))
    assert choose(scan).actions[0].text == "Drop git from `apt-get install git` and from line 6"


def test_the_line_is_the_one_that_asks() -> None:
    """A package that came along with one line and that a later one asked for."""
    lib = deb("libcurl4", automatic=False)
    scan = report(placed(finding("CVE-1", lib), 2, "apt-get install curl wget"), packages=(lib,))
    lines = tuple(
        LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=text, place=Place(file="Dockerfile", line=line))
        for line, text in ((2, "RUN apt-get install curl wget"), (3, "RUN apt-get install libcurl4 git"))
    )
    scan = msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, layers=lines))
    (action,) = choose(scan).actions
    assert action.place is not None
    assert (action.text, action.place.line) == ("Drop libcurl4 from `RUN apt-get install libcurl4 git`", 3)


def test_what_a_base_brings_counts_as_the_filters_say() -> None:
    def severe(one: Finding) -> bool:
        return one.vulnerability.severity >= Severity.HIGH

    scan = report(*(finding(f"CVE-{number}", BASES, severity=Severity.HIGH) for number in range(2)))
    for severity, expected in ((Severity.LOW, 0), (Severity.CRITICAL, 1)):
        mild = row("base:2", added=("CVE-9 zlib",), severity=severity)
        assert told(choose(scan, Known(recommendation=recommending(mild), counts=severe))) == [("base", 2, expected, 2)]


def test_of_an_edited_from_nothing_is_known_before_a_rebuild() -> None:
    scan = report(finding("CVE-1", OURS, "2"), finding("CVE-2", BASES, "2"), packages=(deb("apt", 0),))
    base = msgspec.structs.replace(scan.attribution.base, stated="base:2", edited=True)
    scan = msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, base=base))
    found = choose(scan, Known(from_line=Place(file="Dockerfile", line=1)))
    (action,) = found.actions
    assert (action.text, action.place, action.foreseen) == (
        "Rebuild first: FROM now says base:2, on which this image was not built",
        None,
        False,
    )
    assert found.left == found.total == 2
    assert b"2 \xe2\x86\x92" not in text.render(found)


def test_stages_that_must_move_together_are_named() -> None:
    moving = row("base:2", companions=("line 1 (FROM base:1 AS build)",))
    (action,) = choose(report(finding("CVE-1", BASES)), Known(recommendation=recommending(moving))).actions
    assert action.text == "Change FROM to `base:2`, and with it line 1 (FROM base:1 AS build)"


@pytest.mark.parametrize(("apt", "kinds"), [("2.6.1", ["rebuild"]), ("2.4.9", ["rebuild", "upgrade"])])
def test_apt_upgrades_what_was_built_of_the_source_that_a_line_installs(apt: str, kinds: list[str]) -> None:
    tool, lib = deb("git-man", source_name="git"), deb("libgit", 0, source_name="git")
    manager = deb("apt", 0, version=apt)
    found = choose(report(finding("CVE-1", tool, "2"), finding("CVE-1", lib, "2"), packages=(manager,)))
    assert [one.kind for one in found.actions] == kinds
    assert not found.left


def in_place(name: str, folder: str, *, line: int, command: str, limits: tuple[tuple[str, str], ...] = ()) -> Finding:
    package = msgspec.structs.replace(
        pip(name, layer=line),
        limits=limits,
        locations=(Location(path=f"{folder}/{name}-1.0.dist-info/METADATA", layer=line),),
    )
    found = finding("CVE-1" if limits else "CVE-2", package, "1.1", command=command)
    return msgspec.structs.replace(
        found, introduced=msgspec.structs.replace(found.introduced, place=Place(file="Dockerfile", line=line))
    )


def with_lines(*found: Finding) -> Report:
    scan = report(*found)
    lines = tuple(
        LayerOrigin(
            index=one.introduced.place.line,
            origin=Origin.DOCKERFILE,
            instruction=one.introduced.instruction,
            place=one.introduced.place,
        )
        for one in found
    )
    return msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, layers=lines))


def test_lines_whose_pins_exclude_each_other_are_raised_together() -> None:
    limits = (("two", "<1.1"),)
    one = in_place("one", "opt/a", line=3, command="pip install one==1.0", limits=limits)
    two = in_place("two", "opt/a", line=2, command="pip install two==1.0")
    (action,) = choose(with_lines(one, two)).actions
    assert action.text == "Ask for one 1.1, two 1.1 (line 2) or later"
    assert len(action.clears) == 2


def test_a_pin_elsewhere_forbids_nothing() -> None:
    limits = (("two", "<1.1"),)
    one = in_place("one", "opt/b", line=3, command="pip install one==1.0", limits=limits)
    two = in_place("two", "opt/a", line=2, command="pip install two==1.0")
    assert len(choose(with_lines(one, two)).actions) == 2


def test_what_a_line_copied_follows_the_original() -> None:
    one = in_place("one", "opt/a", line=2, command="pip install one==1.0")
    copy = in_place("one", "opt/b", line=3, command="cp -a /opt/a /opt/b")
    found = choose(with_lines(one, copy))
    assert [action.place.line for action in found.actions if action.place] == [2]
    assert not found.left
