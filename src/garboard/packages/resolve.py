"""Finds the installed packages that satisfy a requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from garboard import ecosystems
from garboard.model.ecosystem import Ecosystem, same_file
from garboard.model.package import Package


class Installed:
    """Installed packages by every name they have or provide, separately for each type."""

    def __init__(self, packages: Iterable[Package]) -> None:
        every = tuple(packages)
        places: dict[tuple[str, str], dict[int, None]] = {}
        for place, package in enumerate(every):
            for name in _names(package):
                places.setdefault((package.type, name), {})[place] = None
        for place, package in enumerate(every):
            for name in package.provides:
                places.setdefault((package.type, name), {})[place] = None
        same: dict[tuple[int, ...], tuple[Package, ...]] = {}
        self._by_name: dict[tuple[str, str], tuple[Package, ...]] = {}
        for key, found in places.items():
            shared = tuple(found)
            self._by_name[key] = same.setdefault(shared, tuple(every[place] for place in shared))
        self._declared: dict[tuple[str, str, str], dict[int, Package]] = {}
        for place, package in enumerate(every):
            for location in package.locations if package.declared else ():
                for name in (*_names(package), *package.provides):
                    self._declared.setdefault((package.type, name, location.path), {})[place] = package

    def satisfying(self, asking: Package, alternatives: Sequence[str]) -> Iterator[Package]:
        """The packages that satisfy any alternative of a requirement (names without versions), for the asking one."""
        for name in alternatives:
            if asking.declared:
                yield from self._of_same_file(asking, name)
            else:
                yield from _nearest(asking, self._by_name.get((asking.type, name), ()))

    def needed(self, asking: Package) -> Iterator[Package]:
        """All that satisfy any of its requirements: names that the same packages provide are looked at once."""
        names = (name for alternatives in asking.requires for name in alternatives)
        if asking.declared:
            for name in dict.fromkeys(names):
                yield from self._of_same_file(asking, name)
            return
        seen: set[int] = set()
        for name in names:
            candidates = self._by_name.get((asking.type, name), ())
            if id(candidates) not in seen:
                seen.add(id(candidates))
                yield from _nearest(asking, candidates)

    def _of_same_file(self, asking: Package, name: str) -> Sequence[Package]:
        """What a file declares is satisfied by what the same file declares."""
        found: dict[int, Package] = {}
        for location in asking.locations:
            found.update(self._declared.get((asking.type, name, location.path), {}))
        return [one for one in found.values() if one.vendored_by == asking.vendored_by]


def _names(package: Package) -> tuple[str, ...]:
    """Its name; of a declared package also with the version, by which the file that declares it tells copies apart."""
    if package.declared:
        return (package.full_name, f"{package.full_name}@{package.version}")
    return (package.full_name,)


def _nearest(asking: Package, candidates: Sequence[Package]) -> Sequence[Package]:
    """The copies that the asking package uses, or all if that cannot be known.

    Operating-system packages use those of their architecture. Language packages use those installed in the same folder,
    unless their ecosystem has another rule.
    A copy that another package carries is that one's own, and it uses those beside it.
    """
    if any(one.vendored_by != asking.vendored_by for one in candidates):
        candidates = [one for one in candidates if one.vendored_by == asking.vendored_by]
    if any(one.declared for one in candidates):
        candidates = same_file(asking, [one for one in candidates if not one.declared])
    if len(candidates) < 2:
        return candidates
    ecosystem = ecosystems.of(asking.type)
    if ecosystem.nearest is not None:
        return ecosystem.nearest(asking, list(candidates))
    if not ecosystem.type or ecosystem.system:
        return [one for one in candidates if one.arch in {asking.arch, "all", "noarch"}] or candidates
    folder = _folder(ecosystem, asking)
    return [one for one in candidates if _folder(ecosystem, one) == folder] or candidates


def _folder(ecosystem: Ecosystem, package: Package) -> str:
    return ecosystem.install_folder(package.locations[0].file) if package.locations else ""
