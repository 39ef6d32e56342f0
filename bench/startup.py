"""What starting costs: CPU time of commands on an empty folder, over that of an interpreter that does nothing.

A command on an empty folder imports all that it needs for an image, and does next to nothing else. Bytecode is compiled
first, as installers do. Figures are medians; the ratio is to the bare interpreter in the same run.

Usage: python bench/startup.py [--rounds 21]
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import garboard

GARBOARD = str(Path(sys.executable).with_name("garboard"))


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """CPU milliseconds of one run."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, _, usage = os.wait4(process.pid, 0)
    return (usage.ru_utime + usage.ru_stime) * 1000


def imports(arguments: list[str], environment: dict[str, str]) -> list[str]:
    """An interpreter that imports what a command does, and ends."""
    script = "import sys; from garboard.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    loaded = [name for name in done.stderr.splitlines()[-1].split() if name.startswith("garboard.")]
    return [sys.executable, "-c", f"import gc, os; gc.disable(); import {', '.join(loaded)}; os._exit(0)"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(Path(garboard.__file__).parent, quiet=1)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GARBOARD"))}
    with tempfile.TemporaryDirectory() as folder:
        environment |= {"GARBOARD_CACHE": f"{folder}/cache", "GARBOARD_DB": f"{folder}/db"}
        empty = Path(folder) / "empty"
        empty.mkdir()
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import msgspec, click'": [sys.executable, "-c", "import msgspec, click"],
            "garboard --version": [GARBOARD, "--version"],
            "the imports of inventory": imports(["inventory", f"dir:{empty}"], environment),
            "the imports of scan": imports(["scan", f"dir:{empty}", "--offline"], environment),
            "garboard inventory EMPTY": [GARBOARD, "inventory", f"dir:{empty}"],
            "garboard scan EMPTY --offline": [GARBOARD, "scan", f"dir:{empty}", "--offline"],
            "garboard scan EMPTY (10 in one run)": [GARBOARD, "scan", *[f"dir:{empty}"] * 10, "--offline"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(cpu(command, environment))
    bare = statistics.median(times["python -c pass"])
    print(f"{'':36}{'CPU ms':>8}{'over bare':>11}{'ratio':>8}")
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:36}{median:8.1f}{median - bare:11.1f}{median / bare:7.1f}×")


if __name__ == "__main__":
    main()
