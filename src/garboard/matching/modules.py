"""How the records of a package stand to its module stream, and to the build that is installed.

Builds of a module's streams are not comparable: a record about one says nothing about another. An erratum may list
several builds of one package, one for each minor release; which of them is installed says that it is fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from garboard import ecosystems
from garboard.matching.ranges import key
from garboard.model.advisory import Hit
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.versions.invalid import InvalidVersion

_MARK: Final = ".module"
_BUILDS: Final = (_MARK, ".ksplice", "_fips")
"""What the versions of builds have that compare with none but their like: a module's, Oracle's with ksplice or for FIPS."""
_FIPS: Final = "fips"
"""What the versions of builds for FIPS 140 have, of any distribution's packages: ``+Fips1``, ``.fips.2``, ``_fips``."""
NOT_STATED: Final = "its module stream is not stated, and an erratum of one stream would concern it"


class Builds:
    """The records of one name of a package, and the version that is compared with them."""

    def __init__(self, package: Package, version: str, hits: Sequence[Hit]) -> None:
        self._modular = ecosystems.of(package.type).modular
        self._built_for_a_module = _MARK in package.version
        self._marks = _marks(package.version)
        self._comparable = package.type in SYSTEM_TYPES
        self._fips = self._comparable and _is_for_fips(version)
        fixes = [fix for hit in hits for fix in _fixes(hit)] if self._fips else []
        self.lack_fixes = bool(fixes) and not any(map(_is_for_fips, fixes))
        """Whether all fixes that the records name are of other builds than the installed one, which is for FIPS 140."""
        self._stream = ":".join(package.module.split(":")[:2])
        named = [hit for hit in hits if _names(hit, version)] if self._modular else []
        if not self._stream and self._built_for_a_module:
            streams = {hit.affected.module for hit in named if hit.affected.module}
            self._stream = streams.pop() if len(streams) == 1 else ""
        self._told = frozenset(hit.advisory.id for hit in hits if hit.affected.module)
        self._fixed_by = frozenset(hit.advisory.id for hit in named if self.concern(hit))

    def concern(self, hit: Hit) -> bool:
        """Whether a record is about the package's stream, or about no module if the package is of none.

        A record that does not name its stream is recognized as modular by its versions (``.module+el8``), and gives way to
        one of the same erratum that does. That one may concern a package whose stream is not known.
        """
        if hit.affected.module:
            return hit.affected.module == self._stream or (self._built_for_a_module and not self._stream)
        fixes = _fixes(hit)
        if not self._modular:
            return not (self._comparable and fixes) or any(_is_for_fips(fix) == self._fips for fix in fixes)
        if self._built_for_a_module and hit.advisory.id in self._told:
            return False
        return any(_marks(fix) == self._marks for fix in fixes) if fixes else True

    def certain(self, hit: Hit) -> bool:
        """Whether a record that may concern the package is known to do."""
        return not hit.affected.module or hit.affected.module == self._stream

    def are_fixed_by(self, hit: Hit) -> bool:
        """Whether the record's erratum lists the installed build as fixed."""
        return hit.advisory.id in self._fixed_by


def _fixes(hit: Hit) -> list[str]:
    return [interval.fixed for interval in hit.affected.ranges if interval.fixed]


def _is_for_fips(version: str) -> bool:
    return _FIPS in version.lower()


def _marks(version: str) -> tuple[bool, ...]:
    return tuple(mark in version for mark in _BUILDS)


def _names(hit: Hit, version: str) -> bool:
    try:
        installed = key(hit.affected.scheme, version)
        return any(
            interval.fixed and key(hit.affected.scheme, interval.fixed) == installed for interval in hit.affected.ranges
        )
    except InvalidVersion:
        return False
