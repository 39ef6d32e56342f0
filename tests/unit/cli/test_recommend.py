"""``garboard recommend``, and what ``garboard scan`` says of the base, over an image, a database and a catalogue on disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from garboard.cli import recommend, scan
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Range, Rating, Status
from garboard.model.baseimage import Approval
from garboard.model.errors import CatalogError, UsageError
from garboard.model.image import Layer
from garboard.model.lifecycle import Cycle
from tests.unit.baseimage.rebases import base, inventory, name, writer
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, tar, write_image

RECOMMENDED = "python:3.12.5-bookworm"


def advisory(identifier: str, package: str, fixed: str) -> Advisory:
    affected = Affected(
        ecosystem="Debian:12", package=package, scheme="deb", ranges=(Range(fixed=fixed),),
        status=Status.FIXED, rating=Rating(source="debian", word="high"),
    )  # fmt: skip
    return Advisory(id=identifier, feed="debian", affected=(affected,))


def build(directory: Path, shard: str, *records: object) -> None:
    with Builder(store.path_of(directory, shard)) as builder:
        builder.fill(records)
        state = FeedState(shard=shard, fetched="2023-11-14T00:00:00+00:00", sha256="00", records=len(records))
        builder.finish(state, "[]")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "db"
    directory.mkdir()
    build(directory, "debian", advisory("CVE-1", "openssl", "3.0.12-1"), advisory("CVE-2", "zlib", "2"))
    build(directory, "endoflife", Cycle(product="debian", name="12", eol="2026-07-11", extended="2028-06-30"))
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    monkeypatch.setenv("GARBOARD_CATALOGUE", str(tmp_path / "catalogue.sqlite"))
    write_image(tmp_path / "app.tar")
    (tmp_path / "Dockerfile").write_text("FROM python:3.12.4-bookworm\nRUN apt-get install -y curl\n")
    return tmp_path


def fill(home: Path, *approvals: str) -> None:
    """The base of the image, and a newer one."""
    import hashlib

    layer = tar({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": stanza("openssl", "3.0.9-1").encode()})
    own = base("a", "python:3.12.4-bookworm", "python:3.12-bookworm")
    digest = "sha256:" + hashlib.sha256(layer).hexdigest()
    image = msgspec.structs.replace(own.image, layers=(Layer(diff_id=digest),))
    made = writer(home)
    made.add(msgspec.structs.replace(own, image=image, distro="debian 12"), inventory("openssl=3.0.9-1", "zlib=1"))
    for letter, tag, *packages in (
        ("b", RECOMMENDED, "openssl=3.0.12-1", "zlib=2"),
        ("c", "python:3.13.0rc1-bookworm", "openssl=3.0.12-1"),
        ("d", "python:3.12.3-bookworm", "openssl=3.0.9-1", "zlib=1"),
    ):
        made.add(msgspec.structs.replace(base(letter, name(tag)), distro="debian 12"), inventory(*packages))
    for pattern in approvals:
        made.approve(Approval(pattern=pattern))


def run(home: Path, *arguments: str, command: object = recommend) -> Result:
    words = [argument.replace("@", str(home) + "/") for argument in arguments]
    return CliRunner().invoke(
        command.command, [*words, "--no-cache", "--offline"], env={"SOURCE_DATE_EPOCH": "1700000000"},
        standalone_mode=False,
    )  # fmt: skip


def test_an_image(home: Path) -> None:
    fill(home)
    result = run(home, "@app.tar", "-f", "@Dockerfile")
    assert (result.return_value, result.exception) == (1, None)
    assert (
        "Base image:        python:3.12.4-bookworm\n                   its layers are the lowest of this image"
        in result.output
    )
    assert "Recommendations for base image upgrade:\n\nPatch upgrades\n" in result.output
    assert RECOMMENDED in result.output
    assert "Supported until:   Python 3.12 ?, Debian 12 2026-07-11\n" in result.output
    assert "rc1" not in result.output


def test_a_dockerfile_before_any_build(home: Path) -> None:
    fill(home)
    result = run(home, "-f", "@Dockerfile")
    assert result.return_value == 1
    assert "Your image" not in result.output
    assert RECOMMENDED in result.output


def test_json(home: Path) -> None:
    fill(home)
    found = json.loads(run(home, "@app.tar", "-f", "@Dockerfile", "--json").output)
    assert found["verdict"] == "better"
    assert found["base"]["vulnerabilities"]["high"] == 2
    assert found["yourImage"]["total"] == 1  # the line raised openssl, which is not enough, and zlib is gone
    (row,) = [row for row in found["rows"] if row["recommended"]]
    assert (row["baseImage"], row["group"], row["yourImage"]["issues"]["total"]) == (RECOMMENDED, "patch", 0)
    assert row["yourImage"]["removed"] == [{"id": "CVE-1", "type": "deb", "package": "openssl", "version": "3.0.11-1"}]


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        (RECOMMENDED, "It is recommended."),
        ("3.12.5-bookworm", "It is recommended."),
        ("3.13.0rc1-bookworm", "It is not recommended (prerelease): rc1 is not a release."),
        ("3.12.3-bookworm", "It is not recommended (older): it is older than what is in use (3.12.4)."),
        ("3.12.4-bookworm", "It is the base in use."),
    ],
)
def test_why(home: Path, tag: str, sentence: str) -> None:
    fill(home)
    assert sentence in run(home, "@app.tar", "-f", "@Dockerfile", "--why", tag).output


def test_why_of_what_is_not_there(home: Path) -> None:
    fill(home)
    assert isinstance(run(home, "-f", "@Dockerfile", "--why", "3.99").exception, UsageError)


def test_all_says_what_speaks_against_the_rest(home: Path) -> None:
    fill(home)
    result = run(home, "-f", "@Dockerfile", "--all")
    assert "✗ prerelease: rc1 is not a release" in result.output
    assert "✗ older: it is older than what is in use" in result.output


def test_include(home: Path) -> None:
    fill(home)
    assert "3.13.0rc1-bookworm" in run(home, "-f", "@Dockerfile", "--include", "prerelease").output
    assert isinstance(run(home, "-f", "@Dockerfile", "--include", "everything").exception, UsageError)


def test_approved_only(home: Path) -> None:
    fill(home, "python:3.12.3-*")
    result = run(home, "-f", "@Dockerfile", "--approved-only")
    assert result.return_value == 3
    assert "Approved:          no" in result.output
    assert "most secure" not in result.output
    assert "no approved base may be recommended (older)" in result.output


def test_from_scratch(home: Path) -> None:
    fill(home)
    (home / "Dockerfile").write_text("FROM scratch\nCOPY a /\n")
    result = run(home, "-f", "@Dockerfile")
    assert result.return_value == 3
    assert "Built FROM scratch: there is no base to better.\n" in result.output


def test_a_scan_of_what_is_built_from_scratch_has_no_gap_about_its_base(home: Path) -> None:
    writer(home).add(base("q", "python:3.12"), inventory("openssl=1"))
    (home / "Dockerfile").write_text("FROM scratch\nADD a /\nADD b /\n")
    found = json.loads(run(home, "@app.tar", "-f", "@Dockerfile", "--json", command=scan).output)
    assert found["recommendations"]["how"] == "built FROM scratch: there is no base to better"
    assert found["recommendations"]["gaps"] == []
    assert "which one is in use" not in run(home, "@app.tar", "-f", "@Dockerfile", command=scan).output


def test_neither_image_nor_dockerfile(home: Path) -> None:
    assert isinstance(run(home).exception, UsageError)


def test_no_catalog(home: Path) -> None:
    assert isinstance(run(home, "-f", "@Dockerfile").exception, CatalogError)


def test_a_base_that_the_catalog_does_not_have(home: Path) -> None:
    fill(home)
    (home / "Dockerfile").write_text("FROM ruby:3.4\n")
    result = run(home, "-f", "@Dockerfile")
    assert result.return_value == 3
    assert "garboard catalog sync ruby" in result.output


def test_a_scan_has_the_guides_tables(home: Path) -> None:
    fill(home)
    result = run(home, "@app.tar", "-f", "@Dockerfile", command=scan)
    assert result.return_value == 1
    tables = (
        "Base Image              Vulnerabilities  Severity\n"
        "python:3.12.4-bookworm  2                0 critical, 2 high, 0 medium, 0 low\n\n"
        "Recommendations for base image upgrade:\n\n"
        "Patch upgrades\n"
        "Base Image              Vulnerabilities  Severity\n"
        "python:3.12.5-bookworm  0                0 critical, 0 high, 0 medium, 0 low\n"
    )
    assert tables in result.output
    measured = re.compile(r" {2,}(?:Packages {2}Size|\d+ +[\d.]+ [kM]B)$", re.MULTILINE)
    table = run(home, "@app.tar", "-f", "@Dockerfile", "--format", "table", command=scan).output
    assert len(measured.findall(table)) == 4
    assert tables in measured.sub("", table)


def test_a_scan_as_json_has_them_too(home: Path) -> None:
    fill(home)
    found = json.loads(run(home, "@app.tar", "-f", "@Dockerfile", "--json", command=scan).output)
    assert found["recommendations"]["verdict"] == "better"
    assert any(row["recommended"] for row in found["recommendations"]["rows"])
    remediation = found["docker"]["baseImageRemediation"]
    assert remediation["code"] == "REMEDIATION_AVAILABLE"
    assert [one["message"].splitlines()[0] for one in remediation["advice"]] == [
        "Base Image              Vulnerabilities  Severity",
        "Recommendations for base image upgrade:",
        "Patch upgrades",
        "Base Image              Vulnerabilities  Severity",
    ]


def test_dates_are_fetched_where_they_are_missing_and_that_is_allowed(home: Path) -> None:
    fill(home)
    (home / "db/endoflife.sqlite").unlink()
    assert "garboard db update endoflife" in run(home, "-f", "@Dockerfile").output
    mirror = home / "mirror/endoflife/api"
    mirror.mkdir(parents=True)
    (mirror / "debian.json").write_text('[{"cycle": "12", "eol": "2022-01-01"}]')
    words = ["-f", str(home / "Dockerfile"), "--all"]
    env = {"SOURCE_DATE_EPOCH": "1700000000", "GARBOARD_FEEDS": str(home / "mirror")}
    result = CliRunner().invoke(recommend.command, words, env=env, standalone_mode=False)
    assert "Debian 12 is no longer maintained since 2022-01-01" in result.output
    assert "    ! Debian 12 is no longer maintained since 2022-01-01\n" in result.output
    assert "✗ eol:" not in result.output  # what could replace it is of the same line


def test_a_scan_without_a_catalog_says_nothing(home: Path) -> None:
    found = json.loads(run(home, "@app.tar", "--json", command=scan).output)
    assert found["recommendations"] is None


def test_a_base_that_is_the_best_is_said_to_be(home: Path) -> None:
    fill(home)
    (home / "Dockerfile").write_text(f"FROM {RECOMMENDED}\n")
    alone = run(home, "-f", "@Dockerfile")
    assert alone.return_value == 3
    assert "no other image of its kind could be compared with it" in alone.output
    newer = msgspec.structs.replace(base("e", "python:3.13.1-bookworm"), distro="debian 12")
    writer(home).add(newer, inventory("openssl=3.0.12-1", "zlib=2"))
    result = run(home, "-f", "@Dockerfile")
    assert result.return_value == 0
    said = "you are currently using the most secure version of the selected base image"
    assert f"{said} (compared with 1 other, by data of 2023-11-14)" in result.output


def test_a_scan_without_a_catalog_says_that_its_base_is_over(home: Path) -> None:
    (home / "db/endoflife.sqlite").unlink()
    build(home / "db", "endoflife", Cycle(product="debian", name="12", eol="2020-01-01"))
    found = json.loads(run(home, "@app.tar", "--json", command=scan).output)
    assert any("Debian 12 is no longer maintained since 2020-01-01" in gap["reason"] for gap in found["gaps"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("@app.tar", "--check-mirrors"), "--offline forbids"),
        (("@app.tar", "--package-mirror", "http://mirror.example"), "is for --check-mirrors"),
    ],
)
def test_mirrors_that_cannot_be_asked(home: Path, words: tuple[str, ...], sentence: str) -> None:
    fill(home)
    error = run(home, *words).exception
    assert isinstance(error, UsageError)
    assert sentence in f"{error.message} {error.hint}"


def test_a_dockerfile_alone_names_no_mirror(home: Path) -> None:
    fill(home)
    words = ["-f", str(home / "Dockerfile"), "--check-mirrors"]
    error = CliRunner().invoke(recommend.command, words, standalone_mode=False).exception
    assert isinstance(error, UsageError)
    assert "there is none" in error.message
