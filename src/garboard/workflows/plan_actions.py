"""Everything there is to do about an image, in one list: its report, a better base, what a rebuild would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from garboard.actions.bases import candidates
from garboard.actions.plan import Known, choose
from garboard.actions.removals import MayRemove
from garboard.model.action import Actions, IssueKey
from garboard.model.attribution import Origin, Place
from garboard.model.dockerfile import Dockerfile
from garboard.model.errors import GarboardError
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES
from garboard.model.report import Report

if TYPE_CHECKING:
    from garboard.model.advisory import Lookup
    from garboard.model.baseimage import Catalog
    from garboard.model.image import Platform
    from garboard.model.mirror import Rebuild
    from garboard.model.recommendation import Row
    from garboard.workflows.attribute import Build


def act(
    report: Report,
    *,
    build: Build | None = None,
    catalog: Catalog | None = None,
    rebuild: Rebuild | None = None,
    counts: Callable[[Finding], bool] | None = None,
    database: Lookup | None = None,
    first: MayRemove | None = None,
) -> Actions:
    """List the actions for a report; its recommendation, if any, must contain the findings of each row.

    ``catalog`` is the one that the recommendation was made with. ``rebuild`` says what the mirrors have; without it,
    the advisories are trusted. ``counts`` says which findings the reader's filters count; all by default. ``database`` tells
    what is known of the versions to go to; without it, a version with the fixes of today's findings is taken for good.
    ``first`` are the removals that come before all others.
    """
    counts = counts or (lambda finding: True)  # noqa: ARG005
    report, brought = _to_later_versions(report, database) if database else (report, {})
    known = Known(
        recommendation=report.recommendation,
        prospects={(one.finding.vulnerability.id, one.finding.package.id): one for one in rebuild.prospects}
        if rebuild
        else None,
        from_line=_from_line(build.dockerfile, build) if build and build.dockerfile else None,
        held=_held(candidates(report.recommendation, report.findings, counts), catalog),
        counts=counts,
        user=lambda row: _user(row, report.image.platform, catalog),
        brought=brought,
        first=first or (lambda kind, name: True),  # noqa: ARG005
        stages=_stages(build.dockerfile) if build and build.dockerfile else frozenset(),
    )
    return choose(report, known)


def _to_later_versions(report: Report, database: Lookup) -> tuple[Report, dict[str, frozenset[IssueKey]]]:
    """The report with fixes of your language packages in versions of which nothing is known that a later one fixes.

    What is known of these versions nevertheless comes with it, by the package's id.
    """
    yours: dict[str, list[Finding]] = {}
    for one in report.findings:
        if one.fixed_in and one.who.origin is not Origin.BASE and one.package.type not in SYSTEM_TYPES:
            yours.setdefault(one.package.id, []).append(one)
    if not yours:
        return report, {}
    from garboard.matching.later_versions import later

    versions: dict[str, str] = {}
    brought: dict[str, frozenset[IssueKey]] = {}
    for name, found in yours.items():
        versions[name], left = later(found[0].package, found, report.inventory.distro, database)
        brought[name] = frozenset(one.issue for one in left)
    findings = tuple(
        msgspec.structs.replace(one, fixed_in=versions[one.package.id])
        if one.fixed_in and one.package.id in versions
        else one
        for one in report.findings
    )
    return msgspec.structs.replace(report, findings=findings), brought


def _stages(dockerfile: Dockerfile) -> frozenset[str]:
    return frozenset(one for stage in dockerfile.stages for one in (stage.name.lower(), str(stage.index)) if one)


def _from_line(dockerfile: Dockerfile, build: Build) -> Place | None:
    """Of the FROM that names the base of what was built."""
    from garboard.dockerfile.stages import lineage

    try:
        span = lineage(dockerfile, build.target, build.build_args)[0].origin.span
    except GarboardError:
        return None
    return Place(file=dockerfile.name, line=span.line, column=span.column, end_line=span.last_line)


def _user(row: Row, platform: Platform, catalog: Catalog | None) -> str | None:
    """As whom commands run on a base; None if the catalog does not know."""
    if catalog is None:
        return None
    from garboard.attribution.history import user_of
    from garboard.image import reference as references

    try:
        reference = references.parse(row.reference)
        found = catalog.named(f"{reference.registry}/{reference.repository}", reference.tag, platform)
    except GarboardError:
        return None
    return next((user_of(one.image) for one in found if one.key == row.key), None)


def _held(rows: Sequence[Row], catalog: Catalog | None) -> dict[str, frozenset[str]]:
    """Names of the packages of each base, by its key."""
    if catalog is None or not rows:
        return {}
    inventories = catalog.inventories(row.key for row in rows)
    return {key: frozenset(one.name for one in inventory.packages) for key, inventory in inventories.items()}
