"""``garboard scan --from-mirror``: a report without a vulnerability database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from garboard.cli.session import web

if TYPE_CHECKING:
    from garboard.cli.settings import Analysis, PackageMirrors
    from garboard.model.mirror import Rebuild


def mirror_scan(settings: Analysis, mirrors: PackageMirrors) -> Rebuild:
    """What the package mirrors of the image would fix in it, and how."""
    from garboard.repositories import KINDS
    from garboard.workflows import rebuild, scan, scan_by_mirrors
    from garboard.workflows.attribute import whose

    opening, build = settings.opening, settings.build
    taken = scan.take(settings.image, opening.options, opening.cache, KINDS, attested=True)
    attributed = whose(
        taken.image,
        taken.inventory,
        build,
        opening.options,
        lambda other: scan.take_inventory(other, opening.options, opening.cache),
        catalog=settings.data.catalog,
        attestations=taken.attestations,
        now=opening.now,
    )
    if not opening.quiet:
        click.echo("asking the package mirrors that the image names", err=True)
    way = web(opening, mirrors)
    found = scan_by_mirrors.fixable(taken, way.fetch, opening.now, build, attributed)
    way.tidy()
    return rebuild.rebuild(found.report, found.offers, rebuild.NewerBase())
