"""Packages below ``node_modules`` where Node does not look for them by name: in the stores of tools, and within others."""

from __future__ import annotations

from typing import Final, NamedTuple

FIXTURES: Final = frozenset(
    {"test", "tests", "__tests__", "fixture", "fixtures", "__fixtures__", "testdata", "test-data"}
)
"""Folders within a package whose packages are its tests' own."""
NO_CODE: Final = FIXTURES | {"example", "examples", "demo", "demos", "template", "templates", "sample", "samples"}
"""These, and folders of what people are to copy."""
_GENERATED: Final = frozenset({".prisma"})
"""Stores of code that a tool wrote, under names that no registry has."""


class Nested(NamedTuple):
    """The place of a ``package.json`` below ``node_modules``.

    Attributes:
        folders: those from that of the store or of the package on.
        outer: how many of them are the name of the package in which it lies; 0 in a store.
    """

    folders: tuple[str, ...]
    outer: int = 0

    @property
    def surely(self) -> bool:
        """Whether the folder is that of a package in a store, whatever it is called.

        So are ``.nitro/NAME@VERSION``, ``.nitro/@SCOPE/NAME@VERSION`` and Yarn's ``.store/NAME-npm-VERSION-HASH/package``.
        """
        if self.outer:
            return False
        first = 3 if len(self.folders) > 1 and self.folders[1][:1] == "@" else 2
        return len(self.folders) == first or (len(self.folders) == first + 1 and self.folders[-1] == "package")

    def holds(self, name: str, version: str) -> bool:
        """Whether a package of this name and version is there itself, and not a part of another one."""
        if not _of_a_registry(name):
            return False
        return self.surely or _called(self.folders, name, version)

    @property
    def carrier(self) -> str:
        """The package that carries a copy of it; empty in a store."""
        return "/".join(self.folders[: self.outer])


def nested(path: str) -> Nested | None:
    """Where a ``package.json`` lies that is in a store or within a package; None for others, and in what tests need."""
    before, inside, tail = path.rpartition("node_modules/")
    if not inside or (before and before[-1] != "/") or in_fixtures(before):
        return None
    folders = tuple(tail.split("/")[:-1])
    if not folders or folders[0] in _GENERATED:
        return None
    outer = 0 if folders[0][:1] == "." else 2 if folders[0][:1] == "@" else 1
    if 0 < len(folders) <= outer or not NO_CODE.isdisjoint(folders[outer or 2 :]):
        return None
    return Nested(folders, outer)


def enclosing(path: str) -> str | None:
    """The folder of the package within which another one lies; None for one that lies in none."""
    found = nested(path)
    if found is None or not found.outer:
        return None
    return path[: path.rindex("node_modules/") + len("node_modules/")] + found.carrier


def in_fixtures(folder: str) -> bool:
    """Whether a folder lies among the test fixtures of a package within ``node_modules``."""
    _, inside, tail = folder.rpartition("node_modules/")
    parts = tail.split("/")
    return bool(inside) and not FIXTURES.isdisjoint(parts[2 if tail[:1] == "@" else 1 :])


def _of_a_registry(name: str) -> bool:
    """Whether a registry takes such a name: ``name`` or ``@scope/name``."""
    scope, slash, rest = name.rpartition("/")
    return bool(rest) and rest[0] not in "._" and (not slash or (scope[:1] == "@" and "/" not in scope))


def _called(folders: tuple[str, ...], name: str, version: str) -> bool:
    """Whether the last of these folders has the package's name, or its name and version, or what npm renamed it to."""
    scope, _, last = name.rpartition("/")
    if len(folders) == 1:
        return folders[0].startswith(f".{last}-")
    return folders[-1] in {last, f"{last}@{version}"} and (not scope or folders[-2] == scope)
