"""A mirror's ``Packages``: a stanza is parsed only when its package is requested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from garboard.repositories.apt.deb822 import groups
from garboard.repositories.apt.package import Suite, Version, fields, version

_PACKAGE: Final = re.compile(rb"(?:^|\n)Package:[ \t]*([^\s]+)")
_PROVIDES: Final = re.compile(rb"\nProvides:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)")


class AptIndex:
    """One ``Packages`` file of one component of a suite."""

    def __init__(self, data: bytes, suite: Suite) -> None:
        self._data = data
        self._suite = suite
        self._starts: dict[str, list[int]] = {}
        for match in _PACKAGE.finditer(data):
            self._starts.setdefault(match[1].decode("utf-8", "replace"), []).append(match.start(1))
        self._provided: dict[str, set[str]] | None = None
        self._parsed: dict[str, tuple[Version, ...]] = {}

    def named(self, name: str) -> tuple[Version, ...]:
        """Return all versions of a package, for every architecture in the file."""
        if name not in self._parsed:
            self._parsed[name] = tuple(self._parse(name))
        return self._parsed[name]

    def _parse(self, name: str) -> Iterator[Version]:
        for start in self._starts.get(name, ()):
            top, end = self._data.rfind(b"\n\n", 0, start), self._data.find(b"\n\n", start)
            found = version(fields(self._data[max(top + 1, 0) : end if end >= 0 else None]), self._suite)
            if found is not None:
                yield found

    def providing(self, name: str) -> Iterable[str]:
        """Return the names of the packages that provide it."""
        if self._provided is None:
            self._provided = {}
            for match in _PROVIDES.finditer(self._data):
                top = self._data.rfind(b"\n\n", 0, match.start())
                owner = _PACKAGE.search(self._data, max(top + 1, 0), match.start())
                if owner:
                    for group in groups(match[1].decode("utf-8", "replace")):
                        owners = self._provided.setdefault(group[0].name, set())
                        owners.add(owner[1].decode("utf-8", "replace"))
        return self._provided.get(name, ())


class AptIndexes:
    """All indexes of an image's sources together."""

    def __init__(self, indexes: Iterable[AptIndex], native: str) -> None:
        self._indexes = tuple(indexes)
        self._native = native
        self._found: dict[tuple[str, str], tuple[Version, ...]] = {}

    def versions(self, name: str, arch: str) -> tuple[Version, ...]:
        """Return the versions of a package for an architecture; equal versions are merged.

        Packages for all architectures belong to the native one.
        """
        known = self._found.get((name, arch))
        if known is None:
            merged: dict[str, Version] = {}
            for index in self._indexes:
                for one in index.named(name):
                    if (self._native if one.arch == "all" else one.arch) == arch:
                        first = merged.get(one.version)
                        merged[one.version] = replace(first, suites=(*first.suites, *one.suites)) if first else one
            known = self._found[name, arch] = tuple(merged.values())
        return known

    def providing(self, name: str) -> list[str]:
        """Return the names of the packages that provide it, sorted."""
        return sorted({owner for index in self._indexes for owner in index.providing(name)})
