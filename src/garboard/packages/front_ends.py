"""Front ends that Python's packages bring: their ``package.json`` is no application of the image.

What such a package calls after itself is its own, and its version decides. What is published under another name is a copy
of that npm package, which the Python package carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from garboard.ecosystems import node, python
from garboard.ecosystems.node.nested import NO_CODE
from garboard.model.package import Package
from garboard.packages import unread_kinds as kinds
from garboard.packages.unexplained import Found

_CARRIERS: Final = python.ECOSYSTEM
_CARRIED: Final = node.ECOSYSTEM


class FrontEnds:
    """Those of one image, by the lists of what distributions brought, and the folders in which these lie."""

    def __init__(self, found: Iterable[Found], packages: Iterable[Package]) -> None:
        self._listed: Mapping[str, str] = {
            path: one.folder for one in found if one.kind == kinds.FRONT_ENDS for path in one.names
        }
        """The name of the distribution by a path of its list."""
        folders = _CARRIERS.folders
        self._homes = frozenset(
            folder
            for package in packages
            if package.type == _CARRIERS.type and not package.declared and not package.vendored_by
            for location in package.locations
            for folder in folders(location.path)
        )

    def has(self, path: str) -> bool:
        """Whether a distribution brought the file."""
        return path in self._listed or self._home(path) is not None

    def told(self, package: Package) -> Package:
        """An application of npm as what it is, if a distribution brought it."""
        if package.type != _CARRIED.type or not package.application or not package.publishable:
            return package
        path = package.locations[0].path
        if not self.has(path):
            return package
        home = self._home(path) or ""
        inside = path[len(home) :].split("/")[1:-1] if home else path.split("/")[:-1]
        top = (inside[:1] or [""])[0] if home.endswith(python.PLACES) else home.rpartition("/")[2]
        carrier = self._listed.get(path) or top
        if not carrier or _is_own(package, carrier, top) or not NO_CODE.isdisjoint(inside):
            return msgspec.structs.replace(package, publishable=False)
        return msgspec.structs.replace(package, application=False, publishable=False, vendored_by=carrier)

    def _home(self, path: str) -> str | None:
        folder = path.rpartition("/")[0]
        while folder and folder not in self._homes:
            folder = folder.rpartition("/")[0]
        return folder or None


def _is_own(package: Package, carrier: str, top: str) -> bool:
    """Whether it has the name of the distribution, or of the folder in which that lies."""
    normalize = _CARRIERS.normalize
    names = {normalize(one) for one in (carrier, top) if one}
    name, scope = normalize(package.name), normalize(package.namespace.removeprefix("@"))
    return name in names or scope in names or name.startswith(tuple(f"{one}-" for one in names))
