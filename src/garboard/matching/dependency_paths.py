"""Why a package is there: the shortest paths to it from what was asked for."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package

Path = tuple[str, ...]
KEPT: Final = 8
"""Paths of one package that are kept; how many there are besides is counted."""
LONGEST: Final = 24
"""Steps of a path; what is left out in the middle of a longer one is marked by `LEFT_OUT`."""
LEFT_OUT: Final = "…"


class Paths(NamedTuple):
    """The shortest paths of a package, and how many more there are."""

    kept: tuple[Path, ...]
    more: int


class _Step(NamedTuple):
    """The way to a package from one direct package: the step before it (itself: it is that one), and their number."""

    before: str
    number: int


class Introductions:
    """The dependency graph, read from what was asked for.

    *Direct* packages are those that were asked for: not marked as automatic, or not reachable from any direct one. A
    path goes from a direct package to the one in question and passes no other direct one, because that one has its own
    path. There is one path, a shortest, for each direct package. A direct package's own path is itself.

    All packages' paths are found in one search from all direct ones at once. At each package the `KEPT` nearest of them
    are noted and passed on, so that the cost is linear in the graph; who has fewer has all of them.
    """

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages = {package.id: package for package in packages}
        self._needed = {need for package in self._packages.values() for need in package.depends_on}
        self.direct = self._direct()
        self._steps = self._search()

    def _direct(self) -> frozenset[str]:
        direct = {
            package.id for package in self._packages.values() if not package.automatic and not self._inner(package)
        }
        reached = set(direct)
        self._reach(reached, direct)
        for name in self._packages:
            if name not in reached:
                direct.add(name)
                reached.add(name)
                self._reach(reached, (name,))
        return frozenset(direct)

    def _inner(self, package: Package) -> bool:
        """A language package without a record of who asked for it is direct only if nothing needs it."""
        return package.automatic is None and package.type not in SYSTEM_TYPES and package.id in self._needed

    def _reach(self, seen: set[str], start: Iterable[str]) -> None:
        stack = list(start)
        while stack:
            for need in self._packages[stack.pop()].depends_on:
                if need in self._packages and need not in seen:
                    seen.add(need)
                    stack.append(need)

    def _search(self) -> dict[str, dict[str, _Step]]:
        """For each package: the nearest direct ones, each with the last step from there."""
        steps: dict[str, dict[str, _Step]] = defaultdict(dict)
        queue: deque[tuple[str, str, int]] = deque()
        for name in self._packages:
            if name in self.direct:
                steps[name][name] = _Step(name, 0)
                queue.append((name, name, 0))
        while queue:
            name, root, number = queue.popleft()
            for need in self._packages[name].depends_on:
                if need not in self._packages or root in steps[need] or len(steps[need]) > KEPT:
                    continue
                steps[need][root] = _Step(name, number + 1)
                if need not in self.direct:
                    queue.append((need, root, number + 1))
        return steps

    def paths(self, package: str) -> Paths:
        """The paths of a package by id, shortest first, each from a direct package to it."""
        steps = self._steps[package]
        kept = tuple(self._path(package, root) for root in list(steps)[:KEPT])
        return Paths(kept, self._roots[package].bit_count() - KEPT if len(steps) > KEPT else 0)

    def _path(self, package: str, root: str) -> Path:
        found = [package]
        number = self._steps[package][root].number
        while found[-1] != root:
            found.append(self._steps[found[-1]][root].before)
            if number > LONGEST and len(found) == LONGEST - 1:
                return (root, LEFT_OUT, *reversed(found))
        return tuple(reversed(found))

    @cached_property
    def _roots(self) -> dict[str, int]:
        """For each package the direct ones with a path to it, as bits; packages in a circle share them."""
        bits = {name: 1 << place for place, name in enumerate(sorted(self.direct))}
        inner = dict.fromkeys(self._packages, 0)
        for name in self.direct:
            for need in self._packages[name].depends_on:
                if need in inner:
                    inner[need] |= bits[name]
        for group in _circles({name: self._passed_on(name) for name in self._packages}):
            together = 0
            for name in group:
                together |= inner[name]
            for name in group:
                inner[name] = together
                for need in self._passed_on(name):
                    inner[need] |= together
        return {name: found | bits.get(name, 0) for name, found in inner.items()}

    def _passed_on(self, name: str) -> tuple[str, ...]:
        """What a package that is not direct needs: a path goes on there."""
        if name in self.direct:
            return ()
        return tuple(need for need in self._packages[name].depends_on if need in self._packages)


def _circles(needs: dict[str, tuple[str, ...]]) -> list[list[str]]:  # noqa: C901  (one algorithm, well known)
    """The strongly connected components, each before those that it needs (Tarjan's algorithm, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    waiting: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for start in needs:
        if start in order:
            continue
        work: list[tuple[str, Iterator[str]]] = []

        def enter(name: str, work: list[tuple[str, Iterator[str]]] = work) -> None:
            order[name] = low[name] = len(order)
            waiting.append(name)
            on_stack.add(name)
            work.append((name, iter(needs[name])))

        enter(start)
        while work:
            name, rest = work[-1]
            need = next(rest, None)
            if need is not None:
                if need not in order:
                    enter(need)
                elif need in on_stack:
                    low[name] = min(low[name], order[need])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == order[name]:
                found.append([waiting.pop()])
                while found[-1][-1] != name:
                    found[-1].append(waiting.pop())
                on_stack.difference_update(found[-1])
    return found[::-1]


def trace(findings: tuple[Finding, ...], packages: Iterable[Package]) -> tuple[Finding, ...]:
    """The same findings, each with its paths."""
    introductions = Introductions(packages)
    return tuple(
        msgspec.structs.replace(finding, from_paths=found.kept, more_paths=found.more)
        for finding in findings
        for found in (introductions.paths(finding.package.id),)
    )
