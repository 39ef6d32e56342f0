"""``garboard fix --repo --all``: versions in the manifests of a repository, each file asked for by one pull request."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from pytest_httpserver import HTTPServer

from garboard.cli import fix
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import FeedState
from garboard.model.errors import UsageError
from tests.unit.cli import test_policy
from tests.unit.cli.test_fix import _advisory as advisory
from tests.unit.cli.test_fix_pull_requests import git
from tests.unit.hosts.fake_gitea import FakeGitea

LOCK = {
    "name": "web",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "web", "dependencies": {"lodash": "4.17.11", "outer": "1.0.0"}},
        "node_modules/lodash": {"version": "4.17.11"},
        "node_modules/outer": {"version": "1.0.0", "dependencies": {"inner": "1.0.0"}},
        "node_modules/inner": {"version": "1.0.0"},
    },
}
FILES = {
    "api/requirements.txt": "django==3.2.0  # why\r\nsix==1.0\r\n",
    "worker/requirements.txt": "django==3.2.0\n",
    "web/package.json": '{"name": "web", "dependencies": {"lodash": "4.17.11", "outer": "1.0.0"}}\n',
    "web/package-lock.json": json.dumps(LOCK),
    "new/requirements.txt": "django==3.2.25\n",
}
CHANGED = ["api/requirements.txt", "worker/requirements.txt"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    directory = tmp_path / "db"
    directory.mkdir()
    for shard, found in {
        "osv:PyPI": [advisory("CVE-2024-2", "PyPI", "django", "3.2.25", "pep440")],
        "osv:Maven": [
            advisory("CVE-2024-5", "Maven", "org.a:b", "1.2", "maven"),
            advisory("CVE-2024-6", "Maven", "org.a:c", "1.1.1", "maven"),
        ],
        "osv:npm": [
            advisory("CVE-2024-3", "npm", "lodash", "4.17.12", "semver"),
            advisory("CVE-2024-4", "npm", "inner", "1.0.1", "semver"),
        ],
    }.items():
        with Builder(store.path_of(directory, shard)) as builder:
            builder.fill(found)
            builder.finish(FeedState(shard=shard, fetched="2023-11-14T00:00:00+00:00", sha256="00", records=1), "[]")
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    monkeypatch.chdir(folder)
    bare = tmp_path / "team" / "app.git"
    git("init", "-q", "--bare", "-b", "main", str(bare))
    git("init", "-q", "-b", "main", ".")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", f"file://{bare}")
    git("push", "-q", "origin", "main")
    (folder / "mine").mkdir()
    (folder / "mine" / "requirements.txt").write_text("django==3.2.0\n")
    monkeypatch.setenv("GITEA_TOKEN", "s3cret-t0ken")
    return folder


def run(*arguments: str) -> Result:
    return test_policy.run(fix, "--repo", ".", "--only", "packages", *arguments, "--no-cache")


def test_versions_in_all_manifests_that_are_committed(project: Path) -> None:
    found = run("--json", "--offline")
    assert found.exception is None
    document = json.loads(found.stdout)
    assert [file["file"] for one in document["changes"] for file in one["files"]] == CHANGED
    told = {one["text"]: one["reason"] for one in document["changes"] if not one["files"]}
    assert "lodash@4.17.12` in web" in told["Raise lodash 4.17.12 or later in web/package-lock.json"]
    assert "outer needs it: raise that" in told["Raise inner 1.0.1 or later in web/package-lock.json"]
    assert (document["issues"], document["remaining"]) == (4, 2)


def test_they_are_written_and_every_other_byte_stays(project: Path) -> None:
    assert run("--apply", "--offline").return_value == 0
    for name, text in FILES.items():
        expected = text.replace("3.2.0", "3.2.25") if name in CHANGED else text
        assert (project / name).read_bytes() == expected.encode()
    assert (project / "mine" / "requirements.txt").read_text() == "django==3.2.0\n"


def test_one_request_for_each_file_which_is_closed_when_it_is_not_needed(project: Path, httpserver: HTTPServer) -> None:
    host = FakeGitea(httpserver)
    asked = ("--pr", "--host", "gitea", "--api", host.api)
    for _ in range(2):
        assert run(*asked).exception is None
        assert len(host.pulls) == 2
    branches = {pull["head"]["ref"] for pull in host.pulls}
    assert len(branches) == 2
    git("fetch", "-q", "origin")
    assert sorted(git("diff", "--name-only", "origin/main", f"origin/{one}").strip() for one in branches) == CHANGED
    (project / CHANGED[1]).write_text("django==3.2.25\n")
    git("commit", "-q", "-a", "-m", "by hand")
    git("push", "-q", "origin", "main")
    assert run(*asked).exception is None
    assert sorted(one["state"] for one in host.pulls) == ["closed", "open"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-f", "Dockerfile", "--all"), "of a repository"),
        (("--repo", ".", "--all", "--only", "base"), "both"),
        (("--repo", ".", "--only", "lint"), "bases, images and manifests"),
        (("--repo", ".", "--only", "packages", "--tools", "--offline"), "--offline forbids"),
    ],
)
def test_what_is_refused(project: Path, words: tuple[str, ...], message: str) -> None:
    Path("Dockerfile").write_text("FROM scratch\n")
    found = test_policy.run(fix, *words)
    assert isinstance(found.exception, UsageError)
    assert message in str(found.exception)


def commit(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    git("add", "-A")
    git("commit", "-q", "-m", "more")


PROJECT = '[project]\nname = "x"\nversion = "1"\ndependencies = ["django==3.2.0"]\n'


def test_the_same_version_that_another_file_asks_for_is_raised_with_it(project: Path) -> None:
    for name in ("api", "worker"):
        git("rm", "-q", "-r", name)
    commit({"one/requirements.txt": "django==3.2.0\n", "one/pyproject.toml": PROJECT})
    assert run("--apply", "--offline").return_value == 0
    assert Path("one/requirements.txt").read_text() == "django==3.2.25\n"
    assert Path("one/pyproject.toml").read_text() == PROJECT.replace("3.2.0", "3.2.25")


def test_a_file_that_cannot_be_changed_with_the_others_keeps_them(project: Path) -> None:
    for name in ("api", "worker"):
        git("rm", "-q", "-r", name)
    environment = "dependencies:\n  - python=3.8\n  - pip:\n    - django==3.2.0\n"
    commit({"one/requirements.txt": "django==3.2.0\n", "one/environment.yml": environment})
    result = run("--apply", "--offline")
    assert Path("one/requirements.txt").read_text() == "django==3.2.0\n"
    assert "one/environment.yml asks for 3.2.0 too" in result.stdout


def test_what_goes_by_the_same_text_is_raised_with_it(project: Path) -> None:
    for name in ("api", "worker", "web"):
        git("rm", "-q", "-r", name)
    (project / "mine" / "requirements.txt").unlink()
    libraries = "".join(f'{one} = {{ module = "org.a:{one}", version.ref = "a" }}\n' for one in "bc")
    commit({"gradle/libs.versions.toml": f'[versions]\na = "1.0"\n[libraries]\n{libraries}'})
    found = json.loads(run("--json", "--offline", "--apply").stdout)
    (change,) = found["changes"]
    assert change["text"] == "Raise org.a:b 1.2 or later in gradle/libs.versions.toml, and org.a:c with it"
    assert [one["id"] for one in change["clears"]] == ["CVE-2024-5", "CVE-2024-6"]
    assert (found["issues"], found["remaining"]) == (2, 0)
    assert 'a = "1.2"' in Path("gradle/libs.versions.toml").read_text()
    assert json.loads(run("--json", "--offline").stdout)["issues"] == 0
