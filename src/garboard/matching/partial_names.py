"""Names in the data for packages of which only a part of the name is known: a Java library without its group."""

from __future__ import annotations

from collections import defaultdict

from garboard import ecosystems
from garboard.model.advisory import Lookup
from garboard.model.package import Package


class PartialNames:
    """The names that the data list, by the part that such a package states; read when the first one is met."""

    def __init__(self, database: Lookup) -> None:
        self._database = database
        self._by_part: dict[str, dict[str, list[str]]] = {}

    def of(self, package: Package) -> tuple[str, ...] | None:
        """The names that the data have for a package; None if its own is known.

        Raises:
            ValueError: it may be any of several packages: the error says why, and names them.
        """
        ecosystem = ecosystems.of(package.type)
        if ecosystem.part is None or ecosystem.likely is None or package.namespace:
            return None
        if package.ecosystem not in self._by_part:
            by_part: dict[str, list[str]] = defaultdict(list)
            for name in self._database.names(package.ecosystem):
                by_part[ecosystem.part(name)].append(name)
            self._by_part[package.ecosystem] = dict(by_part)
        return ecosystem.likely(package, self._by_part[package.ecosystem])
