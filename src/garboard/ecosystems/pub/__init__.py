"""Dart packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog, VersionOrder


def _order() -> VersionOrder:
    from garboard.ecosystems.pub import version

    return version


def _declared() -> PlainCatalog:
    from garboard.ecosystems.pub.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="pub",
    type="pub",
    manager="pub",
    osv="Pub",
    order="pub",
    load_order=_order,
    index="pub.dev",
    declares=("**/pubspec.lock",),
    manifests=("**/pubspec.yaml",),
    load_declared=_declared,
)
