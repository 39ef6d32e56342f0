"""Versions that lines pin and that exclude each other: which ones have to be raised together, and which cannot be.

A package states which versions of others it allows. If a line names it with a version, it stays at that one, and what
it does not allow cannot be installed beside it, unless the line is changed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from garboard import ecosystems
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.packages.other_versions import fixing
from garboard.packages.pins import pinned


class Conflicts:
    """The pinned packages of one image, and what they allow."""

    def __init__(self, report: Report) -> None:
        self._packages = report.inventory.packages
        self._lines = tuple(Introduction(origin=Origin.DOCKERFILE, command=layer.text) for layer in report.own_layers)

    def tied(self, lines: Sequence[list[Finding]]) -> list[list[Finding]]:
        """The findings of lines, together where one line pins what does not allow what another one has to ask for."""
        lines_of = {finding.package.id: line for line in lines for finding in line}
        waiting = list(lines)
        found: list[list[Finding]] = []
        while waiting:
            line = waiting.pop(0)
            raised = _names(line)
            pins = (self._forbidding(finding, line, raised) for finding in line)
            other = next((lines_of[pin.id] for pin in pins if pin and lines_of.get(pin.id, line) is not line), None)
            if other is None:
                found.append(line)
                continue
            together = [*other, *line]
            waiting = [one for one in waiting if one is not other]
            found = [one for one in found if one is not other]
            waiting.insert(0, together)
            lines_of.update((finding.package.id, together) for finding in together)
        return found

    def allowed(self, findings: list[Finding]) -> list[Finding]:
        """Those whose fixed version is allowed by everything that a line pins and that is not raised with it."""
        while True:
            raised = _names(findings)
            allowed = [one for one in findings if self._forbidding(one, findings, raised) is None]
            if len(allowed) == len(findings):
                return allowed
            findings = allowed

    def staying(self, findings: Sequence[Finding]) -> Iterator[str]:
        """What raised packages need and lines pin, if it is not raised with them: newer ones may not allow it."""
        raised = _names(findings)
        needs: dict[str, list[Package]] = {}
        for finding in findings:
            for name, _ in finding.package.limits:
                needs.setdefault(name, []).append(finding.package)
        for package in self._packages:
            by = needs.get(package.full_name, ()) if package.full_name not in raised else ()
            if any(_beside(package, one) for one in by) and self._is_pinned(package):
                yield package.full_name

    def _forbidding(self, finding: Finding, findings: Sequence[Finding], raised: set[str]) -> Package | None:
        """A pinned package that requires this one and does not allow the version that has its fixes."""
        package = finding.package
        allows = ecosystems.of(package.type).allows
        pinned_by = self._pinned.get(package.full_name, ())
        if allows is None or not pinned_by:
            return None
        version = fixing([one for one in findings if one.package.id == package.id])
        for other in pinned_by:
            if other.full_name not in raised and _beside(other, package):
                limits = (limit for name, limit in other.limits if name == package.full_name)
                if not all(allows(limit, version) for limit in limits):
                    return other
        return None

    def _is_pinned(self, package: Package) -> bool:
        """Whether a line of yours names it with a version."""
        return any(pinned(package, line) for line in self._lines)

    @cached_property
    def _pinned(self) -> dict[str, list[Package]]:
        """The packages that a line of yours names with a version, by the names that they limit."""
        found: dict[str, list[Package]] = {}
        for package in self._packages:
            if package.limits and self._is_pinned(package):
                for name, _ in package.limits:
                    found.setdefault(name, []).append(package)
        return found


def _names(findings: Sequence[Finding]) -> set[str]:
    return {finding.package.full_name for finding in findings}


def _beside(one: Package, other: Package) -> bool:
    """Whether two packages are of one language and in the same place, as far as that is known."""
    if one.type != other.type:
        return False
    places = [each.locations[0].path if each.locations else "" for each in (one, other)]
    folders = [ecosystems.of(one.type).install_folder(place) for place in places]
    return not all(places) or folders[0] == folders[1]
