"""Reports are written whole, whatever takes them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SIZE = 3_000_000
SCRIPT = f"""
import os, sys
os.set_blocking(sys.stdout.fileno(), sys.argv[1] == "blocks")
from garboard.cli.output import write
from garboard.cli.settings import Output
data = b"x" * {SIZE} if sys.argv[2] == "whole" else (b"x" for _ in range({SIZE}))
write(data, Output(format="text", file="", quiet=True, color=False))
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("pipe", ["blocks", "does not block"])
@pytest.mark.parametrize("how", ["whole", "in parts"])
def test_a_pipe_gets_all_of_it(unbuffered, pipe, how):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run([sys.executable, "-c", SCRIPT, pipe, how], capture_output=True, env=environment, check=False)
    assert done.stderr == b""
    assert len(done.stdout) == SIZE
