"""Finds the installed packages that satisfy a requirement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from garboard import ecosystems
from garboard.model.ecosystem import Ecosystem
from garboard.model.package import Package


class Installed:
    """Installed packages by every name they have or provide, separately for each type."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_name: dict[tuple[str, str], list[Package]] = defaultdict(list)
        every = tuple(packages)
        for package in every:
            self._by_name[package.type, package.full_name].append(package)
        for package in every:
            for name in package.provides:
                if package not in self._by_name[package.type, name]:
                    self._by_name[package.type, name].append(package)

    def satisfying(self, asking: Package, alternatives: Sequence[str]) -> Iterator[Package]:
        """The packages that satisfy any alternative of a requirement (names without versions), for the asking one."""
        for name in alternatives:
            yield from _nearest(asking, self._by_name.get((asking.type, name), []))


def _nearest(asking: Package, candidates: list[Package]) -> list[Package]:
    """The copies that the asking package uses, or all if that cannot be known.

    Operating-system packages use those of their architecture. Language packages use those installed in the same folder,
    unless their ecosystem has another rule.
    """
    if len(candidates) < 2:
        return candidates
    ecosystem = ecosystems.of(asking.type)
    if ecosystem.nearest is not None:
        return ecosystem.nearest(asking, candidates)
    if not ecosystem.type or ecosystem.system:
        return [one for one in candidates if one.arch in {asking.arch, "all", "noarch"}] or candidates
    folder = _folder(ecosystem, asking)
    return [one for one in candidates if _folder(ecosystem, one) == folder] or candidates


def _folder(ecosystem: Ecosystem, package: Package) -> str:
    return ecosystem.install_folder(package.locations[0].path) if package.locations else ""
