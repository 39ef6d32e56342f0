"""What one layer did to the installed packages."""

from __future__ import annotations

from garboard.model.base import Value
from garboard.model.package import Package


class Upgrade(Value):
    """One package at a version other than in the layers below."""

    before: Package
    after: Package


class LayerChanges(Value):
    """The changes in layer ``index``, lowest 0; each part is sorted by type, name, version, path.

    The packages are as their files state them: without purl, ecosystem and dependencies.
    """

    index: int
    added: tuple[Package, ...] = ()
    changed: tuple[Upgrade, ...] = ()
    removed: tuple[Package, ...] = ()
