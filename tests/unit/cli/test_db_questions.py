"""``garboard db query``, ``show`` and ``diff``: the data themselves, without an image."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from garboard.cli.db.group import command
from garboard.model.errors import UsageError

DEBIAN = {
    "openssl": {
        "CVE-2024-1000": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.13-1"}}},
        "CVE-2024-1001": {"releases": {"bookworm": {"status": "open", "nodsa": "Minor", "nodsa_reason": "ignored"}}},
        "CVE-2024-1002": {"releases": {"trixie": {"status": "resolved", "fixed_version": "0"}}},
    }
}
GHSA: dict[str, Any] = {
    "id": "GHSA-abcd-efgh-1234",
    "aliases": ["CVE-2024-2000"],
    "summary": "a summary",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Foo_Bar"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2"}]}],
        }
    ],
}
WITHDRAWN = {"id": "GHSA-gone-gone-gone", "withdrawn": "2024-01-01T00:00:00Z", "affected": GHSA["affected"]}
KEV = {
    "vulnerabilities": [{"cveID": "CVE-2024-1000", "dateAdded": "2024-05-01", "knownRansomwareCampaignUse": "Known"}]
}
Run = Callable[..., Result]


def write(mirror: Path, tracker: object, *records: object) -> None:
    for path, data in (
        ("debian-tracker/tracker/data/json", tracker),
        ("kev/known_exploited_vulnerabilities.json", KEV),
    ):
        (mirror / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / path).write_text(json.dumps(data))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number}.json", json.dumps(record))
    (mirror / "osv/PyPI").mkdir(parents=True, exist_ok=True)
    (mirror / "osv/PyPI/all.zip").write_bytes(packed.getvalue())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    write(tmp_path / "mirror", DEBIAN, GHSA, WITHDRAWN)

    def invoke(*words: str, db: str = "db") -> Result:
        where = [] if words[0] == "diff" else ["--db", str(tmp_path / db)]
        return CliRunner().invoke(command, [words[0], *where, *words[1:]], env={}, standalone_mode=False)

    update = ("update", "--offline", "--from", str(tmp_path / "mirror"), "debian", "osv:PyPI", "kev")
    assert invoke(*update).exit_code == 0
    return invoke


def test_a_package_in_every_ecosystem(run: Run) -> None:
    found = run("query", "openssl")
    assert found.return_value == 0
    assert "Debian:12  CVE-2024-1000\n  before 3.0.13-1\n" in found.output
    assert "the distribution will not fix it" in found.output
    assert "Debian:13  CVE-2024-1002\n  no version is affected\n" in found.output
    assert found.output.endswith("openssl: 3 records in the data of 3 ecosystems\n")
    only = json.loads(run("query", "openssl", "--ecosystem", "debian:12", "--json").output)
    assert [one["id"] for one in only["records"]] == ["CVE-2024-1000", "CVE-2024-1001"]


@pytest.mark.parametrize(
    ("version", "verdict", "fixed"),
    [("1.1", "affected", "1.2"), ("1.2", "not affected", ""), ("odd", "not comparable", "")],
)
def test_a_version(run: Run, version: str, verdict: str, fixed: str) -> None:
    found = json.loads(run("query", f"foo.bar@{version}", "--ecosystem", "PyPI", "--json").output)
    (one,) = found["records"]
    assert (one["verdict"], one["fixedIn"], bool(one["reason"])) == (verdict, fixed, verdict == "not comparable")
    text = run("query", f"foo.bar@{version}").output
    assert verdict in text
    assert f"{int(verdict == 'affected')} of them affect it" in text


@pytest.mark.parametrize(
    "query", ["pkg:pypi/foo-bar@1.1", "pkg:pypi/Foo_Bar@1.1", "pkg:deb/debian/openssl@3.0.1?arch=amd64"]
)
def test_a_package_url(run: Run, query: str) -> None:
    found = json.loads(run("query", query, "--json").output)
    assert found["version"] in {"1.1", "3.0.1"}
    assert {one["verdict"] for one in found["records"]} >= {"affected"}
    assert isinstance(run("query", "pkg:odd").exception, UsageError)


def test_a_version_that_is_not_named_is_an_error(run: Run) -> None:
    assert isinstance(run("query", "openssl@").exception, UsageError)


def test_what_affects_comes_first(run: Run) -> None:
    found = json.loads(run("query", "openssl@3.0.14-1", "--json").output)
    assert [one["id"] for one in found["records"]] == ["CVE-2024-1001", "CVE-2024-1000", "CVE-2024-1002"]


def test_nothing_is_told_as_such(run: Run) -> None:
    assert run("query", "nobody").return_value == 3
    assert run("show", "CVE-1999-1").return_value == 3
    assert isinstance(run("query", "a", "--ecosystem", "npm").exception, UsageError)


@pytest.mark.parametrize("name", ["GHSA-abcd-efgh-1234", "ghsa-ABCD-efgh-1234", "cve-2024-2000"])
def test_a_vulnerability_by_any_of_its_names(run: Run, name: str) -> None:
    found = run("show", name)
    assert found.exit_code == 0
    assert "osv:PyPI: GHSA-abcd-efgh-1234 (CVE-2024-2000)\n  a summary\n" in found.output
    assert "PyPI foo-bar: from 1.0 before 1.2\n" in found.output


def test_a_vulnerability_with_its_facts_and_a_withdrawn_one(run: Run) -> None:
    text = run("show", "CVE-2024-1000").output
    assert text.startswith("CVE-2024-1000\n  known to be exploited since 2024-05-01, by ransomware\n")
    assert "Debian:12 openssl: before 3.0.13-1" in text
    shown = json.loads(run("show", "CVE-2024-1000", "--json").output)
    assert (shown["facts"][0]["kevAdded"], shown["records"][0]["package"]) == ("2024-05-01", "openssl")
    assert "withdrawn 2024-01-01" in run("show", "GHSA-gone-gone-gone").output


def test_what_changed_from_one_database_to_another(run: Run, tmp_path: Path) -> None:
    newer = json.loads(json.dumps(DEBIAN))
    newer["openssl"]["CVE-2024-1000"]["releases"]["bookworm"]["fixed_version"] = "3.0.14-1"
    del newer["openssl"]["CVE-2024-1001"]
    newer["curl"] = {"CVE-2024-3000": {"releases": {"bookworm": {"status": "open"}}}}
    write(tmp_path / "mirror", newer, GHSA, WITHDRAWN)
    update = ("update", "--offline", "--from", str(tmp_path / "mirror"), "debian", "osv:PyPI")
    assert run(*update, db="new").exit_code == 0
    old, new = str(tmp_path / "db"), str(tmp_path / "new")
    assert run("diff", old, new).output.splitlines() == [
        "new      Debian:12  curl  CVE-2024-3000",
        "changed  Debian:12  openssl  CVE-2024-1000",
        "gone     Debian:12  openssl  CVE-2024-1001",
        "1 new, 1 gone, 1 changed",
        "kev: only in the old database",
    ]
    found = json.loads(run("diff", new, old, "--json").output)
    assert (found["onlyNew"], found["unchanged"]) == (["kev"], ["osv:PyPI"])
    assert sorted(one["kind"] for one in found["changes"]) == ["changed", "gone", "new"]
    assert run("diff", old, old).output.splitlines() == ["0 new, 0 gone, 0 changed"]
