"""An explanation for people: each issue in full, what would clear it, what does not apply, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import Severity, Status
from garboard.model.attribution import Introduction, Origin
from garboard.model.explanation import Consideration, Explained, Explanation, Standing
from garboard.model.finding import Finding, Vulnerability
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View

_WIDTH: Final = 100
_COLORS: Final = {Severity.CRITICAL: "35", Severity.HIGH: "31", Severity.MEDIUM: "33"}
_STANDINGS: Final = {
    Standing.FIXED: "not affected: fixed in {fixed}, installed {installed}",
    Standing.OUTSIDE: "not affected: installed {installed}, affected {ranges}",
    Standing.NOT_AFFECTED: "not affected: the source says so of this release",
    Standing.UNDETERMINED: "the source has not determined yet whether it is affected",
    Standing.UNKNOWN: "not known: the versions could not be compared",
    Standing.OTHER_MODULE: "not affected: it speaks of another module stream",
}
_STATUS: Final = {
    Status.FIXED: "a fixed version is published",
    Status.AFFECTED: "affected, no fix is known",
    Status.DEFERRED: "affected, the distribution has put the fix off",
    Status.WILL_NOT_FIX: "affected, the distribution will not fix it",
    Status.END_OF_LIFE: "affected, the package has no security support in this release",
    Status.SUBSCRIBERS: "affected, its fix is only for those who pay for support",
}


def _wrapped(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(
            plain(line.expandtabs()), _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
        ) or [""]


def _label(package: Package) -> str:
    return f"{ecosystems.displayed(package)}@{package.version}"


class _Writer:
    def __init__(self, explanation: Explanation, view: View) -> None:
        self._of = explanation
        self._view = view
        self._labels = {package.id: _label(package) for package in explanation.report.inventory.packages}

    def lines(self) -> Iterator[str]:
        if not self._of.found:
            yield from self._nothing()
            return
        for package, paths in zip(self._of.packages, self._of.paths, strict=True):
            yield from self._package(package, paths)
        if self._of.packages and not self._of.issues:
            yield f"No known vulnerability{_judged(self._of.packages, self._of.report)}."
            yield ""
        for issue in self._of.issues:
            yield from self._issue(issue)
        yield from self._considered()
        yield from self._gaps()

    def _nothing(self) -> Iterator[str]:
        image = plain(self._of.report.image.name)
        yield f"{plain(self._of.query)}: not found in {image}: no installed package has this name, and no record of this"
        yield "name in the data at hand speaks of an installed package."
        if self._of.near:
            yield f"Near: {', '.join(map(plain, self._of.near))}"
        yield from self._gaps()

    def _package(self, package: Package, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
        yield paint(_label(package), "1", color=self._view.color)
        yield f"  Package URL: {plain(package.purl)}"
        if package.source_name:
            source = f"{package.source_name} {package.source_version}".rstrip()
            yield f"  Source package: {plain(source)}"
        if package.licenses:
            yield from _wrapped(f"Licenses: {', '.join(package.licenses)}", "  ")
        if package.owner:
            yield f"  Part of: {plain(self._labels.get(package.owner, package.owner))}"
        if package.vendored_by:
            yield f"  Vendored by: {plain(package.vendored_by)}"
        yield from self._where(package, self._introduction(package), paths)
        yield ""

    def _introduction(self, package: Package) -> Introduction | None:
        return next(
            (f.introduced for f in self._of.report.findings if f.package.id == package.id and f.introduced), None
        )

    def _where(
        self, package: Package, introduced: Introduction | None, paths: Iterable[tuple[str, ...]]
    ) -> Iterator[str]:
        for location in package.locations:
            yield f"  Where: {plain(location.path)} (layer {location.layer})"
        yield from _since(package, introduced, self._of.report)
        ways = list(paths)
        if ways:
            yield "  Through:"
        for way in ways:
            yield "    " + plain(" > ".join(self._labels.get(step, step) for step in way))

    def _issue(self, issue: Explained) -> Iterator[str]:
        vulnerability = issue.findings[0].vulnerability
        source = f" (by {vulnerability.severity_source})" if vulnerability.severity_source else ""
        heading = f"{vulnerability.id}: {vulnerability.severity.word} severity{source}"
        yield paint(heading, "1;" + _COLORS.get(vulnerability.severity, "39"), color=self._view.color)
        yield from _wrapped(vulnerability.title, "  ")
        if vulnerability.description != vulnerability.title:
            yield from _wrapped(vulnerability.description, "  ")
        yield from _facts(vulnerability)
        for finding in issue.findings:
            yield from self._finding(finding)
        yield "  What would clear it:"
        for remedy in issue.remedies:
            yield from _bullet(remedy.text)
            if remedy.command:
                yield f"        {plain(remedy.command)}"
        if vulnerability.references:
            yield "  References:"
            yield from (f"    {plain(url)}" for url in vulnerability.references)
        yield ""

    def _finding(self, finding: Finding) -> Iterator[str]:
        package = finding.package
        yield f"  In {plain(_label(package))}"
        status = _STATUS.get(finding.status, finding.status.value)
        yield from _wrapped(f"Status: {status}" + (f" ({finding.note})" if finding.note else ""), "    ")
        yield f"    Known by: {plain(' and '.join(finding.feeds))}, as {plain(finding.matched_by)}"
        if finding.ranges:
            yield from _wrapped(f"Affected: {', '.join(finding.ranges)}", "    ")
        if finding.fixed_in:
            others = [fix for fix in finding.all_fixed_in if fix != finding.fixed_in]
            also = f" (also named: {', '.join(others)})" if others else ""
            yield paint(plain(f"    Fixed in: {finding.fixed_in}{also}"), "1", color=self._view.color)
        if not self._of.packages:
            yield from ("  " + line for line in self._where(package, finding.introduced, finding.from_paths))

    def _considered(self) -> Iterator[str]:
        if not self._of.considered:
            return
        yield "Known of installed packages, but no finding:"
        for one in self._of.considered:
            yield plain(f"  {one.ids[0]} in {_label(one.package)}: {standing(one)}")
            by = f"    by {one.feed}, as {one.matched_by}; affected: {', '.join(one.ranges) or 'none'}"
            yield plain(by + (f"; {one.reason}" if one.reason else ""))
            if len(one.ids) > 1:
                yield plain(f"    also known as {', '.join(one.ids[1:])}")
        yield ""

    def _gaps(self) -> Iterator[str]:
        if self._of.report.gaps:
            yield "Not covered:"
            yield from (plain(f"  - {gap.subject}: {gap.reason}") for gap in self._of.report.gaps)


def _judged(packages: Iterable[Package], report: Report) -> str:
    """Why packages without findings cannot be called clean."""
    if any(package.owner for package in packages):
        return "; it is judged with the package that owns it"
    if any(not package.ecosystem for package in packages) or not report.judged:
        return ", but there are no data by which it could be judged"
    unjudged = {package.id for package in report.unjudged}
    if any(package.id in unjudged for package in packages):
        return ", but it could not be judged"
    return ""


def standing(one: Consideration) -> str:
    """Why it is not a finding, as a sentence without its full stop."""
    return _STANDINGS[one.standing].format(
        fixed=one.fixed_in, installed=one.installed, ranges=", ".join(one.ranges) or "no version"
    )


def _since(package: Package, introduced: Introduction | None, report: Report) -> Iterator[str]:
    """The layer and its origin."""
    layers = report.image.layers
    if package.layer is not None and package.layer < len(layers):
        yield f"  Since: layer {package.layer} ({layers[package.layer].diff_id})"
    attributed = report.attribution.layers if report.attribution else ()
    origin = next((one for one in attributed if one.index == package.layer), None)
    if introduced is None and origin is not None:
        introduced = Introduction(
            origin=origin.origin, instruction=origin.text, place=origin.place,
            copied_from=origin.copied_from,
        )  # fmt: skip
    if introduced is None:
        return
    place = f" ({introduced.place.file}:{introduced.place.line})" if introduced.place else ""
    words = plain(" ".join(introduced.instruction.split()))
    if introduced.origin is Origin.BASE:
        name = (report.attribution.base.name if report.attribution else "") or report.base_image
        yield plain(f"  Brought by: the base image {name}".rstrip()) + (f", `{words}`" if words else "")
    elif introduced.origin is Origin.DOCKERFILE:
        yield f"  Brought by: the Dockerfile{plain(place)}" + (f", `{words}`" if words else "")
    else:
        yield "  Brought by: not known" + (f"; its layer was made by `{words}`" if words else "")
    if introduced.command:
        yield plain(f"  Asked by: `{' '.join(introduced.command.split())}`") + (
            f", for {plain(introduced.asked_for)}" if introduced.asked_for else ""
        )
    if introduced.copied_from:
        made = (
            f", made there by `{' '.join(introduced.stage_instruction.split())}`"
            if introduced.stage_instruction
            else ""
        )
        yield plain(f"  Copied from: {introduced.copied_from}{made}")


def _facts(vulnerability: Vulnerability) -> Iterator[str]:
    if vulnerability.malicious:
        yield "  Malicious: the package itself is malware"
    if vulnerability.kev_added:
        yield f"  Exploited: known since {vulnerability.kev_added} (CISA KEV)" + (
            ", by ransomware too" if vulnerability.kev_ransomware else ""
        )
    if vulnerability.epss is not None:
        rank = f", more than {vulnerability.epss_percentile:.1%} of all" if vulnerability.epss_percentile else ""
        yield f"  Exploit probability: {vulnerability.epss:.2%} within 30 days (EPSS){rank}"
    for label, names in (
        ("Also known as", vulnerability.aliases),
        ("Advisories", tuple(name for name in vulnerability.advisories if name != vulnerability.id)),
        ("Weaknesses", vulnerability.cwes),
    ):
        if names:
            yield from _wrapped(f"{label}: {', '.join(names)}", "  ")
    if vulnerability.cvss_score is not None:
        yield plain(f"  CVSS: {vulnerability.cvss_score} {vulnerability.cvss_vector}")
    if vulnerability.ratings:
        yield "  Ratings:"
    for rating in vulnerability.ratings:
        yield plain(f"    {rating.source:<12} {' '.join(part for part in (rating.word, rating.vector) if part)}")
    if vulnerability.published:
        changed = f", changed {vulnerability.modified[:10]}" if vulnerability.modified else ""
        yield f"  Published: {vulnerability.published[:10]}{changed}"


def _bullet(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        plain(text), _WIDTH, initial_indent="    - ", subsequent_indent="      ", break_long_words=False
    )


def render(explanation: Explanation, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    lines = list(_Writer(explanation, view).lines())
    while lines and not lines[-1]:
        lines.pop()
    return document(lines, color=view.color)
