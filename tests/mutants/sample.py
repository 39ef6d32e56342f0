"""Would the tests notice? Small faults are put into a copy of the code, one at a time, and the tests run against each.

``python -m tests.mutants.sample [--count 20] [--seed 1] [--floor 80] [MODULE…]``, where a module is a path below
``src/garboard`` such as ``matching/severity.py``. The same seed takes the same faults. A fault that no test notices is
printed with its line: it wants a test, or the line does nothing. The working tree is never touched.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "garboard"
USUAL = (
    "matching/severity.py",
    "matching/match.py",
    "matching/ranges.py",
    "matching/rejected.py",
    "actions/plan.py",
    "actions/autoremove.py",
    "packages/changes.py",
    "packages/resolve.py",
    "baseimage/identify.py",
    "basecatalog/rows.py",
    "image/layers/merge.py",
    "image/layers/rootfs.py",
)
"""Where a wrong answer looks like a right one."""
PATIENCE = 300
"""Seconds for the tests of one fault; a fault that makes them hang is noticed."""

_OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


class Fault(NamedTuple):
    """The node of a module, by its number in `ast.walk`, that is replaced."""

    module: str
    number: int
    line: int
    before: str
    after: str


def replacement(node: ast.AST) -> ast.AST | None:
    """The same code with a small fault; None for what is left alone."""
    made: ast.AST | None = None
    match node:
        case ast.Continue():
            made = ast.Break()
        case ast.Break():
            made = ast.Continue()
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in _OTHER:
            made = ast.Compare(left, [_OTHER[type(op)]()], right)
        case ast.BoolOp(op=op, values=values):
            made = ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            made = operand
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            made = ast.Constant(value + 1)
    return made


def faults(module: str) -> Iterator[Fault]:
    """Every fault that can be put into a module."""
    for number, node in enumerate(ast.walk(ast.parse((SOURCE / module).read_text()))):
        made = replacement(node)
        if made is not None:
            yield Fault(module, number, node.lineno, ast.unparse(node), ast.unparse(made))  # type: ignore[attr-defined]


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST) -> None:
        self._target = target

    def visit(self, node: ast.AST) -> ast.AST:
        made = replacement(node) if node is self._target else None
        return ast.copy_location(made, node) if made else self.generic_visit(node)


def faulty(fault: Fault) -> str:
    """The module's code with the fault."""
    tree = ast.parse((SOURCE / fault.module).read_text())
    target = list(ast.walk(tree))[fault.number]
    return ast.unparse(ast.fix_missing_locations(_Replace(target).visit(tree)))


def tests_of(module: str) -> list[str]:
    """The unit tests that mirror a module's folder, and the laws."""
    folder = ROOT / "tests" / "unit" / Path(module).parent
    return [str(folder if folder.is_dir() else ROOT / "tests" / "unit"), str(ROOT / "tests" / "properties")]


def is_noticed(fault: Fault, copy: Path) -> bool:
    """Whether a test fails with the fault."""
    place = copy / "garboard" / fault.module
    place.write_text(faulty(fault))
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests_of(fault.module)]
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE, env=env, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return True
    finally:
        shutil.copy(SOURCE / fault.module, place)
    return done.returncode != 0


def sample(modules: Sequence[str], count: int, seed: int) -> list[Fault]:
    """Faults of these modules, as many of each kind of line as chance brings."""
    every = [fault for module in modules for fault in faults(module)]
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=USUAL)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--floor", type=int, default=0, help="fail where fewer percent are noticed")
    arguments = parser.parse_args()
    chosen = sample(arguments.modules, arguments.count, arguments.seed)
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(SOURCE, copy / "garboard", ignore=shutil.ignore_patterns("__pycache__"))
        for fault in chosen:
            seen = is_noticed(fault, copy)
            noticed += seen
            verdict = "noticed" if seen else "NOT NOTICED"
            print(f"{verdict}: {fault.module}:{fault.line}: {fault.before}  ->  {fault.after}", flush=True)
    print(f"{noticed} of {len(chosen)} faults noticed (seed {arguments.seed})")
    sys.exit(noticed * 100 < arguments.floor * len(chosen))


if __name__ == "__main__":
    main()
