"""The GitHub action and the hooks of pre-commit, run as their runners run them: a red repository and a green one."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from demo import sample

from garboard import yaml_text
from tests.e2e.running import clean_environment, run

ROOT = Path(__file__).resolve().parents[2]
STEPS = yaml_text.read((ROOT / "action.yml").read_text(encoding="utf-8"))[0]
HOOKS = {hook["id"]: hook for hook in yaml_text.read((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]}


class Runner:
    """Runs the steps that are scripts; those of other actions (the cache) it passes over."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.temp, self.workspace, self.outputs = folder, workspace, dict[str, dict[str, str]]()
        folder.mkdir(parents=True, exist_ok=True)

    def action(self, inputs: Mapping[str, str]) -> tuple[int, str]:
        """Run the action; its exit code, and what it printed."""
        values = {name: one.get("default", "") for name, one in STEPS["inputs"].items()} | dict(inputs)
        said = ""
        for step in STEPS["runs"]["steps"]:
            if "run" not in step:
                continue
            code, out = self._step(step, values)
            said += out
            if code:
                return code, said
        return 0, said

    def _step(self, step: Any, values: Mapping[str, str]) -> tuple[int, str]:
        output = self.temp / "output"
        output.write_text("")
        env = {name: self._filled(text, values) for name, text in step.get("env", {}).items()}
        env |= {"RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(output)}
        env |= {"GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"), "GITHUB_ACTIONS": "true", "CI": "true"}
        env |= {"GARBOARD_FEEDS": str(self.workspace.parent / "feeds"), "GARBOARD_CACHE": str(self.temp / "cache")}
        script = self.temp / "step.sh"
        assert "${{" not in step["run"], "an input in a script is run as a script"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace,
            env=clean_environment(self.temp, env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if "id" in step:
            lines = output.read_text().splitlines()
            self.outputs[step["id"]] = dict(line.partition("=")[::2] for line in lines)
        return done.returncode, done.stdout.decode()

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            kind, *path = found[1].split(".")
            return values[path[0]] if kind == "inputs" else self.outputs[path[0]][path[2]]

        return re.sub(r"\$\{\{ (\S+) \}\}", value, text)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    folder = tmp_path_factory.mktemp("action")
    workspace = folder / "repository"
    workspace.mkdir()
    sample.write(folder)
    (workspace / "image.tar").write_bytes((folder / "blog.tar").read_bytes())
    (workspace / "Dockerfile").write_bytes((ROOT / "demo" / "Dockerfile").read_bytes())
    run("git", "init", "-q", workspace)
    return Runner(folder / "temp", workspace)


def test_a_red_image_and_what_its_baseline_does_not_know(runner: Runner) -> None:
    code, said = runner.action({"image": "image.tar", "file": "Dockerfile", "baseline": "gone"})
    found = runner.outputs["scan"]
    assert (code, found["exit-code"]) == (1, "1"), said
    assert "::notice::there is no baseline gone" in said
    results = json.loads(Path(found["sarif"]).read_bytes())["runs"][0]["results"]
    assert any(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Dockerfile" for one in results)
    assert Path(found["markdown"]).read_text() in (runner.temp / "summary.md").read_text()
    saved = runner.workspace / "main.report"
    saved.write_bytes(Path(found["report"]).read_bytes())
    code, said = runner.action({"image": "image.tar", "file": "Dockerfile", "baseline": "main.report"})
    assert "Gate: passes" in said
    assert (code, runner.outputs["scan"]["exit-code"]) == (3, "3"), "its release is not maintained: not all is known"


def test_a_source_tree_is_red_then_green_by_baseline_and_by_its_fix(runner: Runner) -> None:
    tree = runner.workspace / "shop"
    tree.mkdir()
    _lock(tree, "4.17.11")
    inputs = {"image": "dir:shop"}
    assert runner.action(inputs)[0] == 1
    (runner.workspace / "tree.report").write_bytes(Path(runner.outputs["scan"]["report"]).read_bytes())
    code, said = runner.action({**inputs, "baseline": "tree.report"})
    assert code == 0, said
    assert runner.action({**inputs, "fail-on": "critical"})[0] == 1
    _lock(tree, "4.17.21")
    code, said = runner.action(inputs)
    assert (code, runner.outputs["scan"]["exit-code"]) == (0, "0"), said


def _lock(tree: Path, version: str) -> None:
    packages = {"": {"dependencies": {"lodash": version}}, "node_modules/lodash": {"version": version}}
    lock = {"name": "shop", "lockfileVersion": 3, "packages": packages}
    (tree / "package.json").write_text(json.dumps({"name": "shop", "dependencies": {"lodash": version}}))
    (tree / "package-lock.json").write_text(json.dumps(lock))


def test_an_error_leaves_no_report(runner: Runner) -> None:
    code, said = runner.action({"image": "gone.tar"})
    assert code == 2, said
    assert runner.outputs["scan"] == {"exit-code": "2"}


def test_a_name_is_never_a_script(runner: Runner) -> None:
    code, _ = runner.action({"image": "$(touch owned)`touch owned`;touch owned"})
    assert code == 2
    assert not (runner.workspace / "owned").exists()


def _hook(name: str, repository: Path, env: Mapping[str, str]) -> tuple[int, str]:
    words = shlex.split(HOOKS[name]["entry"])
    command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    done = subprocess.run(
        command, cwd=repository, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize(("version", "wanted"), [("4.17.11", 1), ("4.17.21", 0)])
def test_the_hook_of_sources(version: str, wanted: int, runner: Runner, tmp_path: Path) -> None:
    _lock(tmp_path, version)
    assert re.search(HOOKS["garboard-source"]["files"], "package-lock.json")
    env = clean_environment(tmp_path / "home", {"GARBOARD_FEEDS": str(runner.workspace.parent / "feeds")})
    code, said = _hook("garboard-source", tmp_path, {**env, "GARBOARD_DB": str(tmp_path / "home" / "db")})
    assert code == wanted, said


@pytest.mark.parametrize(("text", "wanted"), [("[stages.all]\nfail = [{kev = true}]\n", 0), ("[stages]\nno = 1\n", 2)])
def test_the_hook_of_policies(text: str, wanted: int, tmp_path: Path) -> None:
    (tmp_path / "garboard.toml").write_text(text)
    assert re.search(HOOKS["garboard-policy"]["files"], "garboard.toml")
    code, said = _hook("garboard-policy", tmp_path, dict(os.environ))
    assert code == wanted, said
