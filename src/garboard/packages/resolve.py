"""Who satisfies a requirement among the packages that are installed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from garboard import ecosystems
from garboard.model.package import Package


class Installed:
    """Installed packages by every name that they answer to, each kind apart."""

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
        """The packages that satisfy any alternative of a requirement (names without versions), as the asking one sees them."""
        for name in alternatives:
            yield from _nearest(asking, self._by_name.get((asking.type, name), []))


def _nearest(asking: Package, candidates: list[Package]) -> list[Package]:
    """Of several copies those that the asking package uses, by the rule of its ecosystem; of an operating system's those
    of its architecture.
    """
    if len(candidates) < 2:
        return candidates
    rule = ecosystems.of(asking.type).nearest
    if rule is not None:
        return rule(asking, candidates)
    return [candidate for candidate in candidates if candidate.arch in {asking.arch, "all", "noarch"}] or candidates
