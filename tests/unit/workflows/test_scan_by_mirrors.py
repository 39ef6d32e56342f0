import datetime as dt
import json

import pytest

from garboard.model.image import File, FileHistory, Files, FileVersion, Image
from garboard.model.package import Inventory, Package
from garboard.reporters.scan import json as as_json
from garboard.reporters.scan import sarif, text
from garboard.reporters.view import View
from garboard.repositories import KINDS
from garboard.workflows import scan_by_mirrors
from garboard.workflows.attribute import Build
from garboard.workflows.scan import Taken

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
ROOT = "https://dl.example/alpine/v3.20/main"
SECDB = {"packages": [{"pkg": {"name": "openssl", "secfixes": {"3.3.2-r1": ["CVE-2024-6119"]}}}]}


@pytest.fixture
def alpine(monkeypatch):
    """The files of an Alpine image, and its mirror."""
    from tests.unit.repositories import fake_mirror

    entries = "P:libssl3\nV:3.3.2-r1\no:openssl\n\nP:curl\nV:8.9.2-r0\n\n"
    mirror = fake_mirror.Mirror(
        {
            f"{ROOT}/x86_64/APKINDEX.tar.gz": fake_mirror.apkindex(entries),
            "https://secdb.alpinelinux.org/v3.20/main.json": json.dumps(SECDB).encode(),
        }
    )
    files = {
        "etc/apk/repositories": ROOT.encode(),
        "etc/apk/keys/alpine.rsa.pub": fake_mirror.rsa_public("alpine"),
    }
    return mirror, files


def taken(files, packages):
    histories = []
    for path, data in files.items():
        for kind in KINDS:
            if path in kind.GLOBS or f"{path.rpartition('/')[0]}/*" in kind.GLOBS:
                facts = tuple(kind.catalog(File(path=path, data=data)))
                histories.append(
                    FileHistory(reader=kind.NAME, path=path, versions=(FileVersion(layer=0, facts=facts),))
                )
    return Taken(Image(name="app", source="docker"), Inventory(packages=packages), Files(histories=tuple(histories)))


def package(name, version, kind="apk", source=""):
    return Package(
        type=kind,
        name=name,
        version=version,
        scheme=kind,
        arch="x86_64",
        source_name=source,
        purl=f"pkg:{kind}/{name}@{version}",
    )


PACKAGES = (package("libssl3", "3.3.0-r2", source="openssl"), package("curl", "8.9.1-r0"), package("own", "1-r0"))


def reported(alpine, packages=PACKAGES, **more):
    mirror, files = alpine
    return scan_by_mirrors.fixable(taken(files | more, packages), mirror.fetch, NOW, Build()).report


def test_what_an_update_fixes(alpine):
    report = reported(alpine)
    (one,) = report.findings
    assert (one.vulnerability.id, one.package.name, one.fixed_in) == ("CVE-2024-6119", "libssl3", "3.3.2-r1")
    assert one.vulnerability.title == one.note == "fixable only, from the distribution's secdb"
    assert one.from_paths
    assert report.judged == 2
    assert [state.shard for state in report.feeds] == ["v3.20/main"]


def test_what_it_does_not_tell_is_said(alpine):
    gaps = {gap.subject: gap.reason for gap in reported(alpine, (*PACKAGES, package("jinja2", "3", "pypi"))).gaps}
    assert "fixable only: no vulnerability database was asked" in gaps["--from-mirror"]
    assert "names" in gaps["curl"]
    assert "own" in gaps["apk packages"]
    assert "nothing is known of it" in gaps["pypi packages"]


def test_a_mirror_that_cannot_be_had_judges_nothing(alpine):
    alpine[0].documents.clear()
    report = reported(alpine)
    assert (report.judged, report.findings) == (0, ())
    assert any("not used" in gap.reason for gap in report.gaps)


@pytest.mark.parametrize("reporter", [text, as_json, sarif])
def test_every_format_marks_it(alpine, reporter):
    data = reporter.render(reported(alpine), View()).decode()
    assert "fixable only, from the distribution's secdb" in data
    assert "fixable only: no vulnerability database was asked" in data
