"""Who satisfies a requirement among the packages that are installed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

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


def _folder(package: Package) -> str:
    """The folder of ``node_modules`` or ``site-packages`` that holds a package."""
    path = package.locations[0].path if package.locations else ""
    return path.rpartition("/")[0].rpartition("/")[0]


def _nearest(asking: Package, candidates: list[Package]) -> list[Package]:
    """Of several copies the one that the asking package sees: Node's rule (own ``node_modules``, then those of the
    folders above) and Python's (the same ``site-packages``), else all.
    """
    if len(candidates) < 2:
        return candidates
    if asking.type == "npm":
        base = asking.locations[0].path.rpartition("/")[0] if asking.locations else ""
        places = {
            candidate.locations[0].path.rpartition("/")[0]: candidate for candidate in candidates if candidate.locations
        }
        while True:
            found = places.get((base + "/" if base else "") + "node_modules/" + candidates[0].full_name)
            if found is not None:
                return [found]
            if not base:
                return candidates
            base = base.rpartition("/")[0]
    if asking.type == "pypi":
        return [candidate for candidate in candidates if _folder(candidate) == _folder(asking)] or candidates
    return [candidate for candidate in candidates if candidate.arch in {asking.arch, "all", "noarch"}] or candidates
