"""Java packages: Maven coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import VersionOrder
    from garboard.model.package import Package


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """``group:artifact``."""
    name = f"{package.namespace}:{package.name}" if package.namespace else package.name
    return (AdvisedName(name, package.version),)


def _order() -> VersionOrder:
    from garboard.ecosystems.maven import version

    return version


ECOSYSTEM: Final = Ecosystem(
    name="maven",
    type="maven",
    manager="maven",
    language="java",
    osv="Maven",
    order="maven",
    load_order=_order,
    advised=_advised,
    index="Maven Central",
    interpreter="java",
    scripts=(".jar", ".war", ".ear"),
    unread=(".class",),
    interpreted=True,
)
