"""A database in memory, and packages and advisories in a few words."""

from __future__ import annotations

from collections.abc import Iterable

from garboard.model.advisory import Advisory, Affected, CveFacts, FeedState, Hit, Range, Status
from garboard.model.package import Inventory, Package

DEBIAN = "Debian:12"


class Known:
    """A `Lookup` over a few advisories."""

    def __init__(
        self, *advisories: Advisory, covers: Iterable[str] = (DEBIAN, "PyPI", "npm", "AlmaLinux:9"), facts=()
    ) -> None:
        self._advisories = advisories
        self._covers = set(covers)
        self._facts = {fact.cve: fact for fact in facts}

    def names(self, ecosystem: str) -> Iterable[str]:
        found = (one for advisory in self._advisories for one in advisory.affected if one.ecosystem == ecosystem)
        return dict.fromkeys(one.package for one in found)

    def covers(self, ecosystem: str) -> bool:
        return ecosystem in self._covers

    def hits(self, ecosystem: str, package: str):
        for advisory in self._advisories:
            for affected in advisory.affected:
                if (affected.ecosystem, affected.package) == (ecosystem, package):
                    yield Hit(advisory=advisory, affected=affected)

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        return {cve: self._facts[cve] for cve in cves if cve in self._facts}

    def begin(self) -> None:
        pass

    def used(self) -> tuple[FeedState, ...]:
        return ()


def deb(name: str, version: str, **more: object) -> Package:
    arch = more.pop("arch", "amd64")
    purl = f"pkg:deb/debian/{name}@{version}?arch={arch}"
    return Package(type="deb", name=name, version=version, scheme="deb", ecosystem=DEBIAN, arch=arch, purl=purl, **more)


def pypi(name: str, version: str, **more: object) -> Package:
    purl = f"pkg:pypi/{name}@{version}"
    return Package(type="pypi", name=name, version=version, scheme="pep440", ecosystem="PyPI", purl=purl, **more)


def rpm(name: str, version: str, **more: object) -> Package:
    purl = f"pkg:rpm/almalinux/{name}@{version}"
    return Package(type="rpm", name=name, version=version, scheme="rpm", ecosystem="AlmaLinux:9", purl=purl, **more)


def affected(
    package: str, fixed: str = "", *, ecosystem: str = DEBIAN, scheme: str = "deb", **more: object
) -> Affected:
    ranges = more.pop("ranges", (Range(fixed=fixed),))
    status = more.pop("status", Status.FIXED if fixed else Status.AFFECTED)
    return Affected(ecosystem=ecosystem, package=package, scheme=scheme, ranges=ranges, status=status, **more)


def advisory(name: str, *packages: Affected, **more: object) -> Advisory:
    return Advisory(id=name, feed="test", affected=packages, **more)


def inventory(*packages: Package) -> Inventory:
    return Inventory(packages=packages)
