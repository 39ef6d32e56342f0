"""The report as GitLab takes it from a job (``artifacts: reports: container_scanning``).

Form: GitLab's security report schemas, version 15, ``container-scanning-report-format.json``. Severities are their words; what was
set aside is not in it, as GitLab has dismissals of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import msgspec

from garboard import ecosystems, json_text
from garboard._version import __version__
from garboard.model.advisory import Severity
from garboard.model.base import Value
from garboard.model.finding import Finding, Vulnerability
from garboard.model.report import Report
from garboard.reporters.several import Elements
from garboard.reporters.terminal import plain
from garboard.reporters.view import View, headline, shown

_VERSION: Final = "15.2.1"
_TIME: Final = "%Y-%m-%dT%H:%M:%S"
_WORDS: Final = MappingProxyType(
    {Severity.NEGLIGIBLE: "Info", **{one: one.word.capitalize() for one in Severity if one is not Severity.NEGLIGIBLE}}
)
_NEVER: Final = "1970-01-01T00:00:00"
"""The time of a scan without a report, as the form requires one."""
_NAME: Final = 255
_SOLUTION: Final = 7000
_ADDRESS: Final = ("http://", "https://", "ftp://")
_ID: Final = "garboard"


class _Out(Value, omit_defaults=False):
    """A part of the document; every field is always written."""


class GitlabVendor(_Out):
    """Who makes a tool."""

    name: str


class GitlabTool(_Out):
    """An analyzer, and a scanner."""

    id: str
    name: str
    version: str
    vendor: GitlabVendor


class GitlabMessage(_Out):
    """What went wrong."""

    level: str
    value: str


class GitlabScan(_Out):
    """The run."""

    analyzer: GitlabTool
    scanner: GitlabTool
    type: str
    start_time: str
    end_time: str
    status: str
    messages: tuple[GitlabMessage, ...] | msgspec.UnsetType = msgspec.UNSET


class GitlabPackage(_Out):
    """A package's name."""

    name: str


class GitlabDependency(_Out):
    """A package in a version."""

    package: GitlabPackage
    version: str


class GitlabLocation(_Out):
    """Where it is."""

    dependency: GitlabDependency
    operating_system: str
    image: str


class GitlabIdentifier(Value):
    """A name of a vulnerability."""

    type: str
    name: str
    value: str
    url: str | None = None


class GitlabLink(_Out):
    """A reference."""

    url: str


class GitlabVulnerability(Value):
    """A finding."""

    id: str
    name: str
    severity: str
    location: GitlabLocation
    identifiers: list[GitlabIdentifier]
    description: str | None = None
    solution: str | None = None
    links: tuple[GitlabLink, ...] = ()


class GitlabReport(_Out):
    """The document."""

    version: str
    scan: GitlabScan
    vulnerabilities: list[GitlabVulnerability]
    remediations: tuple[str, ...] = ()


class GitlabEnd(_Out):
    """The document's rest, where the findings come first."""

    scan: GitlabScan
    remediations: tuple[str, ...] = ()


def render(report: Report, view: View) -> bytes:
    """The whole document."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, a finding at a time."""
    when = report.created.strftime(_TIME)
    whole = json_text.document(GitlabReport(version=_VERSION, scan=_scan(when, when), vulnerabilities=[]))
    return json_text.in_parts(whole, json_text.Filling("vulnerabilities", _vulnerabilities(report, view), 1))


def several(_count: int, view: View) -> GitlabSeries:
    """One report with the findings of all images, each with its image's name.

    One on which there is no report is told by a message, and the scan has failed.
    """
    return GitlabSeries(view)


class GitlabSeries(Elements):
    """What the scan was stands behind the findings, as it is not known before."""

    def __init__(self, view: View) -> None:
        self._times: list[str] = []
        self._messages: list[GitlabMessage] = []
        head = f'{{\n  "version": "{_VERSION}",\n  "vulnerabilities": ['.encode()
        super().__init__(head, lambda report: self._taken(report, view), self._told, self._closing, 2)

    def _taken(self, report: Report, view: View) -> Iterator[GitlabVulnerability]:
        yield from _vulnerabilities(report, view)
        self._times.append(report.created.strftime(_TIME))

    def _told(self, name: str, message: str, hint: str) -> Iterator[GitlabVulnerability]:
        told = plain(f"{name}: {message}" + (f" ({hint})" if hint else ""))
        self._messages.append(GitlabMessage(level="fatal", value=told))
        return iter(())

    def _closing(self) -> bytes:
        first, last = min(self._times, default=_NEVER), max(self._times, default=_NEVER)
        end = GitlabEnd(scan=_scan(first, last, tuple(self._messages)))
        return b"]," + json_text.document(end).removeprefix(b"{")


def _scan(first: str, last: str, messages: tuple[GitlabMessage, ...] = ()) -> GitlabScan:
    tool = GitlabTool(id=_ID, name=_ID, version=__version__, vendor=GitlabVendor(name=_ID))
    return GitlabScan(
        analyzer=tool,
        scanner=tool,
        type="container_scanning",
        start_time=first,
        end_time=last,
        status="failure" if messages else "success",
        messages=messages or msgspec.UNSET,
    )


def _vulnerabilities(report: Report, view: View) -> Iterator[GitlabVulnerability]:
    return (_vulnerability(one, report) for issue in reversed(shown(report, view)) for one in issue.findings)


def _vulnerability(finding: Finding, report: Report) -> GitlabVulnerability:
    vulnerability, package = finding.vulnerability, finding.package
    name = plain(ecosystems.displayed(package))
    key = f"{vulnerability.id}\0{package.id}\0{report.image.name}"
    distro = report.inventory.distro
    return GitlabVulnerability(
        id=hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(),
        name=plain(headline(vulnerability, _NAME - 2)) or vulnerability.id,
        description="\n".join(map(plain, vulnerability.description.splitlines())) or None,
        severity=_WORDS[vulnerability.severity],
        solution=f"Upgrade {name} from {plain(package.version)} to {plain(finding.fixed_in)}"[:_SOLUTION]
        if finding.fixed_in
        else None,
        location=GitlabLocation(
            dependency=GitlabDependency(package=GitlabPackage(name=name), version=plain(package.version)),
            operating_system=plain(f"{distro.id} {distro.version}".strip()) if distro and distro.id else "unknown",
            image=plain(report.image.name),
        ),
        identifiers=list(_identifiers(vulnerability)),
        links=tuple(GitlabLink(url=one) for one in vulnerability.references if one.startswith(_ADDRESS)),
    )


def _identifiers(vulnerability: Vulnerability) -> Iterator[GitlabIdentifier]:
    for name in dict.fromkeys((vulnerability.id, *vulnerability.aliases, *vulnerability.advisories)):
        kind = name.partition("-")[0].lower()
        url = f"https://www.cve.org/CVERecord?id={name}" if kind == "cve" else None
        yield GitlabIdentifier(type=kind if kind.isalnum() else _ID, name=plain(name), value=plain(name), url=url)
    for name in vulnerability.cwes:
        number = name.partition("-")[2]
        if number.isdecimal():
            url = f"https://cwe.mitre.org/data/definitions/{number}.html"
            yield GitlabIdentifier(type="cwe", name=name, value=number, url=url)
