import datetime as dt
import json

import pytest

from garboard.model.advisory import Severity, Status
from garboard.model.attribution import Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.image import Image
from garboard.model.mirror import MirrorRepository, Moved, Offer, Outcome, Prospect, Rebuild, UpgradeState
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.reporters.rebuild import json as rebuild_json
from garboard.reporters.rebuild import text as rebuild_text
from garboard.reporters.view import View


def prospect(outcome, name="curl", number=1, **more):
    package = Package(
        type="deb", name=name, version="1-1", scheme="deb", source_name="src-" + name, purl=f"pkg:deb/{name}"
    )
    vulnerability = Vulnerability(id=f"CVE-2026-100{number}", severity=Severity.HIGH)
    found = Finding(vulnerability=vulnerability, package=package, status=Status.FIXED, fixed_in="1-2")
    return Prospect(finding=found, outcome=outcome, **more)


PLACE = Place(file="Dockerfile", line=12)
RESULT = Rebuild(
    report=Report(
        image=Image(name="app:1", source="docker"),
        inventory=None,
        judged=3,
        created=dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC),
    ),  # type: ignore[arg-type]
    prospects=(
        prospect(Outcome.PULL, "libc6", reason="debian:12 names a newer image"),
        prospect(Outcome.PUBLISHED, version="1-2", reason="its line names no version", place=PLACE),
        prospect(Outcome.PUBLISHED, number=2, version="1-2", reason="its line names no version", place=PLACE),
        prospect(Outcome.HELD, "git", version="1-2", reason="`git=1-1` names the version", place=PLACE),
        prospect(Outcome.NO_FIX, "perl", reason="no fixed version is known"),
        prospect(Outcome.UNKNOWN, "evil\x1b[2Jname", reason="no mirror has it"),
    ),
    offers=(Offer(type="deb", name="curl", installed="1-1", version="1-2", standing=UpgradeState.UPGRADE),),
    repositories=(MirrorRepository(url="http://deb.example", name="stable main"),),
    base=Moved(name="debian:12", moved=True, digest="sha256:new"),
    gaps=(Gap(stage="mirrors", subject="apt", reason="something was not read"),),
)


def test_figures_and_groups():
    text = rebuild_text.render(RESULT, View()).decode()
    for line in (
        "     1  a pull fixes",
        "     2  a rebuild without cache fixes",
        "     1  pinned or held: a rebuild will not help",
        "     6  issues in all",
        "The tag debian:12 has moved to sha256:new.",
        "The mirrors would upgrade 1 package.",
        "  curl 1-1 → 1-2: 2 issues, worst high",
        "    CVE-2026-1001, CVE-2026-1002",
        "    `git=1-1` names the version (Dockerfile:12)",
        "Not covered:",
        "  - apt: something was not read",
    ):
        assert line in text.split("\n")
    assert "published, but" not in text


def test_an_images_names_do_nothing_to_a_terminal():
    assert "\x1b" not in rebuild_text.render(RESULT, View()).decode()


@pytest.mark.parametrize(("judged", "line"), [(1, "No issues to fix."), (0, "None of its packages could be judged.")])
def test_nothing_to_fix(judged, line):
    report = Report(
        image=Image(name="app", source="docker"),
        inventory=None,
        created=dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC),
        judged=judged,
    )  # type: ignore[arg-type]
    assert line in rebuild_text.render(Rebuild(report=report), View()).decode()


def test_json():
    document = json.loads(rebuild_json.render(RESULT))
    assert document["counts"]["published"] == 2
    assert sum(document["counts"].values()) == 6
    held = next(one for one in document["findings"] if one["outcome"] == "held")
    assert (held["package"], held["fixedIn"], held["version"], held["place"]) == (
        "git",
        "1-2",
        "1-2",
        {"file": "Dockerfile", "line": 12},
    )
    assert document["base"] == {"name": "debian:12", "moved": True, "digest": "sha256:new", "created": ""}
    assert document["gaps"] == [{"stage": "mirrors", "subject": "apt", "reason": "something was not read"}]
