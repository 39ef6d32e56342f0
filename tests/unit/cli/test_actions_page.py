"""The transcripts in docs/actions.md and docs/fix.md are what the commands print about the sample of `make demo`."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MADE = ".cache/demo"


@pytest.mark.parametrize("name", ["actions", "fix"])
def test_the_transcript_is_what_the_command_prints(name: str, tmp_path: Path) -> None:
    page = (ROOT / f"docs/{name}.md").read_text()
    found = re.search(r"SOURCE_DATE_EPOCH=(\d+).*\n\$ garboard (.*)\n((?:.*\n)+?)```", page)
    assert found
    epoch, words, printed = found.groups()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GARBOARD_")}
    environment = {**clean, "SOURCE_DATE_EPOCH": epoch, "GARBOARD_CACHE": str(tmp_path / "cache")}
    made = tmp_path / "demo"
    subprocess.run([sys.executable, "demo/demo.py", made], cwd=ROOT, env=clean, check=True, capture_output=True)
    command = [str(Path(sys.executable).with_name("garboard")), *shlex.split(words.replace(MADE, str(made)))]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, printed), done.stderr
