"""Which installed package needs which: requirements, as stated, resolved among what is installed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from garboard.model.package import Package


class _Providers:
    """Installed packages of one type by every name that they answer to."""

    def __init__(self, packages: Sequence[Package]) -> None:
        self._by_name: dict[str, list[Package]] = defaultdict(list)
        for package in packages:
            self._by_name[package.full_name].append(package)
        for package in packages:
            for name in package.provides:
                if package not in self._by_name[name]:
                    self._by_name[name].append(package)

    def of(self, name: str) -> list[Package]:
        return self._by_name.get(name, [])


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


def edges(packages: Sequence[Package]) -> dict[str, tuple[str, ...]]:
    """For every package id the ids of the installed packages that satisfy its requirements, itself left out.

    Every installed alternative of a requirement counts; a requirement that nothing satisfies makes no edge.
    """
    by_type: dict[str, list[Package]] = defaultdict(list)
    for package in packages:
        by_type[package.type].append(package)
    found: dict[str, tuple[str, ...]] = {}
    for group in by_type.values():
        providers = _Providers(group)
        for package in group:
            needs: dict[str, None] = {}
            for alternatives in package.requires:
                for name in alternatives:
                    for provider in _nearest(package, providers.of(name)):
                        if provider is not package:
                            needs[provider.id] = None
            found[package.id] = tuple(needs)
    return found
