"""What ignores set aside: nothing is dropped, nothing is hidden beside it, and an expired one is none."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.finding import Finding
from garboard.model.package import Location
from garboard.model.policy import Ignore
from garboard.policy.triage import brought_only_by, triage
from tests.unit.actions.scans import deb, finding, pip, report

OPENSSL = finding("CVE-2024-1", deb("libssl3", source_name="openssl"), "3.0.2")
SQLITE = finding("CVE-2024-2", deb("libsqlite3-0", version="3.40.1-2"))
DJANGO = finding("GHSA-1", pip("django", "3.2"))
DJANGO = msgspec.structs.replace(
    DJANGO,
    vulnerability=msgspec.structs.replace(DJANGO.vulnerability, aliases=("CVE-2024-3",)),
    package=msgspec.structs.replace(DJANGO.package, locations=(Location(path="opt/app/django/METADATA"),)),
    introduced=Introduction(
        origin=Origin.DOCKERFILE, layer=1, copied_from="build", place=Place(file="Dockerfile", line=7, end_line=9)
    ),
)
EVERY = (OPENSSL, SQLITE, DJANGO)
TODAY = dt.date(2026, 1, 31)


def ignore(**more: object) -> Ignore:
    return Ignore(**{"place": "p:1", "reason": "x", **more})


def aside(*ignores: Ignore, findings: tuple[Finding, ...] = EVERY, stage: str = "") -> list[str]:
    found = triage(report(*findings), ignores, stage).report
    return [one.finding.vulnerability.id for one in found.suppressed]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"ids": ("cve-2024-1",)}, ["CVE-2024-1"]),
        ({"ids": ("CVE-2024-3",)}, ["GHSA-1"]),
        ({"packages": ("openssl",)}, ["CVE-2024-1"]),
        ({"packages": ("lib*",)}, ["CVE-2024-1", "CVE-2024-2"]),
        ({"packages": ("libsqlite3-0",), "version": "<3.40.1-3"}, ["CVE-2024-2"]),
        ({"packages": ("libsqlite3-0",), "version": "<3.40"}, []),
        ({"version": ">=3 <4"}, ["CVE-2024-2", "GHSA-1"]),
        ({"paths": ("opt/app",)}, ["GHSA-1"]),
        ({"paths": ("/opt/**/METADATA",)}, ["GHSA-1"]),
        ({"paths": ("/opt/*/METADATA",)}, []),
        ({"paths": ("METADAT?",)}, ["GHSA-1"]),
        ({"paths": ("opt/ap",)}, []),
        ({"paths": ("/",)}, ["GHSA-1"]),
        ({"paths": (".",)}, ["GHSA-1"]),
        ({"paths": ("./opt/",)}, ["GHSA-1"]),
        ({"paths": ("/opt//app/./django",)}, ["GHSA-1"]),
        ({"paths": ("/opt/../etc",)}, []),
        ({"packages": ("Django",)}, ["GHSA-1"]),
        ({"packages": ("DJ*",)}, ["GHSA-1"]),
        ({"layers": ("1",)}, ["CVE-2024-1", "CVE-2024-2", "GHSA-1"]),
        ({"layers": ("sha256:0",)}, []),
        ({"lines": ((8, 8),)}, ["GHSA-1"]),
        ({"lines": ((3, 3),)}, ["CVE-2024-1", "CVE-2024-2"]),
        ({"copied_from": ("build",)}, ["GHSA-1"]),
        ({"ecosystems": ("PyPI",)}, ["GHSA-1"]),
        ({"ecosystems": ("deb",), "ids": ("CVE-2024-1", "GHSA-1")}, ["CVE-2024-1"]),
        ({"brought_by": ("libsqlite3-0",)}, ["CVE-2024-2"]),
        ({"packages": ("*",), "until_fixed": True}, ["CVE-2024-2", "GHSA-1"]),
        ({"packages": ("*",), "until": TODAY}, ["CVE-2024-1", "CVE-2024-2", "GHSA-1"]),
        ({"packages": ("*",), "until": TODAY - dt.timedelta(1)}, []),
        ({"packages": ("*",), "stages": ("test",)}, []),
    ],
)
def test_what_an_ignore_names(chosen: dict[str, object], expected: list[str]) -> None:
    assert aside(ignore(**chosen)) == expected


def test_a_stage() -> None:
    assert aside(ignore(ids=("CVE-2024-1",), stages=("test",)), stage="test") == ["CVE-2024-1"]


@pytest.mark.parametrize(
    ("chosen", "note"),
    [
        ({"ids": ("CVE-0",)}, "p:1: the ignore matches nothing"),
        ({"ids": ("CVE-2024-1",), "until": TODAY + dt.timedelta(14)}, "p:1: the ignore ends on 2026-02-14"),
        ({"ids": ("CVE-2024-1",), "until": TODAY + dt.timedelta(15)}, None),
        ({"ids": ("CVE-2024-1",), "until": TODAY - dt.timedelta(1), "owner": "web"},
         "p:1: the ignore (of web) ended on 2026-01-30; 1 finding of it counts again"),
        ({"ids": ("CVE-0",), "until": TODAY - dt.timedelta(1)}, None),
    ],
)  # fmt: skip
def test_notes(chosen: dict[str, object], note: str | None) -> None:
    assert triage(report(*EVERY), [ignore(**chosen)]).notes == ((note,) if note else ())


def test_what_only_a_package_brings_in() -> None:
    """A development package and what it needs; not what another one needs too, or what was asked for by itself."""
    dev = deb("sqlite-dev", needs=("libsqlite3-0", "libc6", "tcl"), automatic=False)
    tcl = deb("tcl", needs=("zlib1g",), automatic=False)
    app = deb("app", needs=("libc6",), automatic=False)
    others = [deb(name, automatic=True) for name in ("libsqlite3-0", "libc6", "zlib1g")]
    found = brought_only_by(("sqlite-dev",), (dev, tcl, app, *others))
    assert {one.partition("/debian/")[2] for one in found} == {"sqlite-dev@1", "libsqlite3-0@1"}
    assert brought_only_by(("other",), (dev, tcl, app, *others)) == frozenset()
    assert brought_only_by(("libc6",), (dev, tcl, app, *others)) == frozenset()
    assert brought_only_by(("libsqlite3-0",), (dev, tcl, app, *others)) == frozenset()
    assert len(brought_only_by(("sqlite-dev", "app"), (dev, tcl, app, *others))) == 4


WORDS = st.sampled_from(["CVE-2024-1", "CVE-2024-2", "GHSA-1", "CVE-9"])
IGNORES = st.lists(
    st.builds(
        lambda ids, days, fixed: ignore(
            ids=ids, until=TODAY + dt.timedelta(days) if days is not None else None, until_fixed=fixed and days is None
        ),
        st.lists(WORDS, min_size=1, max_size=3).map(tuple),
        st.none() | st.integers(-3, 20),
        st.booleans(),
    ),
    max_size=4,
)


@given(IGNORES, st.lists(st.sampled_from(EVERY), max_size=5).map(tuple))
def test_triage_never_changes_the_number_of_findings(ignores: list[Ignore], findings: tuple[Finding, ...]) -> None:
    found = triage(report(*findings), ignores).report
    assert len(found.findings) + len(found.suppressed) == len(findings)
    kept = sorted((*found.findings, *(one.finding for one in found.suppressed)), key=lambda one: one.vulnerability.id)
    assert kept == sorted(findings, key=lambda one: one.vulnerability.id)


@given(IGNORES, st.integers(0, 3))
def test_an_ignore_hides_no_other_finding_and_their_order_does_not_matter(ignores: list[Ignore], turn: int) -> None:
    """What all of them set aside is what each of them sets aside alone."""
    together = {*aside(*ignores)}
    assert together == {name for one in ignores for name in aside(one)}
    turned = ignores[turn:] + ignores[:turn]
    assert {*aside(*turned)} == together


@given(IGNORES)
def test_an_expired_ignore_is_none(ignores: list[Ignore]) -> None:
    alive = [one for one in ignores if one.until is None or one.until >= TODAY]
    assert aside(*ignores) == aside(*alive)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"ids": ("CVE-2024-1",), "packages": ("zlib",)}, "matches nothing: CVE-2024-1 is in libssl3"),
        ({"ids": ("CVE-2024-1",), "until_fixed": True}, "matches nothing: libssl3 has a fix now, 3.0.2"),
        ({"ids": ("CVE-2024-1",), "paths": ("opt",)}, "matches nothing: CVE-2024-1 was found, and something else"),
        ({"brought_by": ("libmysql-dev",)}, "matches nothing: libmysql-dev is not in the image"),
        ({"ids": ("CVE-2042-1",)}, "matches nothing: did you mean CVE-2024-1?"),
        ({"ids": ("CVE-2024-1",), "stages": ("test",)}, "the ignore is for test alone, so what it names counts here"),
    ],
)
def test_an_ignore_that_is_wrong_says_why(chosen: dict[str, object], why: str) -> None:
    found = triage(report(*EVERY), (ignore(**chosen),), "production")
    assert found.report.findings == EVERY
    (note,) = found.notes
    assert why in note


def test_thousands_of_ignores_that_match_nothing_are_not_explained() -> None:
    many = tuple(ignore(place=f"p:{at}", ids=(f"CVE-2042-{at}",)) for at in range(30))
    assert {note.partition(": ")[2] for note in triage(report(*EVERY), many).notes} == {"the ignore matches nothing"}


def test_an_ignore_of_another_stage_that_names_nothing_here_is_not_told() -> None:
    assert triage(report(*EVERY), (ignore(ids=("CVE-2042-9",), stages=("test",)),), "production").notes == ()
