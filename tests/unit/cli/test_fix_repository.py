"""``garboard fix --repo``: every file of a git repository that names images, each image asked for by one pull request."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from pytest_httpserver import HTTPServer

from garboard.cli import fix
from garboard.model.errors import UsageError
from tests.unit.cli import test_policy
from tests.unit.cli.test_fix_pull_requests import git
from tests.unit.cli.test_recommend import RECOMMENDED, fill, home
from tests.unit.hosts.fake_gitea import FakeGitea

__all__ = ["home"]
OLD = "python:3.12.4-bookworm"
FILES = {
    "Dockerfile": f"FROM {OLD}\nRUN true\n",
    "services/a/worker.Dockerfile": f"FROM {OLD}\n",
    "services/a/Dockerfile.dockerignore": f"FROM {OLD}\n",
    "compose.yaml": f"services:\n  a:\n    image: {OLD}\n  b:\n    image: ruby:2.5.1\n",
    "settings.yaml": "other: things\n",
    "notes.txt": f"FROM {OLD}\n",
}
CHANGED = {"Dockerfile", "services/a/worker.Dockerfile", "compose.yaml"}


@pytest.fixture
def project(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    fill(home)
    folder = home / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    bare = home / "team" / "app.git"
    git("init", "-q", "--bare", "-b", "main", str(bare))
    git("init", "-q", "-b", "main", ".")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", f"file://{bare}")
    git("push", "-q", "origin", "main")
    (folder / "untracked.yaml").write_text(f"image: {OLD}\n")
    monkeypatch.setenv("GITEA_TOKEN", "s3cret-t0ken")
    return folder


def run(*arguments: str) -> Result:
    return test_policy.run(fix, "--repo", ".", *arguments, "--no-cache", "--as-of", "2023-11-14")


def test_all_files_that_are_committed(project: Path) -> None:
    found = run("--json")
    assert found.exception is None
    assert found.return_value == 1
    document = json.loads(found.stdout)
    assert {file["file"] for one in document["changes"] for file in one["files"]} == CHANGED
    assert any("ruby:2.5.1" in one["subject"] for one in document["notCovered"])


def test_they_are_written(project: Path) -> None:
    assert run("--apply").return_value == 0
    for name, text in FILES.items():
        assert (project / name).read_text() == (text.replace(OLD, RECOMMENDED) if name in CHANGED else text)
    assert (project / "untracked.yaml").read_text() == f"image: {OLD}\n"


def test_one_request_for_each_image(project: Path, httpserver: HTTPServer) -> None:
    host = FakeGitea(httpserver)
    asked = ("--pr", "--host", "gitea", "--api", host.api)
    found = run(*asked)
    assert found.exception is None
    assert found.return_value == 0
    (pull,) = host.pulls
    assert pull["head"]["ref"] == "garboard/repository/base-python"
    git("fetch", "-q", "origin")
    changed = git("diff", "--name-only", "origin/main", "origin/garboard/repository/base-python").splitlines()
    assert set(changed) == CHANGED
    assert run(*asked, "--json").exception is None
    assert len(host.pulls) == 1
    for name in CHANGED:
        (project / name).write_text("services: {}\n" if name.endswith("yaml") else "FROM scratch\n")
    git("commit", "-q", "-a", "-m", "by hand")
    git("push", "-q", "origin", "main")
    assert "closed" in run(*asked).output
    assert [one["state"] for one in host.pulls] == ["closed"]


@pytest.mark.parametrize(
    ("changed", "options", "told"),
    [
        ("services/a/worker.Dockerfile", (), "as services/a/worker.Dockerfile is not the same as in the branch"),
        ("notes.txt", (), ""),
        ("", ("--severity", "critical"), "as --severity left something out"),
        ("", ("--upto", "patch"), "as --upto left something out"),
        ("", ("--upto", "major"), ""),
    ],
)
def test_only_what_was_judged_in_full_is_closed(
    project: Path, httpserver: HTTPServer, changed: str, options: tuple[str, ...], told: str
) -> None:
    host = FakeGitea(httpserver)
    host.add("garboard/repository/base-perl", "of perl", "")
    if changed:
        (project / changed).write_text("FROM python:3.13\n")
    found = run("--pr", "--host", "gitea", "--api", host.api, "--dry-run", *options)
    assert found.exception is None
    assert ("of perl: would be closed" in found.output) == (not told)
    assert told in found.output


def test_a_change_that_is_not_committed_closes_nothing(project: Path, httpserver: HTTPServer) -> None:
    host = FakeGitea(httpserver)
    asked = ("-f", "Dockerfile", "--pr", "--host", "gitea", "--api", host.api, "--no-cache", "--as-of", "2023-11-14")
    assert test_policy.run(fix, *asked).return_value == 0
    (project / "Dockerfile").write_text("FROM scratch\n")
    assert "as Dockerfile is not the same as in the branch to change" in test_policy.run(fix, *asked).output
    git("commit", "-q", "-a", "-m", "by hand")
    assert "left alone" in test_policy.run(fix, *asked).output, "it is in no branch of the remote"
    host.add("garboard/dockerfile/packages", "of an image", "")
    git("push", "-q", "origin", "main")
    found = test_policy.run(fix, *asked).output
    assert "of an image: left alone: whether it is still needed was not judged" in found
    assert [one["state"] for one in host.pulls] == ["closed", "open"]


@pytest.mark.parametrize("other", [("-f", "services/a/worker.Dockerfile"), ("--repo", "services")])
def test_what_another_request_asks_for_already_is_not_asked_again(
    project: Path, httpserver: HTTPServer, other: tuple[str, ...]
) -> None:
    host = FakeGitea(httpserver)
    asked = ("--pr", "--host", "gitea", "--api", host.api, "--no-cache", "--as-of", "2023-11-14")
    assert test_policy.run(fix, "--repo", ".", *asked).return_value == 0
    found = test_policy.run(fix, *other, *asked)
    assert found.return_value == 0
    assert "asked for already by #1\n    https://gitea.test/team/app/pulls/1" in found.output
    assert len(host.pulls) == 1
    assert git("ls-remote", "origin", "refs/heads/garboard/*").count("\n") == 0, "no other branch"
    assert test_policy.run(fix, "--repo", ".", *asked).return_value == 0
    assert len(host.pulls) == 1


def test_the_same_change_of_one_file_by_both_forms(project: Path, httpserver: HTTPServer) -> None:
    git("rm", "-q", "compose.yaml", "services/a/worker.Dockerfile")
    git("commit", "-q", "-m", "one is left")
    git("push", "-q", "origin", "main")
    host = FakeGitea(httpserver)
    asked = ("--pr", "--host", "gitea", "--api", host.api, "--no-cache", "--as-of", "2023-11-14")
    assert test_policy.run(fix, "-f", "Dockerfile", *asked).return_value == 0
    found = test_policy.run(fix, "--repo", ".", *asked, "--json")
    (one,) = json.loads(found.stdout)["pullRequests"]
    assert (one["done"], one["reason"]) == ("asked for already", "by #1")
    assert len(host.pulls) == 1


@pytest.mark.parametrize("attribute", ["text eol=crlf", "text=auto eol=crlf", "filter=own text eol=crlf"])
def test_line_ends_that_git_changes(project: Path, httpserver: HTTPServer, attribute: str) -> None:
    (project / ".gitattributes").write_text(f"*Dockerfile {attribute}\n")
    git("add", ".gitattributes")
    git("commit", "-q", "-m", "attributes")
    git("push", "-q", "origin", "main")
    git("config", "filter.own.clean", "touch ran; tr a-z A-Z")
    git("config", "filter.own.required", "true")
    for name in ("Dockerfile", "services/a/worker.Dockerfile"):
        (project / name).write_bytes((project / name).read_bytes().replace(b"\n", b"\r\n"))
    (project / "ran").unlink(missing_ok=True)  # what was committed right before, git reads again
    host = FakeGitea(httpserver)
    found = run("--pr", "--host", "gitea", "--api", host.api)
    assert found.return_value == 0, found.output
    git("fetch", "-q", "origin")
    after = git("show", "origin/garboard/repository/base-python:Dockerfile")
    assert after == FILES["Dockerfile"].replace(OLD, RECOMMENDED).strip()
    assert not (project / "ran").exists()
    assert "unchanged" in run("--pr", "--host", "gitea", "--api", host.api).output
    host.add("garboard/repository/base-perl", "of perl", "")
    assert "of perl: closed" in run("--pr", "--host", "gitea", "--api", host.api).output


def test_a_file_that_is_gone_here_alone_closes_nothing(project: Path, httpserver: HTTPServer) -> None:
    host = FakeGitea(httpserver)
    host.add("garboard/repository/base-perl", "of perl", "")
    git("rm", "-q", "compose.yaml")
    found = run("--pr", "--host", "gitea", "--api", host.api, "--dry-run")
    assert "of perl: left alone" in found.output
    assert "compose.yaml is not the same" in found.output


def test_a_file_that_cannot_be_changed_ends_its_own_request_alone(project: Path, httpserver: HTTPServer) -> None:
    (project / "ruby.Dockerfile").write_text("FROM ruby:2.5.1\n")
    (project / "compose.yaml").write_text(FILES["compose.yaml"] + "# mine\n")
    host = FakeGitea(httpserver)
    host.add("garboard/repository/base-perl", "of perl", "")
    found = run("--pr", "--host", "gitea", "--api", host.api)
    assert found.return_value == 2
    assert "failed: compose.yaml is not the same" in found.output
    assert "of perl: left alone" in found.output


def test_a_clone_of_an_address(project: Path, httpserver: HTTPServer) -> None:
    address = git("remote", "get-url", "origin").strip()
    for one in project.iterdir():
        if one.is_file():
            one.unlink()
    found = run("--repo", address, "--json")
    assert found.exception is None
    document = json.loads(found.stdout)
    assert document["image"] == address
    assert {file["file"] for one in document["changes"] for file in one["files"]} == CHANGED
    host = FakeGitea(httpserver)
    found = run("--repo", address, "--pr", "--host", "gitea", "--api", host.api)
    assert found.exception is None
    (pull,) = host.pulls
    git("fetch", "-q", "origin")
    changed = git("diff", "--name-only", "origin/main", f"origin/{pull['head']['ref']}").splitlines()
    assert set(changed) == CHANGED


def test_a_clone_follows_no_link_and_runs_nothing(project: Path) -> None:
    secret = project.parent / "secret"
    secret.write_text(f"FROM {OLD}\n")
    (project / "linked.Dockerfile").symlink_to(secret)
    (project / ".gitattributes").write_text("* filter=own\n")
    git("add", "-A")
    git("commit", "-q", "-m", "a link")
    git("push", "-q", "origin", "main")
    found = run("--repo", git("remote", "get-url", "origin").strip(), "--json")
    assert found.exception is None
    assert "linked" not in found.stdout


def test_a_file_that_cannot_be_read_is_told_and_closes_nothing(project: Path, httpserver: HTTPServer) -> None:
    host = FakeGitea(httpserver)
    host.add("garboard/repository/base-ruby", "of ruby", "")
    host.add("garboard/repository/base-perl", "of perl", "")
    (project / "chart.yaml").write_text("{{ if x }}\nimage: [\n")
    git("add", "chart.yaml")
    found = run("--pr", "--host", "gitea", "--api", host.api)
    assert "chart.yaml" in found.output
    assert [one["state"] for one in host.pulls] == ["open"] * 3
    assert found.output.count("whether it is still needed was not judged") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("app.tar",), "no image is built"),
        (("-f", "Dockerfile"), "no image is built"),
        (("--prove",), "no image is built"),
        (("--only", "lint"), "bases, images and manifests"),
        (("--repo", "Dockerfile"), "names a folder"),
        (("--repo", "https://example.test/a/b.git", "--apply"), "of a URL there are none"),
        (("--repo", "https://example.test/a/b.git", "--offline"), "--offline forbids"),
        (("--repo", "ftp://example.test/a"), "of no kind"),
    ],
)
def test_what_is_refused(project: Path, options: tuple[str, ...], message: str) -> None:
    found = run(*options)
    assert isinstance(found.exception, UsageError)
    assert message in str(found.exception)


def test_a_folder_in_no_repository(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = run("--repo", str(tmp_path_factory.mktemp("outside")))
    assert isinstance(found.exception, UsageError)
    assert "no git repository" in str(found.exception)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services:\n  a:\n    platform: {}\n    image: " + OLD + "\n"),
        ("Dockerfile", "FROM --platform={} " + OLD + "\n"),
    ],
)
@pytest.mark.parametrize(
    ("asked", "changed", "told"),
    [
        ("linux/amd64", True, ""),
        ("linux/arm64", False, "does not have it for linux/arm64"),
        ("none/such/at/all", False, "none/such/at/all is none that is known"),
    ],
)
def test_the_image_of_the_platform_that_the_file_asks_for(
    project: Path, name: str, text: str, asked: str, told: str, *, changed: bool
) -> None:
    (project / name).write_text(text.format(asked))
    found = test_policy.run(fix, "-f", name, "--json", "--no-cache", "--as-of", "2023-11-14")
    assert found.exception is None
    document = json.loads(found.stdout)
    assert any(one["files"] for one in document["changes"]) == changed
    told_of = [one["reason"] for one in document["notCovered"]]
    assert not told or any(told in one for one in told_of), told_of
