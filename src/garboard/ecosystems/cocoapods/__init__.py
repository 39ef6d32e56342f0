"""Pods of Apple's platforms: CocoaPods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.cocoapods.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="cocoapods",
    type="cocoapods",
    manager="cocoapods",
    language="swift",
    declares=("**/Podfile.lock",),
    manifests=("**/Podfile",),
    load_declared=_declared,
    misses="no advisories are read for them (a gap)",
    reference="https://guides.cocoapods.org/using/the-podfile.html",
)
