"""Dart packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, parent_folder, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog, VersionOrder


def _order() -> VersionOrder:
    from garboard.ecosystems.pub import version

    return version


def _catalog() -> Catalog:
    from garboard.ecosystems.pub.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.pub.declared import catalog

    return catalog


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(path),) if path.endswith("/pubspec.yaml") else ()


def _repeats(path: str) -> str | None:
    """A configuration repeats the cache."""
    return ANYWHERE if path.endswith(".json") else None


ECOSYSTEM: Final = Ecosystem(
    name="pub",
    version=3,
    type="pub",
    manager="pub",
    osv="Pub",
    order="pub",
    load_order=_order,
    index="pub.dev",
    globs=(
        *(f"**/hosted/{host}/*/pubspec.yaml" for host in ("pub.dev", "pub.dartlang.org", "pub.flutter-io.cn")),
        "**/.pub-cache/git/*/pubspec.yaml",
        "**/.dart_tool/package_config.json",
    ),
    load_catalog=_catalog,
    folders=_folders,
    repeats=_repeats,
    load_commands=raised_by("dart pub upgrade", "require {} or later"),
    misses="what was compiled into a program; packages of other hosts; Flutter itself, and what else is part of an SDK",
    reference="https://dart.dev/tools/pub/package-layout",
    declares=("**/pubspec.lock",),
    manifests=("**/pubspec.yaml",),
    load_declared=_declared,
)
