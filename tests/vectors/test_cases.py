"""Inputs that were answered wrongly once, by the whole command on real feeds: what is due of each.

Each is mended, and held in its kind, by tests of its own; these ask the inputs themselves, where the conformance data are there.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from garboard.cli.main import run
from garboard.workflows.update_database import update

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
SHARDS = (
    *("debian", "alpine:v3.18", "alpine:v3.20", "alpine:edge", "wolfi", "endoflife", "debian-security-support", "kev"),
    *("osv:AlmaLinux:8", "osv:Go", "osv:Maven", "osv:PyPI", "osv:RubyGems", "osv:crates.io", "osv:npm"),
)


class Due(NamedTuple):
    """What is due: the exit code, packages with findings, the start of a gap, and a text that must not be said."""

    code: int
    packages: frozenset[str] = frozenset()
    gap: tuple[str, str] = ("", "")
    error: str = ""
    never: str = ""


def finds(*packages: str) -> Due:
    return Due(1, frozenset(packages))


def gap(subject: str, reason: str, code: int = 3) -> Due:
    return Due(code, gap=(subject, reason))


def refused(error: str) -> Due:
    return Due(2, error=error)


DUE = {
    "alpine-caveat-on-fedora/b.json": Due(3, gap=("Fedora:38", "the database has no data"), never="secdb"),
    "app-not-judged/app-judged.tar": finds("semver"),
    "app-not-judged/app-not-judged.tar": finds("semver"),
    **{f"bare-whiteout/{name}.tar": refused("is a whiteout of no name") for name in ("t02", "t02a", "t02b", "t02c")},
    "eol-release-called-clean/b.json": gap("Debian:8", "its security support ended on 2020-06-30"),
    "gaps-of-other-shards/t27.tar": Due(3, gap=("Azure Linux:2", "the database has no data"), never="alpine"),
    "go-not-judged-though-feed-there/b.json": finds("stdlib", "smallvec", "golang.org/x/crypto"),
    "jar-untold/img.tar": gap("app/log4j-core-2.14.1.jar", "the archive cannot be read"),
    "modular-rpm-without-module/b.json": finds("nodejs"),
    "npm-outside-node-modules/t64.tar": finds("lodash"),
    "npm-outside-node-modules/t64b.tar": finds("lodash"),
    "partial-cover-exit-0/root": gap("Ubuntu:22.04:LTS", "the database has no data of it, so 2 packages"),
    "pypi-dotted-name-in-sbom/b.json": finds("oslo.middleware"),
    "python-eggs/t65.tar": finds("django"),
    "python-eggs/t67.tar": finds("django"),
    "release-vanishes-on-update/b11.json": gap("Debian:11", ""),
    "rpm-wal/img.tar": gap("var/lib/rpm/rpmdb.sqlite-wal", "holds changes"),
    "surrogate-crash/img.tar": gap("app/node_modules/a/package.json", "? holds text that is not valid Unicode"),
    **{
        f"tar-differential/{name}.tar": finds("openssl")
        for name in (
            *("L-then-x", "control", "g-path", "g-size", "sparse.name+path", "sparse.name-only"),
            "x-path-then-x-mtime-small",
        )
    },
    "third-party-owner/control.tar": finds("django", "lodash"),
    "third-party-owner/img.tar": finds("django", "lodash"),
    "unread-ecosystems/t20.tar": gap("Go programs", "found, and not read"),
    "unread-ecosystems/t21.tar": finds("org.apache.logging.log4j:log4j-core"),
    "unread-ecosystems/t22.tar": gap("dependency lists without an installation", "found, and not read"),
}


@pytest.fixture(scope="session")
def judged(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the feeds that the cases need."""
    if not (shared / "cases").is_dir() or not (shared / "data").is_dir():
        pytest.skip(f"no cases at {shared}")
    folder = tmp_path_factory.mktemp("cases") / "db"
    results = update(folder, SHARDS, origin=str(shared / "data"), now=NOW)
    assert [result.shard for result in results if result.error] == []
    return folder


def answer(
    given: str, db: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    for name in [name for name in os.environ if name.startswith("GARBOARD_")]:
        monkeypatch.delenv(name)
    options = ("--offline", "--quiet", "--no-cache", "--db", str(db), "--as-of", f"{NOW.date()}")
    code = run(["scan", given, *options, *words])
    return code, *capfd.readouterr()


@pytest.mark.parametrize("case", DUE)
def test_what_is_due(
    case: str, shared: Path, judged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path, due = shared / "cases" / case, DUE[case]
    if not path.exists():
        pytest.skip(f"no case at {path}")
    kind = {".json": "sbom:", ".tar": ""}.get(path.suffix, "dir:")
    code, out, err = answer(f"{kind}{path}", judged, monkeypatch, capfd, "--json")
    assert code == due.code, err
    if due.error:
        assert due.error in err
        return
    report: dict[str, Any] = json.loads(out)
    found = {one.get("packageName") for one in report["vulnerabilities"]}
    assert found >= due.packages, found
    subject, reason = due.gap
    gaps = [(one["subject"], one["reason"]) for one in report["gaps"]]
    assert not subject or any(one == subject and why.startswith(reason) for one, why in gaps), gaps
    assert not due.never or not any(due.never in f"{one} {why}".lower() for one, why in gaps), gaps
    unfixed = [one for one in report["vulnerabilities"] if one.get("nearestFixedInVersion") == ""]
    assert not unfixed, "what has no fix has no text for it, which would be true in jq"


def test_no_unrated_issue_comes_after_a_mild_one(
    shared: Path, judged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = shared / "cases/unknown-sorted-as-mildest/t05.tar"
    if not path.exists():
        pytest.skip(f"no case at {path}")
    code, out, err = answer(str(path), judged, monkeypatch, capfd, "--format", "sarif")
    assert code == 1, err
    ran = json.loads(out)["runs"][0]
    rules = [ran["tool"]["driver"]["rules"][result["ruleIndex"]] for result in ran["results"]]
    words = [rule["properties"]["severity"] for rule in rules]
    mild = [number for number, word in enumerate(words) if word in {"negligible", "low"}]
    unrated = [number for number, word in enumerate(words) if word == "unknown"]
    assert unrated
    assert not mild or max(unrated) < min(mild)
