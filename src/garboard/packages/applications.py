"""Applications whose packages lie beside them: which of them have what they need, and which of them that is told of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from garboard import ecosystems
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.packages.ownership import Owners

_MODULES: Final = "node_modules/"
_MANIFEST: Final = "package.json"
_TOLD: Final = 10
"""Applications that are named; of further ones their number."""


def above(path: str) -> Iterator[str]:
    """The folders that a path is in, nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


class Applications:
    """Those of an image or a tree, by all of its packages."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages = tuple(packages)

    def met(self, path: str, names: Iterable[str], type_: str) -> bool:
        """Whether anything of these packages is installed where the application at this path looks for it.

        So it is where a lock file that was read declares it, in its folder or above, or its own manifest. One that may be a package of a registry,
        and has no packages beside it at all, is told as such (`passed_over`).
        """
        if path in self._publishable and path.rpartition("/")[0] not in self._homes:
            return True
        folders = ("", *above(path))
        homes = (f"{path}!/", *(f"{folder}/{_MODULES}".lstrip("/") for folder in folders))
        return any(
            place.startswith(homes)
            or (place.rpartition("/")[2] != _MANIFEST and place.rpartition("/")[0] in folders)
            or (declared and place == path)
            for name in names
            for place, declared in self._located[type_, name]
        )

    def passed_over(self, owners: Owners) -> Iterator[Gap]:
        """Gaps for those that may be packages of a registry: none of their dependencies lie beside them."""
        candidates = [
            one for one in self._packages if one.publishable and one.application and not _brought(one, owners)
        ]
        if not candidates:
            return
        type_ = candidates[0].type
        locked = {
            location.path.rpartition("/")[0]
            for package in self._packages
            if package.declared and package.type == type_
            for location in package.locations
            if not location.path.endswith(_MANIFEST)
        }
        stated = {location.path for one in self._packages if not one.application for location in one.locations}
        alone = [
            (package, location.path)
            for package in candidates
            for location in package.locations
            if location.path not in stated
            and location.path.rpartition("/")[0] not in self._homes
            and locked.isdisjoint(("", *above(location.path)))
        ]
        yield from _told(alone, ecosystems.of(type_).unmet_hint)

    @cached_property
    def _publishable(self) -> frozenset[str]:
        """Where those lie that may be packages of a registry."""
        own = (one for one in self._packages if one.application and one.publishable)
        return frozenset(location.path for one in own for location in one.locations)

    @cached_property
    def _homes(self) -> frozenset[str]:
        """The folders beside which packages lie."""
        found: set[str] = set()
        for path in (location.path for one in self._packages for location in one.locations):
            before, inside, _ = path.rpartition(_MODULES)
            while inside:
                found.add(before.rstrip("/"))
                before, inside, _ = before.rpartition(_MODULES)
        return frozenset(found)

    @cached_property
    def _located(self) -> Mapping[tuple[str, str], list[tuple[str, bool]]]:
        """Where packages lie and whether they are declared alone, by the names that applications ask for."""
        found: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
        for package in self._packages:
            if not package.application and ecosystems.of(package.type).unmet:
                for place in package.locations:
                    for name in {package.full_name, *package.provides, _called(place.path)}:
                        found[package.type, name].append((place.path, package.declared))
        return found


def _called(path: str) -> str:
    """By what name those find a package that look where it lies, whatever it calls itself (npm's aliases); empty elsewhere."""
    _, inside, place = path.rpartition(_MODULES)
    return place.rpartition("/")[0] if inside else ""


def _brought(package: Package, owners: Owners) -> bool:
    """Whether a package of a language, or a distribution's, brought it."""
    owner = owners.of(package.locations[0].file)
    return bool(package.owner) or (owner is not None and owner.type not in SYSTEM_TYPES)


def _told(alone: Sequence[tuple[Package, str]], hint: str) -> Iterator[Gap]:
    for package, path in alone[:_TOLD]:
        reason = (
            f"{package.full_name} {package.version} lies outside node_modules, and nothing that it needs beside it: it was "
            f"taken for an application of its own and not judged{hint and f'; {hint}'}"
        )
        yield Gap(stage="catalog", subject=path, reason=reason)
    if len(alone) > _TOLD:
        reason = "lie outside node_modules like others that are named: they were taken for applications and not judged"
        rest = tuple(path for _, path in alone[_TOLD:])
        yield Gap(stage="catalog", subject=f"{len(rest)} more files {_MANIFEST}", reason=reason, subjects=rest)
