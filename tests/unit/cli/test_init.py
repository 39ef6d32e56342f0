"""Configurations of CI servers: YAML that holds, command lines that are garboard's own, and no file of another's is lost."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from garboard import yaml_text
from garboard.cli import init
from garboard.cli.main import command, run
from garboard.pipelines import PIPELINES, render

ROOT = Path(__file__).resolve().parents[3]
VALUES = {"image": "shop", "dockerfile": "docker/Dockerfile", "branch": "release/2.0", "version": "1.2.3"}


def made(server: str) -> str:
    return render(PIPELINES[server], **VALUES)


def _scalars(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _scalars(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _scalars(one)
    elif isinstance(value, str):
        yield value


def scripts(server: str) -> list[str]:
    """What a shell is given: every scalar of YAML, every text of a Jenkinsfile."""
    text = made(server)
    if server == "jenkins":
        return [one[0] or one[1] for one in re.findall(r"sh (?:'''(.*?)'''|'([^'\n]*)')", text, re.DOTALL)]
    return list(_scalars(yaml_text.read(text)))


def lines(script: str) -> Iterator[list[str]]:
    """The words of each call of garboard in a script or a page."""
    for line in script.replace("\\\n", " ").splitlines():
        for one in re.findall(r"(?:^|&& |\|\| |; |\$ |if |! )\s*garboard ((?:\"[^\"]*\"|[^|&;\"])*)", line.strip()):
            yield shlex.split(re.sub(r"\$\{?\w+\}?", "value", one))


def parses(words: list[str]) -> None:
    """Fail where the real command line does not take the words."""
    group: click.Command = command
    context = click.Context(group, obj=words)
    while isinstance(group, click.Group):
        _, found, words = group.resolve_command(context, words)
        assert found is not None
        context, group = click.Context(found, parent=context, info_name=found.name), found
    group.make_context(group.name, words, parent=context.parent)


def test_every_server_is_on_the_command_line() -> None:
    assert init.SERVER.metavar.split("|") == list(PIPELINES)
    folder = ROOT / "src" / "garboard" / "pipelines" / "templates"
    assert {one.name for one in folder.iterdir()} == {one.template for one in PIPELINES.values()}


@pytest.mark.parametrize("server", PIPELINES)
def test_no_value_is_left_open(server: str) -> None:
    text = made(server)
    assert not re.search(r"@[A-Z]+@", text)
    assert VALUES["version"] in text
    if server != "jenkins":
        assert len(yaml_text.read(text)) == 1


@pytest.mark.parametrize("server", PIPELINES)
def test_every_line_is_one_that_garboard_takes(server: str) -> None:
    found = [words for script in scripts(server) for words in lines(script)]
    for words in found:
        parses(words)
    if PIPELINES[server].image:
        assert {words[0] for words in found} == {"scan"}
        (scan,) = (words for words in found if words[0] == "scan")
        assert ["-f", VALUES["dockerfile"]] == scan[2:4]
        assert any(word.startswith("report=") for word in scan)


@pytest.mark.parametrize("server", [one for one in PIPELINES if PIPELINES[one].image])
def test_scripts_are_a_shell_s(server: str) -> None:
    """And a scan's exit code is the job's: nothing after it in its script hides it."""
    for script in scripts(server):
        if "garboard " in script and not script.startswith("garboard-"):
            filled = re.sub(r"\$\{\{.*?\}\}|\$\([A-Za-z.]+\)", "value", script)
            subprocess.run(["sh", "-n", "-c", filled], check=True)
        if "garboard scan" in script:
            last = script.strip().splitlines()[-1]
            assert last.strip().startswith("garboard scan")
            assert "||" not in last


def test_law_of_the_lines_sees_a_mistake() -> None:
    (words,) = lines("garboard scan app --format sarif=a --no-such-option")
    with pytest.raises(click.NoSuchOption):
        parses(words)


def test_each_line_of_the_page_is_one_that_garboard_takes() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    found = [words for block in re.findall(r"```\w*\n(.*?)```", page, re.DOTALL) for words in lines(block)]
    assert {words[0] for words in found} >= {"init", "scan"}
    for words in found:
        parses(words)
    assert all(f"`garboard init {server}`" in page for server in PIPELINES)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "My Shop"
    (root / ".git").mkdir(parents=True)
    (root / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("server", PIPELINES)
def test_it_is_written_once(server: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository / PIPELINES[server].file
    assert run(["init", server]) == 0
    assert capsys.readouterr().out.startswith(f"{PIPELINES[server].file}: written\n  1. ")
    assert not PIPELINES[server].image or server == "gitlab" or "my-shop:ci" in file.read_text()
    file.write_text("mine")
    assert run(["init", server]) == 2
    assert "was not changed" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert run(["init", server, "--force"]) == 0
    assert file.read_text() != "mine"


def test_a_link_is_replaced_and_not_followed(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("other")
    (repository / "Jenkinsfile").symlink_to(other)
    assert run(["init", "jenkins"]) == 2
    assert run(["init", "jenkins", "--force"]) == 0
    assert other.read_text() == "other"


def test_from_a_folder_below(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "api").mkdir()
    (repository / "api" / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.chdir(repository / "api")
    assert run(["init", "github", "-f", "Dockerfile"]) == 0
    assert "-f api/Dockerfile" in (repository / ".github/workflows/garboard.yml").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["github", "-f", "gone"], "there is no file gone"),
        (["github", "-f", os.devnull], "there is no file"),
        (["github", "--branch", "a;b"], "misread"),
        (["github", "--branch", "a b"], "misread"),
        (["teamcity"], "known are github, gitlab"),
    ],
)
def test_errors(words: list[str], says: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", *words]) == 2
    assert says in capsys.readouterr().err
    assert sorted(one.name for one in repository.iterdir()) == [".git", "Dockerfile"]


def test_a_dockerfile_that_a_shell_would_misread(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "Docker file;x").write_text("FROM scratch\n")
    assert run(["init", "github", "-f", "Docker file;x"]) == 2
    assert "misread" in capsys.readouterr().err


def test_without_a_dockerfile(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "Dockerfile").unlink()
    assert run(["init", "github"]) == 2
    assert "has no Dockerfile" in capsys.readouterr().err
    assert run(["init", "pre-commit"]) == 0


def test_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "github"]) == 2
    assert "is in no repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("files", "branch"),
    [
        ({}, "main"),
        ({"HEAD": "ref: refs/heads/trunk\n"}, "trunk"),
        ({"HEAD": "ref: refs/heads/topic\n", "refs/heads/master": "0\n"}, "master"),
        ({"refs/heads/main": "0\n", "refs/remotes/origin/HEAD": "ref: refs/remotes/origin/dev\n"}, "dev"),
    ],
)
def test_the_branch(files: dict[str, str], branch: str, repository: Path) -> None:
    for name, text in files.items():
        (repository / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / ".git" / name).write_text(text)
    assert run(["init", "github"]) == 0
    assert f'branches: ["{branch}"]' in (repository / ".github/workflows/garboard.yml").read_text()
