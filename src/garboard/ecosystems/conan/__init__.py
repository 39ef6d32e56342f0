"""C and C++ packages of Conan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.conan.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="conan",
    type="conan",
    manager="conan",
    osv="ConanCenter",
    order="semver",
    index="ConanCenter",
    declares=("**/conan.lock",),
    manifests=("**/conanfile.txt", "**/conanfile.py"),
    load_declared=_declared,
)
