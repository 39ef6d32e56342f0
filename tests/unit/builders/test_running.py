"""Running a builder's words: how long, how it ends, and what is told of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from garboard import builders
from garboard.builders.engine import Job
from garboard.builders.running import BuildError, answers, run

SH = shutil.which("sh") or "/bin/sh"


def test_the_end_of_what_it_said_is_told_without_what_moves_a_cursor() -> None:
    script = (
        "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; printf '\\033[31mthe last\\033[0m\\a\\n'; exit 3"
    )
    with pytest.raises(BuildError, match="the build failed with 3") as found:
        run((SH, "-c", script), seconds=20, what="the build")
    lines = found.value.hint.splitlines()
    assert lines[-1].strip() == "the last"
    assert lines[0].startswith("line ")
    assert "\033" not in found.value.hint


def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(BuildError, match="did not end in 1 seconds"):
        run((SH, "-c", f"sleep 100 & echo $! > {pid}; wait"), seconds=1, what="it")
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    assert not stat.exists() or stat.read_text().split()[2] in "ZX"


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(BuildError, match="cannot be run"):
        run(("/nonexistent/builder",), seconds=1, what="it")
    assert not answers(("/nonexistent/builder",))


def test_no_engine_that_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(BuildError, match="no builder answers"):
        builders.find()
    with pytest.raises(BuildError, match="podman does not answer"):
        builders.find("podman")


@pytest.mark.parametrize("engine", builders.ENGINES, ids=builders.NAMES)
def test_every_engine_is_told_all_of_a_job(engine: builders.BuildEngine) -> None:
    job = Job(
        "tag:1", "/d/Dockerfile", "/d", target="app", build_args=(("A", "b c"),), options=("--network=host",), pull=True
    )
    words = engine.build(job)
    assert words[0] == engine.name
    assert words[-1] == "/d"
    joined = "\0".join(words)
    for part in (
        "--file\0/d/Dockerfile",
        "--tag\0tag:1",
        "--target\0app",
        "--build-arg\0A=b c",
        "--network=host",
        "--no-cache",
        "--pull",
    ):
        assert part in joined
    assert not any(one.startswith("--pull") for one in engine.build(job._replace(pull=False)))
    assert engine.run("tag:1", "a && b")[-1][-1] == "a && b"
