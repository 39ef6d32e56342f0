""".NET packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder, same_file
from garboard.model.image import Glance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from garboard.model.ecosystem import Catalog, Join, PlainCatalog, VersionOrder
    from garboard.model.image import File
    from garboard.model.package import Fact
    from garboard.model.program import Commands, Fix


def _lower(name: str) -> str:
    return name.lower()


def _folders(path: str) -> tuple[str, ...]:
    """The application's: its libraries lie beside the list."""
    return (parent_folder(path),)


def _catalog() -> Catalog:
    from garboard.ecosystems.nuget.cataloger import catalog

    return catalog


def _program() -> PlainCatalog:
    from garboard.ecosystems.nuget.program import catalog

    return catalog


BUNDLES: Final = ".NET programs bundled in one file"


def _declared() -> PlainCatalog:
    def catalog(file: File) -> Iterator[Fact]:
        from garboard.ecosystems.nuget import declared, scripts

        return scripts.catalog(file) if file.path.endswith(".cs") else declared.catalog(file)

    return catalog


def _join() -> Join:
    from garboard.ecosystems.nuget.projects import join

    return lambda kept, _documents, paths: join(kept, paths)


def _order() -> VersionOrder:
    from garboard.ecosystems.nuget import version

    return version


def _remedy(fix: Fix) -> tuple[str, str]:
    from garboard.model.program import FIXED

    first, version = fix.pins[0]
    why = "another package needs it; a reference of your own raises it: " if fix.indirect else ""
    return f"{why}reference {FIXED} or later, and publish again", f"dotnet add package {first.name} --version {version}"


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy, raised="{name}@{version}")


_PROJECTS: Final = (
    *("csproj", "fsproj", "vbproj", "sqlproj", "wixproj", "vcxproj", "esproj", "shproj", "dcproj", "nfproj", "pyproj"),
    *("ilproj", "pkgproj", "msbuildproj", "nuproj", "depproj", "ccproj", "javaproj", "nativeproj"),
    *("proj", "projitems", "props", "targets"),
)
"""Ends of the names of MSBuild's files."""

ECOSYSTEM: Final = Ecosystem(
    name="nuget",
    type="nuget",
    manager="nuget",
    language="dotnet",
    osv="NuGet",
    order="nuget",
    load_order=_order,
    normalize=_lower,
    globs=("**/*.deps.json",),
    packed=("**/*.deps.json",),
    load_catalog=_catalog,
    version=7,
    load_program=_program,
    appended=True,
    unread=(BUNDLES,),
    declares=(
        "**/packages.lock.json",
        "**/packages.*.lock.json",
        "**/paket.lock",
        "**/dotnet-tools.json",
        "**/project.assets.json",
        *(f"**/{name}{end}" for name in ("packages", "Packages", "PACKAGES") for end in (".config", ".*.config")),
        "**/PACKAGES.CONFIG",
    ),
    manifests=(*(f"**/*.{end}" for one in _PROJECTS for end in (one, one.upper())), "**/global.json"),
    any_case=True,
    glances=(Glance(end=b".cs", signs=(b"#:package",), run_by=(b"dotnet",)),),
    load_declared=_declared,
    load_join=_join,
    nearest=same_file,
    folders=_folders,
    whole=True,
    load_commands=_commands,
    index="nuget.org",
    package_file="{name}.{version}.nupkg",
    misses="libraries that no `*.deps.json` lists, and applications bundled in one file without it (gaps); what a "
    "C# file states in itself (`#:package`) after its first 4 KiB",
    reference="https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md",
)
