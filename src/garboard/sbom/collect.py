"""Makes an inventory of the packages that a document of another tool lists, whatever its format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from garboard.model.gap import Gap, some
from garboard.model.package import SYSTEM_TYPES, Distro, Inventory, Location, Package
from garboard.sbom import purl_package as purls
from garboard.sbom.other_tools import Stated


class Collector:
    """Takes packages by the references that a document has for them, then what it says of pairs of them.

    ``omits_the_same`` says that the document's tool names a source package only where it differs from the package.
    """

    def __init__(self, distro: Distro | None, *, omits_the_same: bool) -> None:
        self._distro = distro
        self._sources_named: set[str] = set(SYSTEM_TYPES) if omits_the_same else set()
        self._packages: dict[str, Package] = {}
        self._ids: dict[str, str] = {}
        self._needs: dict[str, dict[str, None]] = defaultdict(dict)
        self._owners: dict[str, str] = {}
        self._incomplete: dict[str, None] = {}
        self._elsewhere: dict[str, None] = {}
        self._unknown: dict[str, list[str]] = defaultdict(list)

    def add(self, reference: str, purl: str, stated: Stated, licenses: Iterable[str] = ()) -> bool:
        """Take a package; False if its package URL is of no use."""
        found = purls.package(purl, licenses, self._distro) if purl else None
        if found is None:
            return False
        if stated.source_name or found.source_name:
            self._sources_named.add(found.type)
        found = msgspec.structs.replace(
            found,
            source_name=found.source_name or stated.source_name,
            source_version=found.source_version or stated.source_version,
            module=found.module or stated.module,
            locations=(Location(path=stated.path.removeprefix("/")),)
            if stated.path and found.type not in SYSTEM_TYPES
            else (),
        )
        self._packages.setdefault(found.id, found)
        self._ids[reference] = found.id
        return True

    def unusable(self, kind: str, name: str) -> None:
        """Note a component that could not be taken."""
        self._unknown[kind].append(name)

    def incomplete(self, what: str) -> None:
        """Note that the document says of itself that it may not name all, and of what."""
        self._incomplete[what] = None

    def elsewhere(self, document: str) -> None:
        """Note that the document refers to another one for what it does not list itself."""
        self._elsewhere[document] = None

    def needs(self, reference: str, needed: str) -> None:
        """Note that one package depends on another."""
        source, target = self._ids.get(reference), self._ids.get(needed)
        if source and target and source != target:
            self._needs[source][target] = None

    def owns(self, owner: str, owned: str) -> None:
        """Note that the files of one package are another's, which counts for those of operating systems only."""
        source, target = self._ids.get(owner), self._ids.get(owned)
        if source and target and self._packages[source].type in SYSTEM_TYPES:
            self._owners[target] = self._packages[source].purl

    def inventory(self) -> Inventory:
        """All packages, each once."""
        return Inventory(
            packages=tuple(map(self._finished, self._packages.values())),
            distro=self._distro,
            gaps=(*purls.gaps(self._unknown), *map(_incomplete, self._incomplete), *_elsewhere([*self._elsewhere])),
        )

    def _finished(self, package: Package) -> Package:
        system = package.type in SYSTEM_TYPES
        return msgspec.structs.replace(
            package,
            depends_on=tuple(self._needs.get(package.id, ())),
            owner="" if system else self._owners.get(package.id, ""),
            source_unknown=system and package.type not in self._sources_named,
        )


def _elsewhere(documents: list[str]) -> Iterator[Gap]:
    if documents:
        named = some(documents)
        reason = f"refers to others, which were not read: {named}; what they list was not judged"
        yield Gap(stage="catalog", subject="the bill of materials", reason=reason, names=named.names)


def _incomplete(what: str) -> Gap:
    reason = f"says itself that it may not name all {what}: packages may be missing"
    return Gap(stage="catalog", subject="the bill of materials", reason=reason)
