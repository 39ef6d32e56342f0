"""Java packages: Maven coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.package import Package


KINDS: Final = ("jar", "war", "ear", "par", "sar", "kar", "jpi", "hpi", "aar", "rar")
"""Extensions of archives; jpi and hpi are Jenkins' plugins, aar Android's libraries, rar Jakarta's connectors."""


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """``group:artifact``."""
    name = f"{package.namespace}:{package.name}" if package.namespace else package.name
    return (AdvisedName(name, package.version),)


def _artifact(name: str) -> str:
    return name.rpartition(":")[2]


def _may_be(package: Package, name: str) -> bool:
    """Whether a group is named like the Java packages of the classes, or, where it is one word, like the artifact."""
    group = name.rpartition(":")[0]
    if "." not in group:
        return package.name == group or package.name.startswith(f"{group}-")
    domain = ".".join(group.split(".")[:2])
    return not package.namespaces or domain in package.namespaces


def _catalog() -> Catalog:
    from garboard.ecosystems.maven.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.maven import version

    return version


ECOSYSTEM: Final = Ecosystem(
    name="maven",
    type="maven",
    manager="maven",
    language="java",
    osv="Maven",
    globs=tuple(f"**/*.{one}" for kind in KINDS for one in (kind, kind.upper())),  # a class path takes any name
    mapped=True,
    load_catalog=_catalog,
    order="maven",
    load_order=_order,
    advised=_advised,
    part=_artifact,
    may_be=_may_be,
    index="Maven Central",
)
