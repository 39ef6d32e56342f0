"""Why a package is there: the shortest paths to it from what was asked for."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

import msgspec

from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package

Path = tuple[str, ...]


class Introductions:
    """The dependency graph, read backwards.

    *Direct* packages are those that were asked for: not marked as automatic, or not reachable from any direct one. A
    path goes from a direct package to the one in question and passes no other direct one, because that one has its own
    path. There is one path, a shortest, for each direct package. A direct package's own path is itself.
    """

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages = {package.id: package for package in packages}
        self._needed_by: dict[str, list[str]] = defaultdict(list)
        for package in self._packages.values():
            for need in package.depends_on:
                if need in self._packages:
                    self._needed_by[need].append(package.id)
        self.direct = self._direct()
        self._paths: dict[str, tuple[Path, ...]] = {}

    def _direct(self) -> frozenset[str]:
        direct = {
            package.id for package in self._packages.values() if not package.automatic and not self._inner(package)
        }
        reached = self._reach(direct)
        for name in self._packages:
            if name not in reached:
                direct.add(name)
                reached |= self._reach({name})
        return frozenset(direct)

    def _inner(self, package: Package) -> bool:
        """A language package without a record of who asked for it is direct only if nothing needs it."""
        return package.automatic is None and package.type not in SYSTEM_TYPES and package.id in self._needed_by

    def _reach(self, start: Iterable[str]) -> set[str]:
        seen = set(start)
        stack = list(seen)
        while stack:
            for need in self._packages[stack.pop()].depends_on:
                if need in self._packages and need not in seen:
                    seen.add(need)
                    stack.append(need)
        return seen

    def paths(self, package: str) -> tuple[Path, ...]:
        """All paths of a package by id, shortest first, each from a direct package to it."""
        if package not in self._paths:
            self._paths[package] = tuple(self._search(package))
        return self._paths[package]

    def _search(self, package: str) -> list[Path]:
        found: list[Path] = [(package,)] if package in self.direct else []
        seen = {package}
        queue: deque[Path] = deque([(package,)])
        while queue:
            path = queue.popleft()
            for parent in self._needed_by.get(path[0], ()):
                if parent in seen:
                    continue
                seen.add(parent)
                longer = (parent, *path)
                if parent in self.direct:
                    found.append(longer)
                else:
                    queue.append(longer)
        return found


def trace(findings: tuple[Finding, ...], packages: Iterable[Package]) -> tuple[Finding, ...]:
    """The same findings, each with its paths."""
    introductions = Introductions(packages)
    return tuple(
        msgspec.structs.replace(finding, from_paths=introductions.paths(finding.package.id)) for finding in findings
    )
