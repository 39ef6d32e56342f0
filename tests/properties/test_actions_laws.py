"""Whatever was found: done one after the other, the actions leave what is told after each, and in the end what remains."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from garboard.actions.plan import Known, choose
from garboard.model.action import ActionKind
from garboard.model.advisory import Status
from garboard.model.attribution import Attribution, Base, Certainty, Introduction, Origin
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Digest, Image, Layer
from garboard.model.mirror import Outcome, Prospect
from garboard.model.package import Distro, Inventory, Package
from garboard.model.recommendation import Brought, Counts, FindingKey, Group, Prediction, Recommendation, Row, Verdict
from garboard.model.report import Report

NAMES = ("git", "vim", "perl", "libc6", "zlib")
names = st.sampled_from(NAMES)
cves = st.sampled_from([f"CVE-{number}" for number in range(6)])


@st.composite
def packages(draw) -> tuple[Package, ...]:
    found = []
    for name in draw(st.sets(names, min_size=1)):
        kind = draw(st.sampled_from(["deb", "pypi"]))
        found.append(
            Package(
                type=kind,
                name=name,
                version="1",
                scheme="deb" if kind == "deb" else "pep440",
                purl=f"pkg:{kind}/{name}@1",
                source_name=draw(st.sampled_from(["", "source"])),
                layer=draw(st.sampled_from([0, 1])),
                automatic=draw(st.sampled_from([None, True, False])),
                essential=draw(st.booleans()),
                requires=tuple((one,) for one in draw(st.sets(names, max_size=2))),
            )
        )
    return tuple(found)


@st.composite
def findings(draw, among: tuple[Package, ...]) -> tuple[Finding, ...]:
    found = {}
    for package in draw(st.lists(st.sampled_from(among), max_size=12)):
        cve = draw(cves)
        origin = Origin.BASE if package.layer == 0 else draw(st.sampled_from([Origin.DOCKERFILE, Origin.UNKNOWN]))
        command = draw(st.sampled_from(["", f"apt-get install {package.name}", f"apt-get install {package.name}=1"]))
        found[cve, package.id] = Finding(
            vulnerability=Vulnerability(id=cve),
            package=package,
            fixed_in=draw(st.sampled_from(["", "2"])),
            status=draw(st.sampled_from(list(Status))),
            introduced=draw(st.sampled_from([None, Introduction(origin=origin, command=command)])),
            from_paths=((draw(st.sampled_from(among)).id, package.id),),
        )
    return tuple(found.values())


@st.composite
def rows(draw) -> Row:
    keys = st.builds(FindingKey, vulnerability=cves, type=st.just("deb"), package=names, version=st.just("1"))
    remaining = draw(st.sets(keys, max_size=6))
    return Row(
        reference=draw(names),
        key="k",
        group=draw(st.sampled_from(list(Group))),
        better=True,
        prediction=Prediction(
            counts=Counts(high=len(remaining)),
            remaining=tuple(sorted(remaining)),
            added=tuple(Brought(key=one) for one in sorted(draw(st.sets(keys, max_size=3)))),
        ),
    )


@given(st.data())
def test_done_in_order_the_figures_come_true(data) -> None:
    among = data.draw(packages())
    found = data.draw(findings(among))
    report = Report(
        created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
        image=Image(name="a", source="s", layers=tuple(Layer(diff_id=Digest(str(one))) for one in range(2))),
        inventory=Inventory(packages=among, distro=Distro(id="debian")),
        findings=found,
        attribution=Attribution(base=Base(layers=data.draw(st.sampled_from([None, 1])), how=Certainty.EXACT)),
    )
    better = data.draw(st.lists(rows(), max_size=3))
    outcomes = data.draw(st.sampled_from([None, *Outcome]))
    prospects = None
    if outcomes is not None:
        prospects = {(one.vulnerability.id, one.package.id): Prospect(finding=one, outcome=outcomes) for one in found}
    known = Known(
        recommendation=Recommendation(verdict=Verdict.BETTER, rows=tuple(better)) if better else None,
        prospects=prospects,
    )
    told = choose(report, known)

    state = {one.issue for one in found}
    assert told.total == len(state)
    for action in told.actions:
        assert action.before == len(state)
        assert set(action.clears) <= state
        assert not set(action.adds) & state
        assert sum(count for _, count in action.severities) == len(action.clears)
        state = (state - set(action.clears)) | set(action.adds)
        assert action.after == len(state)
        assert action.risk
    left = [key for one in told.remaining for key in one.issues]
    assert sorted(left) == sorted(state), "what the actions leave is what remains"
    kinds = [list(ActionKind).index(action.kind) for action in told.actions]
    assert kinds == sorted(kinds)
    assert told == choose(report, known), "the same facts make the same list"
