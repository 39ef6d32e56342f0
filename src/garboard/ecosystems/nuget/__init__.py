""".NET packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import VersionOrder


def _lower(name: str) -> str:
    return name.lower()


def _order() -> VersionOrder:
    from garboard.ecosystems.nuget import version

    return version


ECOSYSTEM: Final = Ecosystem(
    name="nuget",
    type="nuget",
    manager="nuget",
    language="dotnet",
    osv="NuGet",
    order="nuget",
    load_order=_order,
    normalize=_lower,
    index="nuget.org",
    package_file="{name}.{version}.nupkg",
)
