"""Under which names, and at which version, the advisories of an ecosystem list a package."""

from __future__ import annotations

from garboard import ecosystems
from garboard.model.ecosystem import AdvisedName
from garboard.model.package import Package


def advised(package: Package) -> tuple[AdvisedName, ...]:
    """The names of one package, each with the version that belongs to it; most packages have one."""
    rule = ecosystems.of(package.type).advised
    return rule(package) if rule else (AdvisedName(package.full_name, package.version),)
