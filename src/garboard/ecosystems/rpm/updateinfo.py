"""Errata of RPM repositories: the ``updateinfo.xml`` of createrepo_c, which dnf and zypper read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.xml_stream import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


class UpdatedPackage(NamedTuple):
    """A package of an erratum; ``evr`` is ``[epoch:]version-release``, without an epoch of 0."""

    name: str
    evr: str
    arch: str


class Erratum(NamedTuple):
    """A security update. Dates are as the repository writes them."""

    id: str
    title: str
    issued: str
    updated: str
    severity: str
    description: str
    cves: tuple[str, ...]
    links: tuple[str, ...]
    builds: tuple[UpdatedPackage, ...]


def evr(epoch: str, version: str, release: str) -> str:
    """Return an RPM version; an epoch of 0 is left out."""
    return f"{epoch}:{version}-{release}" if epoch not in {"", "0"} else f"{version}-{release}"


def security_updates(elements: Iterable[Element]) -> Iterator[Erratum]:
    """Yield the security updates among the elements below the root of an updateinfo."""
    for element in elements:
        if element.tag == "update" and element.get("type", "").lower() == "security":
            yield _erratum(element)


def _erratum(element: Element) -> Erratum:
    references = [one for one in element.iter("reference") if one.get("type") == "cve"]
    named = (one.get("id", "") or one.get("title", "") for one in references)
    return Erratum(
        id=text(element, "id"),
        title=text(element, "title"),
        issued=_date(element, "issued"),
        updated=_date(element, "updated"),
        severity=text(element, "severity"),
        description=text(element, "description"),
        cves=tuple(dict.fromkeys(cve for name in named for cve in _CVE.findall(name))),
        links=tuple(href for one in references if (href := one.get("href", ""))),
        builds=tuple(
            UpdatedPackage(
                one.get("name", ""),
                evr(one.get("epoch", ""), one.get("version", ""), one.get("release", "")),
                one.get("arch", ""),
            )
            for one in element.iter("package")
        ),
    )


def _date(element: Element, name: str) -> str:
    found = element.find(name)
    return found.get("date", "") if found is not None else ""
