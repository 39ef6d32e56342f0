"""``garboard fix`` from the outside: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from garboard.cli import fix
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Range, Rating, Status
from garboard.model.errors import CatalogError, GarboardError, UsageError
from garboard.model.recommendation import Group, Recommendation, Row, Verdict
from garboard.workflows.fix import within
from tests.unit.cli import test_policy
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, write_layers

COPY = "COPY requirements.txt ./"
PIP = "RUN pip install -r requirements.txt"
APT = "RUN apt-get install -y openssl=3.0.9-1"
BEFORE = f"FROM scratch\r\nADD rootfs.tar /\r\n{APT}\r\n{COPY}\r\n{PIP}\r\n"
WRITTEN = "-r base.txt\ndjango==3.2.0\nsix\n"


def _advisory(name: str, ecosystem: str, package: str, fixed: str, scheme: str) -> Advisory:
    affected = Affected(
        ecosystem=ecosystem, package=package, scheme=scheme, ranges=(Range(introduced="0", fixed=fixed),),
        status=Status.FIXED, rating=Rating(source="test", word="high"),
    )  # fmt: skip
    return Advisory(id=name, feed="test", affected=(affected,))


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    directory = tmp_path / "db"
    directory.mkdir()
    for shard, found in {
        "debian": _advisory("CVE-2024-1", "Debian:12", "openssl", "3.0.12-1", "deb"),
        "osv:PyPI": _advisory("CVE-2024-2", "PyPI", "django", "3.2.25", "pep440"),
    }.items():
        with Builder(store.path_of(directory, shard)) as builder:
            builder.fill([found])
            builder.finish(FeedState(shard=shard, fetched="2023-11-14T00:00:00+00:00", sha256="00", records=1), "[]")
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    Path("Dockerfile").write_bytes(BEFORE.encode())
    Path("requirements.txt").write_text(WRITTEN)
    status = "var/lib/dpkg/status"
    django = "usr/lib/python3.11/site-packages/django-3.2.0.dist-info/METADATA"
    layers: dict[str, dict[str, bytes]] = {
        "ADD rootfs.tar /": {"etc/os-release": OS_RELEASE, status: stanza("base-files", "12").encode()},
        "RUN /bin/sh -c apt-get install -y openssl=3.0.9-1 # buildkit": {
            status: (stanza("base-files", "12") + stanza("openssl", "3.0.9-1")).encode()
        },
        "COPY requirements.txt ./ # buildkit": {"requirements.txt": WRITTEN.encode()},
        "RUN /bin/sh -c pip install -r requirements.txt # buildkit": {
            django: b"Metadata-Version: 2.1\nName: Django\nVersion: 3.2.0\n"
        },
    }
    return str(write_layers(tmp_path / "app.tar", layers))


def run(*arguments: str) -> Result:
    return test_policy.run(fix, *arguments, "--no-cache", "--offline")


def test_nothing_is_written_unless_it_is_asked_for(image: str) -> None:
    found = run(image, "-f", "Dockerfile")
    assert found.exception is None
    assert found.return_value == 1
    assert "2 → 0 when the image is built again." in found.output
    assert "Nothing was written; --apply writes Dockerfile, requirements.txt." in found.output
    assert Path("Dockerfile").read_bytes() == BEFORE.encode()
    assert Path("requirements.txt").read_text() == WRITTEN


def test_every_other_byte_and_the_mode_stay(image: str) -> None:
    Path("Dockerfile").chmod(0o640)
    found = run(image, "-f", "Dockerfile", "--apply")
    assert found.return_value == 0
    assert Path("Dockerfile").read_bytes() == BEFORE.replace("3.0.9-1", "3.0.12-1").encode()
    assert Path("Dockerfile").stat().st_mode & 0o777 == 0o640
    assert Path("requirements.txt").read_text() == WRITTEN.replace("3.2.0", "3.2.25")
    assert sorted(os.listdir()) == ["Dockerfile", "requirements.txt"]


def test_the_diff_is_one_that_git_applies(image: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    diff = run(image, "-f", "Dockerfile", "--format", "diff").stdout_bytes
    subprocess.run(["git", "apply", "-"], input=diff, check=True, env={**os.environ, "GIT_DIR": "/nonexistent"})
    assert Path("Dockerfile").read_bytes() == BEFORE.replace("3.0.9-1", "3.0.12-1").encode()
    assert Path("requirements.txt").read_text() == WRITTEN.replace("3.2.0", "3.2.25")


def test_json_has_each_change_and_its_figures(image: str) -> None:
    found = json.loads(run(image, "-f", "Dockerfile", "--json").output)
    assert (found["issues"], found["remaining"], found["applied"]) == (2, 0, False)
    assert [(one["kind"], one["before"], one["after"]) for one in found["changes"]] == [
        ("raise", 2, 1),
        ("raise", 1, 0),
    ]
    assert [one["file"] for change in found["changes"] for one in change["files"]] == ["Dockerfile", "requirements.txt"]
    assert [one["id"] for change in found["changes"] for one in change["clears"]] == ["CVE-2024-1", "CVE-2024-2"]


def test_only_of_one_kind(image: str) -> None:
    found = run(image, "-f", "Dockerfile", "--only", "base")
    assert "no change of a file that clears any" in found.output


def test_a_manifest_that_leads_out_of_the_context_stays(image: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(WRITTEN)
    Path("requirements.txt").unlink()
    Path("requirements.txt").symlink_to(outside)
    found = run(image, "-f", "Dockerfile", "--apply")
    assert found.return_value == 0
    assert outside.read_text() == WRITTEN
    assert "2 → 1" in found.output
    assert "the line does not name it" in found.output


def test_a_read_only_file_stays(image: str) -> None:
    Path("Dockerfile").chmod(0o444)
    found = run(image, "-f", "Dockerfile", "--apply")
    assert isinstance(found.exception, GarboardError)
    assert "read-only" in str(found.exception)
    assert Path("Dockerfile").read_bytes() == BEFORE.encode()


def test_images_in_a_file_need_a_catalog_and_no_image(image: str) -> None:
    Path("compose.yaml").write_text("services:\n  a:\n    image: ruby:2\n")
    assert isinstance(run("-f", "compose.yaml").exception, CatalogError)
    assert isinstance(run(image, "-f", "compose.yaml").exception, UsageError)
    assert isinstance(run("-f", "Dockerfile", "--prove").exception, UsageError)
    assert isinstance(run("-f", "Dockerfile", "--tools").exception, UsageError)
    assert isinstance(run(image, "-f", "Dockerfile", "--tools", "--offline").exception, UsageError)
    assert isinstance(run("-f", "Dockerfile", "--check-mirrors").exception, UsageError)
    assert isinstance(run(image, "-f", "Dockerfile", "--package-mirror", "http://m.example").exception, UsageError)


def test_what_cannot_be_meant_is_refused(image: str) -> None:
    for arguments in (
        ("--apply",),
        ("-f", "-"),
        ("-f", "Dockerfile", "--only", "x"),
        ("-f", "Dockerfile", "--context", "x"),
    ):
        assert isinstance(run(image, *arguments).exception, UsageError)


def test_a_base_within_a_distance_and_with_its_digest() -> None:
    rows = (
        Row(reference="ruby:2", key="0"),
        Row(reference="ruby:2.1", key="1", group=Group.PATCH, digest="sha256:aa"),
        Row(reference="ruby:3", key="2", group=Group.MAJOR, digest="sha256:bb"),
        Row(reference="ruby:2.2", key="3", group=Group.MINOR),
    )
    given = Recommendation(verdict=Verdict.BETTER, rows=rows)
    found = within(given, Group.MINOR, pinned=False)
    assert [one.reference for one in found.rows] == ["ruby:2", "ruby:2.1", "ruby:2.2"]
    found = within(given, Group.ALTERNATIVE, pinned=True)
    assert [one.reference for one in found.rows] == ["ruby:2", "ruby:2.1@sha256:aa", "ruby:3@sha256:bb"]
    assert [one.reason for one in found.gaps] == ["no digest is known of 1 that could be recommended, as ruby:2.2"]


@pytest.mark.parametrize(
    ("answers", "files"),
    [
        ("y\ny\n", {"Dockerfile", "requirements.txt"}),
        ("n\ny\n", {"requirements.txt"}),
        ("y\nn\n", {"Dockerfile"}),
        ("what?\n\nN\nYES\n", {"requirements.txt"}),
        ("a\n", {"Dockerfile", "requirements.txt"}),
        ("q\n", set()),
        ("", set()),
        ("y\n", {"Dockerfile"}),
    ],
)
def test_a_person_is_asked_about_each_change(image: str, answers: str, files: set[str]) -> None:
    before = {name: Path(name).read_bytes() for name in ("Dockerfile", "requirements.txt")}
    words = (image, "-f", "Dockerfile", "--interactive", "--apply", "--json", "--no-cache", "--offline")
    found = test_policy.run(fix, *words, answers=answers)
    assert found.exception is None
    document = json.loads(found.stdout)
    assert {one["file"] for change in document["changes"] for one in change["files"]} == files
    assert {name for name, data in before.items() if Path(name).read_bytes() != data} == files
    ended = answers in {"", "y\n"}
    assert found.stderr.count("Make this change?") == answers.count("\n") + ended
    assert ("you chose not to" in found.stdout) == (len(files) < 2)


@pytest.mark.parametrize(
    ("answers", "files"), [("a\ny\n", 2), ("a\nhow?\nn\n", 0), ("a\n", 0), ("q\n", 0), ("y\nn\ny\n", 1)]
)
def test_what_was_chosen_is_written_if_that_is_wanted(image: str, answers: str, files: int) -> None:
    before = {name: Path(name).read_bytes() for name in ("Dockerfile", "requirements.txt")}
    found = test_policy.run(fix, image, "-f", "Dockerfile", "--interactive", "--no-cache", "--offline", answers=answers)
    assert found.exception is None
    assert sum(Path(name).read_bytes() != data for name, data in before.items()) == files
    assert ("Written: " in found.stdout) == bool(files)
    assert ("Write Dockerfile" in found.stderr) == (answers != "q\n")
