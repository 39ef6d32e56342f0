"""Folds records of the same vulnerability into one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Groups:
    """A union of names: two that were ever joined are one."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def root(self, name: Hashable) -> Hashable:
        """The name that represents the group."""
        parent = self._parent
        while (up := parent.setdefault(name, name)) != name:
            parent[name] = parent.setdefault(up, up)
            name = up
        return name

    def join(self, names: Iterable[Hashable]) -> None:
        """Join all of them into one group."""
        first: Hashable | None = None
        for name in names:
            root = self.root(name)
            if first is None:
                first = root
            else:
                self._parent[root] = first


def preferred(names: Sequence[str]) -> str:
    """The identifier to show: a CVE if there is one, then GHSA, else the first."""
    for prefix in ("CVE-", "GHSA-"):
        found = sorted(name for name in names if name.startswith(prefix))
        if found:
            return found[0]
    return names[0]
