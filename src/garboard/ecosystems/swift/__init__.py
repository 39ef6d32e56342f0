"""Swift packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem
from garboard.model.package import Package

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """The repository's address; some tools add the package's own name to it."""
    names = dict.fromkeys(one for one in (package.full_name, package.namespace) if one)
    return tuple(AdvisedName(name, package.version) for name in names)


def _repository(name: str) -> str:
    return name.lower().removeprefix("https://").removesuffix(".git")


def _declared() -> PlainCatalog:
    from garboard.ecosystems.swift.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="swift",
    type="swift",
    namespaced=True,
    manager="swift",
    osv="SwiftURL",
    order="semver",
    normalize=_repository,
    advised=_advised,
    index="the package's repository",
    declares=("**/Package.resolved",),
    manifests=("**/Package.swift", "**/Package@swift-*.swift"),
    version=3,
    load_declared=_declared,
)
