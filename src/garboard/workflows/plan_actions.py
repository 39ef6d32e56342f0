"""Everything there is to do about an image, in one list: its report, a better base, what a rebuild would bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from garboard.actions.bases import candidates
from garboard.actions.plan import Known, choose
from garboard.model.action import Actions
from garboard.model.attribution import Place
from garboard.model.dockerfile import Dockerfile
from garboard.model.errors import GarboardError
from garboard.model.finding import Finding
from garboard.model.report import Report

if TYPE_CHECKING:
    from garboard.model.baseimage import Catalog
    from garboard.model.image import Platform
    from garboard.model.mirror import Rebuild
    from garboard.model.recommendation import Row


def act(
    report: Report,
    *,
    dockerfile: Dockerfile | None = None,
    target: str = "",
    build_args: Mapping[str, str] = MappingProxyType({}),
    catalog: Catalog | None = None,
    rebuild: Rebuild | None = None,
    counts: Callable[[Finding], bool] | None = None,
) -> Actions:
    """List the actions for a report; its recommendation, if any, must contain the findings of each row.

    ``catalog`` is the one that the recommendation was made with. ``rebuild`` says what the mirrors have; without it,
    the advisories are trusted. ``counts`` says which findings the reader's filters count; all by default.
    """
    counts = counts or (lambda finding: True)  # noqa: ARG005
    known = Known(
        recommendation=report.recommendation,
        prospects={(one.finding.vulnerability.id, one.finding.package.id): one for one in rebuild.prospects}
        if rebuild
        else None,
        from_line=_from_line(dockerfile, target, build_args) if dockerfile else None,
        held=_held(candidates(report.recommendation, report.findings, counts), catalog),
        counts=counts,
        user=lambda row: _user(row, report.image.platform, catalog),
    )
    return choose(report, known)


def _from_line(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str]) -> Place | None:
    """Of the FROM that names the base of what was built."""
    from garboard.dockerfile.stages import lineage

    try:
        span = lineage(dockerfile, target, build_args)[0].origin.span
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
