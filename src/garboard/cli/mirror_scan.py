"""``garboard scan --from-mirror``: a report without a vulnerability database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.mirror_options import folder_from, mirrors_from, refuse_offline, web
from garboard.cli.options import build_from, cache_from, catalogue_from, now, options_from

if TYPE_CHECKING:
    from garboard.model.mirror import Rebuild


def mirror_scan(values: dict[str, Any]) -> Rebuild:
    """What the package mirrors of ``values["image"]`` would fix in it, by the options of ``garboard scan``, and how."""
    from garboard.repositories import KINDS
    from garboard.workflows import rebuild, scan, scan_by_mirrors
    from garboard.workflows.attribute import whose

    refuse_offline("--from-mirror", offline=values["offline"])
    quiet, folder, mirrors = values["quiet"], folder_from(no_cache=values["no_cache"]), mirrors_from(values)
    build = build_from(values, look_up=values["exclude_base"])
    options, cache, moment = options_from(values), cache_from(values), now()
    catalogue = catalogue_from(values)
    taken = scan.take(values["image"], options, cache, KINDS, attested=True)
    attributed = whose(
        taken.image,
        taken.inventory,
        build,
        options,
        lambda other: scan.take_inventory(other, options, cache),
        catalogue=catalogue,
        attestations=taken.attestations,
        now=moment,
    )
    if not quiet:
        click.echo("asking the package mirrors that the image names", err=True)
    way = web(options, mirrors, folder)
    found = scan_by_mirrors.fixable(taken, way.fetch, moment, build, attributed)
    way.tidy()
    return rebuild.rebuild(found.report, found.offers, rebuild.NewerBase())
