"""Under which names, and at which version, the advisories of an ecosystem list a package."""

from __future__ import annotations

import msgspec

from garboard import ecosystems
from garboard.model.ecosystem import AdvisedName
from garboard.model.package import Package


def advised(package: Package) -> tuple[AdvisedName, ...]:
    """The names of one package, each with the version that belongs to it; most packages have one.

    They are in the spelling by which the ecosystem compares names, wherever the package was read.
    """
    ecosystem = ecosystems.of(package.type)
    named = ecosystem.advised(package) if ecosystem.advised else (AdvisedName(package.full_name, package.version),)
    return tuple(one._replace(name=ecosystem.normalize(one.name)) for one in named)


def by_an_unknown_source(package: Package) -> bool:
    """Whether advisories list it under its source package, which nothing names."""
    if not package.source_unknown:
        return False
    other = msgspec.structs.replace(package, source_name=f"{package.name}-source")
    return advised(other) != advised(package)
