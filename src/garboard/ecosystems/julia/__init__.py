"""Julia packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.julia.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="julia",
    type="julia",
    manager="julia",
    osv="Julia",
    order="semver",
    index="the General registry of Julia",
    declares=("**/Manifest.toml", "**/JuliaManifest.toml"),
    manifests=("**/Project.toml",),
    load_declared=_declared,
)
