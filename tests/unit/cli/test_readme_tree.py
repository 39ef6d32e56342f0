"""The source tree of the README, judged with the sample's data: what is shown there is what is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from demo import sample

README = Path(__file__).parents[3] / "README.md"
MADE = re.compile(r"^\$ mkdir shop && printf '([^']*)' > shop/yarn\.lock$", re.MULTILINE)
LEFT_OUT = "\n[…]\n"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GARBOARD_")}
    env = {**kept, "GARBOARD_CACHE": "cache", "SOURCE_DATE_EPOCH": "1580515200"}
    command = [sys.executable, "-m", "garboard", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_tree_of_the_readme_is_reported_on_as_it_says(tmp_path: Path) -> None:
    made = MADE.search(README.read_text(encoding="utf-8"))
    assert made is not None
    shown = made.string[made.end() :].partition("\n```")[0].strip("\n")
    command, _, output = shown.partition("\n")
    sample.write(tmp_path)
    db = ".cache/demo/db"
    shards = ("osv:npm", *(f"nvd:{year}" for year in sample.years()))
    update = run(tmp_path, "db", "update", "--db", db, "--offline", "--from", "feeds", *shards)
    assert update.returncode == 0, update.stderr
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "yarn.lock").write_text(made[1].replace("\\n", "\n"), encoding="utf-8")
    done = run(tmp_path, *command.removeprefix("$ garboard ").split())
    assert done.returncode == 1, done.stderr
    for part in f"{output}\n".split(LEFT_OUT):
        assert part.strip("\n") in done.stdout
