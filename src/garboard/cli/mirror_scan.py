"""``garboard scan --from-mirror``: a report without a vulnerability database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.mirror_options import folder_from, mirrors_from, refuse_offline, web
from garboard.cli.opening import build_from, cache_from, now, options_from

if TYPE_CHECKING:
    from garboard.model.report import Report


def mirror_report(values: dict[str, Any]) -> Report:
    """What the package mirrors of ``values["image"]`` would fix in it, by the options of ``garboard scan``."""
    from garboard import fixable, scanning  # noqa: PLC0415
    from garboard.attributing import whose  # noqa: PLC0415
    from garboard.mirrors import KINDS  # noqa: PLC0415

    refuse_offline("--from-mirror", offline=values["offline"])
    quiet, folder, mirrors = values["quiet"], folder_from(no_cache=values["no_cache"]), mirrors_from(values)
    build = build_from(values, look_up=values["exclude_base"])
    options, cache, moment = options_from(values), cache_from(values), now()
    taken = scanning.take(values["image"], options, cache, KINDS)
    attributed = whose(
        taken.image, taken.inventory, build, options, lambda other: scanning.take_inventory(other, options, cache)
    )
    if not quiet:
        click.echo("asking the package mirrors that the image names", err=True)
    way = web(options, mirrors, folder)
    report = fixable.report(taken, way.fetch, moment.isoformat(timespec="seconds"), build, attributed)
    way.tidy()
    return report
