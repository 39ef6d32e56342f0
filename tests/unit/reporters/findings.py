"""A report with findings of every kind, hostile texts among them, and the data that it was made with.

The report is the one that the documents of ``tests/golden/findings`` are made of, so that both speak of the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from garboard.model.advisory import Advisory, Affected, CveFacts, FeedState, Hit, Range, Status
from garboard.model.attribution import Introduction
from garboard.model.package import Package
from garboard.model.report import Report

_STORED = (Path(__file__).parents[2] / "golden/findings/report.json").read_bytes()


def scanned() -> Report:
    """The report of an image of three layers, one of them the base's."""
    return msgspec.json.decode(_STORED, type=Report)


def _by_layer(packages: Iterable[Package]) -> tuple[Package, ...]:
    """The packages of each layer, the lowest first."""
    return tuple(sorted(packages, key=lambda package: package.layer or 0))


def _brought_by_base() -> Introduction:
    found = next(one.introduced for one in scanned().findings if one.package.layer == 0)
    assert found is not None
    return found


PACKAGES = _by_layer(scanned().inventory.packages)
"""Three of the base, then git, libcurl3, jinja2 and markupsafe."""
BASE = _brought_by_base()


def _zlib(cve: str, *ranges: Range, status: Status = Status.FIXED) -> Hit:
    affected = Affected(ecosystem="Debian:12", package="zlib", scheme="deb", ranges=ranges, status=status)
    return Hit(advisory=Advisory(id=cve, feed="debian", affected=(affected,)), affected=affected)


_WITHOUT_FINDING = (
    _zlib("CVE-2019-0001", Range(fixed="1:1.2.11.dfsg-2")),
    _zlib("CVE-2019-0002", Range(), status=Status.NOT_AFFECTED),
    _zlib("CVE-2019-0004", Range(), status=Status.UNDETERMINED),
)


def _jinja2(cve: str) -> Hit:
    ranges = (Range(introduced="3.0", fixed="3.1"),)
    affected = Affected(ecosystem="PyPI", package="jinja2", scheme="pep440", ranges=ranges, status=Status.FIXED)
    return Hit(advisory=Advisory(id=cve, feed="osv", affected=(affected,)), affected=affected)


class Data:
    """A `Lookup` over what does not apply to the report's packages."""

    def names(self, ecosystem: str) -> tuple[str, ...]:
        return ()

    def covers(self, ecosystem: str) -> bool:
        return ecosystem in {"Debian:12", "PyPI"}

    def hits(self, ecosystem: str, package: str) -> Iterator[Hit]:
        for hit in (*_WITHOUT_FINDING, _jinja2("CVE-2019-0003")):
            if (hit.affected.ecosystem, hit.affected.package) == (ecosystem, package):
                yield hit

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        return {}

    def begin(self) -> None:
        pass

    def used(self) -> tuple[FeedState, ...]:
        return ()
