"""Under which names, and at which version, the advisories of an ecosystem speak of a package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from garboard.model.package import Package

_BINARY: Final = frozenset({"AlmaLinux", "Red Hat"})
"""Ecosystems whose records name binary packages."""
_BOTH: Final = frozenset({"Rocky Linux", "Azure Linux", "openEuler", "Mageia", "SUSE", "openSUSE", "Photon OS"})
"""RPM ecosystems whose records name source packages, or source and binary ones."""
_REBUILD: Final = re.compile(r"\+b\d+$")


class Asked(NamedTuple):
    """A name to look up and the installed version to compare."""

    name: str
    version: str


def _source_version(package: Package) -> str:
    """The source's version: as stated, else the binary's without the mark of a binary-only rebuild."""
    if package.source_version:
        return _with_epoch(package)
    return _REBUILD.sub("", package.version) if package.type == "deb" else package.version


def _with_epoch(package: Package) -> str:
    """A source RPM's file name has no epoch; the binary's is the source's."""
    epoch, colon, _ = package.version.partition(":")
    if package.type == "rpm" and colon and ":" not in package.source_version:
        return f"{epoch}:{package.source_version}"
    return package.source_version


def asked(package: Package) -> Iterator[Asked]:
    """The names of one package, each with the version that belongs to it; most packages have one."""
    family = package.ecosystem.partition(":")[0]
    if package.type in {"deb", "apk"}:
        yield Asked(package.source, _source_version(package))
    elif package.type == "rpm" and family not in _BINARY:
        yield Asked(package.source, _source_version(package))
        if family in _BOTH and package.source != package.name:
            yield Asked(package.name, package.version)
    else:
        yield Asked(package.full_name, package.version)
