"""The sides of a comparison: of a report, or of one that ``garboard scan --json`` wrote."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from garboard import ecosystems
from garboard.model import filtered
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.comparison import Side, SideIssue
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.policy import Suppressed
from garboard.model.report import Coverage, Report


def of_report(report: Report, undetermined: Iterable[Package] = ()) -> Side:
    """The side that a report stands for; it may or may not have the packages ``undetermined``."""
    packages: dict[tuple[str, str], dict[str, None]] = {}
    for one in report.inventory.packages:
        packages.setdefault((one.type, ecosystems.displayed(one)), {})[one.version] = None
    sizes = [layer.size for layer in report.image.layers]
    return Side(
        name=report.image.name,
        issues=tuple(_issues(report.findings)),
        packages=tuple((kind, name, tuple(versions)) for (kind, name), versions in sorted(packages.items())),
        set_aside=tuple(_set_aside(report.suppressed)),
        base=report.base_image or (report.attribution.base.name if report.attribution else ""),
        layers=len(report.image.layers),
        size=None if None in sizes or not sizes else sum(size for size in sizes if size),
        installed_size=sum(one.installed_size for one in report.inventory.packages) or None,
        user=report.image.user,
        licenses=tuple(sorted({text for one in report.inventory.packages for text in one.licenses})),
        judged=report.judged,
        full=report.coverage is Coverage.FULL,
        unread=tuple(dict.fromkeys(one.subject for one in report.gaps if one.unread)),
        data=tuple((one.shard, one.data_date or one.fetched) for one in report.feeds),
        undetermined=frozenset((one.type, ecosystems.displayed(one)) for one in undetermined),
    )


def _issues(findings: Iterable[Finding], reasons: dict[int, str] | None = None) -> Iterable[SideIssue]:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(finding), []).append(finding)
    for key, found in groups.items():
        place = next((one.who.place for one in found if one.who.place), None)
        yield SideIssue(
            key=key,
            severity=found[0].vulnerability.severity,
            fixed_in=found[0].fixed_in,
            packages=tuple(dict.fromkeys(ecosystems.displayed(one.package) for one in found)),
            line=f"{place.file}:{place.line}" if place else "",
            of_base=all(one.who.origin is Origin.BASE for one in found),
            set_aside=(reasons or {}).get(id(found[0]), ""),
        )


def _set_aside(suppressed: Iterable[Suppressed]) -> Iterable[SideIssue]:
    every = tuple(suppressed)
    return _issues((one.finding for one in every), {id(one.finding): one.by.reason for one in every})


def _key(finding: Finding) -> tuple[str, str, str]:
    package = finding.package
    return (
        finding.vulnerability.id,
        package.type,
        package.source if package.type in SYSTEM_TYPES else ecosystems.spelled(package),
    )


class _Entry(msgspec.Struct, rename="camel"):
    id: str
    severity: str
    package_name: str
    purl: str
    name: str | list[str]
    nearest_fixed_in_version: str = ""
    dockerfile_file: str = ""
    dockerfile_line: int | None = None
    origin: str = ""


class _Aside(msgspec.Struct, rename="camel"):
    id: str
    package_name: str
    purl: str
    reason: str


class _Layers(msgspec.Struct, rename="camel"):
    base_image: str = ""
    layers: list[str] = []


class _Feed(msgspec.Struct):
    shard: str
    fetched: str = ""
    data_date: str = ""


class _Saved(msgspec.Struct, rename="camel"):
    vulnerabilities: list[_Entry]
    image: str
    coverage: str
    judged_count: int
    docker: _Layers
    suppressed: list[_Aside] = []
    feeds: list[_Feed] = []
    gaps: list[Gap] = []
    severity_threshold: str = ""


def of_json(data: bytes, name: str) -> Side:
    """The side of a saved report, which does not list packages.

    Raises:
        UsageError: it is no report on one image, or does not hold all issues.
    """
    try:
        saved = msgspec.json.decode(data, type=_Saved)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(f"{name} is no report on one image: {error}", "write one with garboard scan --json") from error
    several = any(not isinstance(one.name, str) and len(one.name) > 1 for one in saved.vulnerabilities)
    filtered.refuse(name, saved.gaps, saved.severity_threshold, grouped=several)
    groups: dict[tuple[str, str, str], list[_Entry]] = {}
    for one in saved.vulnerabilities:
        groups.setdefault((one.id, _type(one.purl), one.package_name), []).append(one)
    aside = (
        SideIssue(key=(one.id, _type(one.purl), one.package_name), set_aside=one.reason) for one in saved.suppressed
    )
    return Side(
        name=f"{saved.image} ({name})",
        issues=tuple(_saved_issue(key, found) for key, found in groups.items()),
        set_aside=tuple(aside),
        base=saved.docker.base_image,
        layers=len(saved.docker.layers),
        judged=saved.judged_count,
        full=saved.coverage == Coverage.FULL.value,
        data=tuple((one.shard, one.data_date or one.fetched) for one in saved.feeds),
    )


def _saved_issue(key: tuple[str, str, str], found: list[_Entry]) -> SideIssue:
    first = found[0]
    word = first.severity.upper()
    names = [name for one in found for name in ([one.name] if isinstance(one.name, str) else one.name)]
    place = next((one for one in found if one.dockerfile_line is not None), None)
    return SideIssue(
        key=key,
        severity=Severity[word] if word in Severity.__members__ else Severity.UNKNOWN,
        fixed_in=first.nearest_fixed_in_version,
        packages=tuple(dict.fromkeys(names)),
        line=f"{place.dockerfile_file}:{place.dockerfile_line}" if place else "",
        of_base=all(one.origin == Origin.BASE.value for one in found),
    )


def _type(purl: str) -> str:
    return purl.removeprefix("pkg:").partition("/")[0]
