"""``garboard fix --pr`` from the outside: what it prints, what the host and the repository have, and what stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import Result
from pytest_httpserver import HTTPServer

from garboard.cli import fix
from garboard.model.errors import GarboardError, UsageError
from tests.unit.cli import test_policy
from tests.unit.cli.test_fix import BEFORE, WRITTEN, image
from tests.unit.hosts.fake_gitea import FakeGitea

__all__ = ["image"]
SECRET = "s3cret-t0ken"
BRANCH = "garboard/dockerfile/packages"


def git(*words: str) -> str:
    who = {f"GIT_{one}": "person" for one in ("AUTHOR_NAME", "COMMITTER_NAME", "AUTHOR_EMAIL", "COMMITTER_EMAIL")}
    done = subprocess.run(["git", *words], check=True, capture_output=True, env={**os.environ, **who})
    return done.stdout.decode().strip()


@pytest.fixture
def host(image: str, tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> FakeGitea:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    bare = tmp_path / "team" / "app.git"
    git("init", "-q", "--bare", "-b", "main", str(bare))
    git("init", "-q", "-b", "main", ".")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", f"file://{bare}")
    git("push", "-q", "origin", "main")
    monkeypatch.setenv("GITEA_TOKEN", SECRET)
    return FakeGitea(httpserver)


def run(host: FakeGitea, *arguments: str) -> Result:
    every = ("--pr", "--host", "gitea", "--api", host.api, "--no-cache", "--as-of", "2023-11-14")
    return test_policy.run(fix, *arguments, *every)


def test_a_pull_request(image: str, host: FakeGitea) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    found = run(host, image, "-f", "Dockerfile", "--label", "dependencies")
    assert found.exception is None
    assert found.return_value == 0
    assert "opened\n    https://gitea.test/team/app/pulls/1" in found.output
    assert "Nothing was written" not in found.output
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    git("fetch", "-q", "origin")
    assert git("show", f"origin/{BRANCH}:Dockerfile") == BEFORE.replace("3.0.9-1", "3.0.12-1").strip()
    assert git("show", f"origin/{BRANCH}:requirements.txt") == WRITTEN.replace("3.2.0", "3.2.25").strip()
    (pull,) = host.pulls
    assert "2 → 0 issues" in pull["body"]
    assert "How to undo" in pull["body"]
    again = run(host, image, "-f", "Dockerfile", "--json")
    (one,) = json.loads(again.stdout)["pullRequests"]
    assert (one["done"], one["branch"]) == ("unchanged", BRANCH)
    assert len(host.pulls) == 1
    assert SECRET not in found.output + again.output + str(host.pulls)


def test_files_are_named_as_in_the_repository(image: str, host: FakeGitea, tmp_path: Path) -> None:
    git("config", "user.name", "Ann")
    found = run(host, image, "-f", str(tmp_path / "project" / "Dockerfile"))
    assert found.return_value == 0
    (pull,) = host.pulls
    assert "`requirements.txt`" in pull["body"]
    assert str(tmp_path / "project") not in pull["body"]
    os.chdir(tmp_path)
    assert "unchanged" in run(host, image, "-f", "project/Dockerfile").output, "wherever the user is"
    assert len(host.pulls) == 1


def test_a_dry_run(image: str, host: FakeGitea) -> None:
    found = run(host, image, "-f", "Dockerfile", "--dry-run")
    assert found.return_value == 1
    assert f"would be opened\n    {BRANCH}" in found.output
    assert host.pulls == []
    assert git("ls-remote", "origin", "refs/heads/garboard/*") == ""


def test_files_that_are_not_committed(image: str, host: FakeGitea) -> None:
    Path("Dockerfile").write_bytes(BEFORE.encode() + b"# mine\r\n")
    found = run(host, image, "-f", "Dockerfile")
    assert found.return_value == 2
    assert "failed: Dockerfile is not the same" in found.output
    document = json.loads(run(host, image, "-f", "Dockerfile", "--json").stdout)
    assert [one["done"] for one in document["pullRequests"]] == ["failed"]
    assert host.pulls == []


def test_what_a_remote_says_is_told_without_the_token(image: str, host: FakeGitea, tmp_path: Path) -> None:
    hook = tmp_path / "team" / "app.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not with $GITEA_TOKEN >&2\nexit 1\n")
    hook.chmod(0o755)
    found = run(host, image, "-f", "Dockerfile")
    assert found.return_value == 2
    assert "not with …" in found.output
    assert SECRET not in found.output


def test_a_host_that_refuses(image: str, host: FakeGitea) -> None:
    git("remote", "set-url", "origin", git("remote", "get-url", "origin").replace("team", "nobody"))
    found = run(host, image, "-f", "Dockerfile")
    assert isinstance(found.exception, GarboardError)
    assert SECRET not in str(found.exception) + found.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pr", "--apply"), "--apply writes files here"),
        (("--pr", "--offline"), "--offline forbids"),
        (("--label", "x"), "--label is of pull requests"),
        (("--dry-run",), "--dry-run is of pull requests"),
        (("--pr", "--host", "sourceforge"), "does not know sourceforge"),
        (("--pr", "--most", "0"), "--most takes a number"),
        (("--pr", "--most", "9" * 5000), "--most takes a number"),
        (("--pr",), "what kind of code host"),
        (("--pr", "--remote", "upstream"), "no remote upstream"),
    ],
)
def test_what_is_refused(image: str, host: FakeGitea, options: tuple[str, ...], message: str) -> None:
    found = test_policy.run(fix, image, "-f", "Dockerfile", "--no-cache", "--as-of", "2023-11-14", *options)
    assert isinstance(found.exception, UsageError)
    assert message in str(found.exception)


def test_a_token_is_needed(image: str, host: FakeGitea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITEA_TOKEN")
    found = run(host, image, "-f", "Dockerfile")
    assert "set it in GITEA_TOKEN or FORGEJO_TOKEN" in str(getattr(found.exception, "hint", ""))


@pytest.mark.parametrize(
    "line",
    ['api = "https://evil.test"', 'host = "github"', "pr = true", 'remote = "evil"', "apply = true", "prove = true",
     'check = ["touch ran"]', 'repo = "."', 'build-option = ["--privileged"]'],
)  # fmt: skip
def test_a_projects_file_decides_neither_who_gets_a_token_nor_what_is_run(
    image: str, host: FakeGitea, line: str
) -> None:
    Path("garboard.toml").write_text(f"[defaults]\n{line}\n")
    found = test_policy.run(fix, image, "-f", "Dockerfile", "--no-cache", "--offline")
    assert isinstance(found.exception, UsageError)
    assert "[defaults] cannot set" in str(found.exception)


def test_a_projects_file_names_labels(image: str, host: FakeGitea) -> None:
    Path("garboard.toml").write_text('[defaults]\nlabel = ["dependencies"]\nmost = "3"\n')
    assert run(host, image, "-f", "Dockerfile").return_value == 0
    assert "POST /api/v1/repos/team/app/issues/1/labels" in host.writes()
