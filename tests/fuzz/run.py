"""Every parser of untrusted bytes, as long as you like: ``python -m tests.fuzz.run --runs 100000 [--seed 1] [--only WORD]``.

The same seed makes the same inputs. The first input that raises is printed. A parser that hangs is killed with a
stack trace after five minutes without an answer.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
from pathlib import Path

from tests.fuzz.mutation import attack

HERE = Path(__file__).resolve().parent
PATIENCE = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="targets whose name contains this")
    arguments = parser.parse_args()
    passed = 0
    for path in sorted(HERE.glob("fuzz_*.py")):
        for target in getattr(importlib.import_module(f"tests.fuzz.{path.stem}"), "TARGETS", ()):
            if arguments.only not in target.name:
                continue
            done = 0
            while done < arguments.runs:
                faulthandler.dump_traceback_later(PATIENCE, exit=True)
                step = min(1000, arguments.runs - done)
                attack(target, step, arguments.seed * 1_000_003 + done)
                done += step
            faulthandler.cancel_dump_traceback_later()
            print(f"{target.name}: {done} runs", flush=True)
            passed += 1
    print(f"{passed} parsers, {arguments.runs} runs each, none failed")


if __name__ == "__main__":
    main()
