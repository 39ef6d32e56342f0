"""A package in another version, and the version that has all fixes of some findings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garboard import ecosystems
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Distro, Package
from garboard.packages import distro as distros
from garboard.packages.purl import purl
from garboard.versions.invalid import InvalidVersion


def restated(package: Package, version: str, distro: Distro | None) -> Package:
    """The package in another version."""
    source_version = version if package.source_version else ""
    own = distro if package.type not in SYSTEM_TYPES or (distro and distros.manages(distro.id, package.type)) else None
    new = msgspec.structs.replace(package, version=version, source_version=source_version, purl="", limits=(), sha1="")
    return msgspec.structs.replace(new, purl=purl(new, own))


def fixing(findings: Sequence[Finding]) -> str:
    """The version that has all the fixes."""
    order = ecosystems.order(findings[0].package.scheme)
    versions = [finding.fixed_in for finding in findings if finding.fixed_in]
    try:
        return max(versions, key=order.key) if order else versions[-1]
    except InvalidVersion:
        return versions[-1]
