"""Every ecosystem in one room: a record for each, and the tables that all other code derives from the records.

To add one is to add its module or folder here and its name to `_NAMES`; `garboard.model.ecosystem.Ecosystem` says what a
record holds.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, VersionOrder
from garboard.model.package import SYSTEM_TYPES
from garboard.versions import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from garboard.model.package import Package
    from garboard.model.program import Commands

_NAMES: Final = (
    "alpm",
    "apk",
    "bioconductor",
    "bitnami",
    "cocoapods",
    "conan",
    "conda",
    "cpan",
    "cran",
    "dpkg",
    "flatpak",
    "generic",
    "githubactions",
    "golang",
    "guix",
    "hackage",
    "hex",
    "homebrew",
    "joomla",
    "julia",
    "luarocks",
    "maven",
    "nix",
    "node",
    "nuget",
    "opam",
    "opkg",
    "pear",
    "php",
    "portage",
    "pub",
    "python",
    "rpm",
    "ruby",
    "rust",
    "slackware",
    "snap",
    "swift",
    "vcpkg",
    "wordpress",
    "xbps",
)

ECOSYSTEMS: Final[tuple[Ecosystem, ...]] = tuple(
    import_module(f"garboard.ecosystems.{name}").ECOSYSTEM for name in _NAMES
)
BY_TYPE: Final = MappingProxyType({one.type: one for one in ECOSYSTEMS})
"""By package URL type."""
OF_PROGRAM: Final = MappingProxyType({program: one for one in ECOSYSTEMS for program in one.programs})
"""By the name of a program that installs packages."""
ORDERS: Final = (*SHARED, *(one.order for one in ECOSYSTEMS if one.load_order))
"""Names of all version orders."""
_UNKNOWN: Final = Ecosystem(name="", type="", manager="")


def of(type_: str) -> Ecosystem:
    """The ecosystem of a package URL type; one that says nothing where there is none."""
    return BY_TYPE.get(type_, _UNKNOWN)


def published(package: Package, path: str = "") -> bool | None:
    """Whether its distribution published a package of an operating system. See `Ecosystem.published`."""
    known = of(package.type).published
    return known(package, path) if known else None


def spelled(package: Package) -> str:
    """A package's full name as people of its ecosystem write it: ``group:artifact`` of Maven's."""
    return package.full_name.replace("/", of(package.type).separator)


def holds_headers(package: Package) -> bool:
    """Whether it holds headers of a kernel alone, of which nothing runs."""
    return any(fnmatchcase(package.name, pattern) for pattern in of(package.type).headers)


def displayed(package: Package) -> str:
    """The same, with the source package of an operating system's before it, as ``docker scan`` prints it."""
    return package.display_name if package.type in SYSTEM_TYPES else spelled(package)


@cache
def order(name: str) -> VersionOrder | None:
    """A version order by its name; None where there is none."""
    if name in SHARED:
        shared: VersionOrder = import_module(f"garboard.versions.{name}")
        return shared
    load = next((one.load_order for one in ECOSYSTEMS if one.order == name and one.load_order), None)
    return load() if load else None


@cache
def software() -> Mapping[str, tuple[str, ...]]:
    """What known software is called by CPE, by its name: ``vendor:product``, the first the one in use today."""
    found: dict[str, tuple[str, ...]] = {}
    for one in ECOSYSTEMS:
        if one.load_software:
            found |= one.load_software()
    return MappingProxyType(found)


@cache
def commands(type_: str) -> Commands:
    """The command lines of a package URL type's package managers; none where they are not known."""
    from garboard.model.program import NO_COMMANDS

    load = of(type_).load_commands
    return load() if load else NO_COMMANDS
