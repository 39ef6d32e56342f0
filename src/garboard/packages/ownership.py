"""Whose a path is: the file lists of the operating system's packages, dpkg's diversions, and what later layers wrote over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from garboard import ecosystems
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Diverted, Owns, Package, usr_merged

_NAMED: Final = 3


class Listed(NamedTuple):
    """A package's list of files, and the layers that wrote the file that holds it."""

    owns: Owns
    layers: tuple[int, ...]


class ReplacedProgram(NamedTuple):
    """A program or shared library that was another in a lower layer than ``layer``."""

    path: str
    layer: int


def counted(packages: Iterable[Package]) -> list[Package]:
    """Those that count as packages of the image.

    Not the applications, and of what lies in another package's file list only what that one's distribution does not answer
    for, because it did not publish it.
    """
    every = tuple(packages)
    owners = {package.purl: package for package in every if package.type in SYSTEM_TYPES}
    return [one for one in every if not one.application and not _answered_for(one, owners.get(one.owner))]


def _answered_for(package: Package, owner: Package | None) -> bool:
    if not package.owner or owner is None:
        return bool(package.owner)
    return ecosystems.published(owner, package.locations[0].path if package.locations else "") is not False


def by_path(lists: Sequence[Listed], diversions: Iterable[Diverted]) -> dict[str, Listed]:
    """The list that names a path. Where several do, the last; but a diverted path is that of the package that asked for it."""
    found: dict[str, Listed] = {}
    for listed in lists:
        found.update(dict.fromkeys(listed.owns.paths, listed))
    contested: dict[str, Diverted] = {}
    for one in diversions:
        contested.update(dict.fromkeys(usr_merged(one.path), one))
    for listed in lists if contested else ():
        for path in contested.keys() & set(listed.owns.paths):
            one = contested[path]
            if one.type == listed.owns.type and listed.owns.package.partition(":")[0] != one.by:
                found[one.to] = listed
                if not one.by:
                    found.pop(path, None)
    for listed in lists if contested else ():
        for path in contested.keys() & set(listed.owns.paths):
            if listed.owns.package.partition(":")[0] == contested[path].by:
                found[path] = listed
    return found


class Owners:
    """Which operating-system package has a path in its file list."""

    def __init__(self, packages: Iterable[Package], lists: Mapping[str, Listed]) -> None:
        self._lists = lists
        self._by_name: dict[tuple[str, str], Package] = {}
        for package in packages:
            if package.type in SYSTEM_TYPES:
                self._by_name.setdefault((package.type, package.name), package)
                self._by_name[package.type, f"{package.name}:{package.arch}"] = package

    def of(self, path: str) -> Package | None:
        """The package that owns it."""
        found = self._found(path)
        return found[0] if found else None

    def _found(self, path: str) -> tuple[Package, Listed] | None:
        for spelling in usr_merged(path):
            listed = self._lists.get(spelling)
            if listed is not None and (listed.owns.type, listed.owns.package) in self._by_name:
                return self._by_name[listed.owns.type, listed.owns.package], listed
        return None

    def answer_for(self, path: str) -> bool:
        """Whether the distribution's data on the owner, if there is one, are about this file too."""
        owner = self.of(path)
        return owner is not None and ecosystems.published(owner, path) is not False

    def gaps(self, replaced: Iterable[ReplacedProgram]) -> Iterator[Gap]:
        """A gap for each layer that replaced files of packages without its package manager: they are nobody's any more."""
        layers: dict[int, list[str]] = defaultdict(list)
        for path, layer in sorted(replaced):
            found = self._found(path)
            if found is not None and layer not in found[1].layers:
                layers[layer].append(f"{path} of {found[0].name}")
        for layer, files in sorted(layers.items()):
            more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
            reason = (
                f"layer {layer + 1} replaced {len(files)} without the package manager, which still lists the packages: "
                f"{', '.join(files[:_NAMED])}{more}; what lies there now was not judged"
            )
            yield Gap(stage="catalog", subject="programs and libraries of packages", reason=reason)
