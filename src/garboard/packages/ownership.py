"""Whose a path is: the file lists of the operating system's packages, dpkg's diversions, and what later layers wrote over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from garboard import ecosystems
from garboard.model.gap import Gap, some
from garboard.model.image import FileVersion
from garboard.model.package import SYSTEM_TYPES, Diverted, Owns, Package, Replaced, usr_merged


class Listed(NamedTuple):
    """A package's list of files, and all versions of the file that holds it."""

    owns: Owns
    versions: tuple[FileVersion, ...]


class ReplacedProgram(NamedTuple):
    """A program or shared library that was another in a lower layer than ``layer``, and the layers that wrote it."""

    path: str
    layer: int
    fact: Replaced


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
    """Which package has a path in its file list: of an operating system, or of another package manager that has lists."""

    def __init__(
        self, packages: Iterable[Package], lists: Mapping[str, Listed], also: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """``also`` has other paths of files that links lead to."""
        self._lists = lists
        self._also = also
        self._by_name: dict[tuple[str, str], Package] = {}
        listing = {listed.owns.type for listed in lists.values()} - SYSTEM_TYPES
        for package in packages:
            if package.type in SYSTEM_TYPES:
                self._by_name.setdefault((package.type, package.full_name), package)
                self._by_name[package.type, f"{package.name}:{package.arch}"] = package
            elif package.type in listing:
                self._by_name[package.type, f"{package.name}@{package.version}"] = package
                self._by_name.setdefault((package.type, package.name), package)

    def of(self, path: str) -> Package | None:
        """The package that owns it."""
        found = self._found(path)
        return found[0] if found else None

    def _found(self, path: str) -> tuple[Package, Listed] | None:
        other = self._also.get(path)
        for spelling in (*usr_merged(path), *(usr_merged(other) if other else ())):
            listed = self._lists.get(spelling)
            if listed is not None and (listed.owns.type, listed.owns.package) in self._by_name:
                return self._by_name[listed.owns.type, listed.owns.package], listed
        return None

    def answer_for(self, path: str) -> bool:
        """Whether what is told of the owner, if there is one, is about this file too."""
        owner = self.of(path)
        return owner is not None and ecosystems.published(owner, path) is not False

    def gaps(self, replaced: Iterable[ReplacedProgram]) -> Iterator[Gap]:
        """A gap for each layer that replaced files of packages without its package manager: they are nobody's any more."""
        layers: dict[int, list[str]] = defaultdict(list)
        entries = _Entries()
        for path, layer, fact in sorted(replaced, key=lambda one: one[:2]):
            found = self._found(path)
            if found is not None and not entries.has(found[1], fact):
                layers[layer].append(f"{path} of {found[0].name}")
        for layer, files in sorted(layers.items()):
            named = some(files)
            reason = (
                f"layer {layer + 1} replaced {len(files)} without the package manager, which still lists the packages: "
                f"{named}; what lies there now was not judged"
            )
            yield Gap(stage="catalog", subject="programs and libraries of packages", reason=reason, names=named.names)


class _Entries:
    """What the files that hold lists of packages said of each in every layer."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, list[int]]] = {}

    def has(self, listed: Listed, replaced: Replaced) -> bool:
        """Whether what lies there now is what the package manager put there last."""
        wrote = self._wrote(listed)
        last = max((layer for layer in (*replaced.layers, *replaced.others) if layer in wrote), default=None)
        return last is not None and last in replaced.layers

    def _wrote(self, listed: Listed) -> Sequence[int]:
        """The layers that wrote a package's entry: the file, or in a database of several the entry in it if it changed."""
        if not any(isinstance(fact, Package) for version in listed.versions for fact in version.facts or ()):
            return [version.layer for version in listed.versions]
        key = id(listed.versions)
        if key not in self._known:
            self._known[key] = _changes(listed.versions)
        return self._known[key].get(listed.owns.package, ())


def _changes(versions: Iterable[FileVersion]) -> dict[str, list[int]]:
    """By the name of a package with a list of files, the layers that wrote the package's entry into a database."""
    found: dict[str, list[int]] = defaultdict(list)
    before: dict[str, tuple[Package | None, tuple[str, ...]]] = {}
    for version in versions:
        package: Package | None = None
        entries = {}
        for fact in version.facts or ():
            if isinstance(fact, Package):
                package = fact
            elif isinstance(fact, Owns):
                entries[fact.package] = (package, fact.paths)
        for name, entry in entries.items():
            if before.get(name) != entry:
                found[name].append(version.layer)
        before = entries
    return found
