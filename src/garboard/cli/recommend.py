"""``garboard recommend``: a better base for an image, or for a Dockerfile before it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.analysing import analysed, in_colour
from garboard.cli.opening import (
    build_from,
    build_options,
    catalogue_from,
    catalogue_option,
    image_options,
    now,
    options_from,
    write,
)
from garboard.model.errors import CatalogueError, UsageError

if TYPE_CHECKING:
    from garboard.attributing import Build
    from garboard.database.read import Database
    from garboard.image.options import Options
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.recommending import Subject, Wish
    from garboard.scanning import Supply


@click.command("recommend")
@click.argument("image", required=False)
@build_options
@click.option("--all", "everything", is_flag=True, help="Also what is not recommended, and why not.")
@click.option("--why", metavar="TAG", default="", help="Explain one base: why it is recommended, or why it is not.")
@click.option(
    "--include",
    multiple=True,
    metavar="WORD",
    help="Recommend in spite of: prerelease, latest, short-lived, eol, unsupported, superseded, older, other, incomplete.",
)
@click.option("--approved-only", is_flag=True, help="Only bases on the organisation's list (garboard catalog approve).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the recommendation to a file.")
@catalogue_option
@image_options
def command(**values: Any) -> int:
    """Tell which base image would be better for IMAGE, or for a Dockerfile before anything is built.

    \b
    garboard recommend app:1 -f Dockerfile
    garboard recommend -f Dockerfile
    garboard recommend app:1 --why python:3.13-slim

    Exit code: 0 the base in use is the best known, 1 there is a better one, 2 an error, 3 it could not be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.reporters import recommend_text, recommendation_json  # noqa: PLC0415

    if not values["image"] and not values["file"]:
        raise UsageError("recommend needs an image or a Dockerfile", "name an image, or a Dockerfile with -f FILE")
    everything, why, output, colour = values["everything"], values["why"], values["output"], in_colour(values)
    as_json = values["as_json"]
    found = _found(values)
    if why:
        found = _named(found, why)
    if as_json:
        data = recommendation_json.render(found)
    elif why:
        data = _explained(found, colour=colour)
    else:
        data = recommend_text.render(found, everything=everything, colour=colour)
    write(data, output)
    return {"best": 0, "better": 1}.get(found.verdict.value, 3)


def _found(values: dict[str, Any]) -> Recommendation:
    from garboard import recommending  # noqa: PLC0415
    from garboard.database.read import open_database  # noqa: PLC0415

    wish, given = _wish(values), dict(values)
    catalogue = catalogue_from(dict(given))
    if catalogue is None:
        raise CatalogueError("there is no catalogue of base images", "make one with garboard catalog sync REPOSITORY")
    build = build_from(dict(given))
    if values["image"]:
        result = analysed(values)
        database, moment = result.database, result.report.created
        subject = recommending.subject_of(result.report, build.dockerfile, build.target, build.build_args)
    else:
        database, moment = open_database(values["directory"]), now().isoformat(timespec="seconds")
        subject = _unbuilt(build, options_from(dict(given)))
    try:
        return recommending.recommend(subject, catalogue, database, moment, wish, supply=_supply(database, given))
    finally:
        catalogue.close()


def _unbuilt(build: Build, options: Options) -> Subject:
    """The base that a Dockerfile's built stage starts from in the end."""
    from garboard.dockerfile import base_image  # noqa: PLC0415
    from garboard.image.platform import host  # noqa: PLC0415
    from garboard.recommending import Subject  # noqa: PLC0415

    base = build.base
    if not base and build.dockerfile is not None:
        base = base_image(build.dockerfile, build.target, build.build_args)
    return Subject(base=base, platform=options.platform or host(), dockerfile=build.dockerfile)


def recommended(report: Report, database: Database, values: dict[str, Any]) -> Report:
    """A scan's report with what the catalogue says of its base; as it was without a catalogue.

    ``values`` are the command's, as they were before the scan took its own. Only dates of lifecycles are fetched for it.
    """
    catalogue = catalogue_from(values)
    if catalogue is None or not report.image.layers:
        return report
    import msgspec  # noqa: PLC0415

    from garboard import recommending  # noqa: PLC0415
    from garboard.model.gap import Gap  # noqa: PLC0415
    from garboard.model.recommendation import Recommendation  # noqa: PLC0415

    build = build_from(values)
    gaps = _supply(database, values).lifecycles()
    subject = recommending.subject_of(report, build.dockerfile, build.target, build.build_args)
    wish = recommending.Wish(details=True, best_only=True)
    try:
        found = recommending.recommend(subject, catalogue, database, report.created, wish)
    except CatalogueError as error:  # a scan needs none: what could not be compared is told
        gap = Gap(stage="recommend", subject="catalogue", reason=f"no better base was looked for: {error.message}")
        found = Recommendation(gaps=(gap,))
    finally:
        catalogue.close()
    return msgspec.structs.replace(
        report, recommendation=msgspec.structs.replace(found, gaps=tuple(dict.fromkeys((*gaps, *found.gaps))))
    )


def _supply(database: Database, values: dict[str, Any]) -> Supply:
    """Fetches what is missing, unless that is forbidden."""
    from garboard.cli.supply import FetchingSupply, OfflineSupply  # noqa: PLC0415

    quiet, options = values["quiet"], options_from(dict(values))
    if options.offline:
        return OfflineSupply(database)
    return FetchingSupply(database, now=now(), progress=options.progress, quiet=quiet, ca_file=options.ca_file)


def _named(found: Recommendation, text: str) -> Recommendation:
    """With the one row alone that is called so. Raises `UsageError` where none is."""
    import msgspec  # noqa: PLC0415

    rows = (*found.rows, *((found.base,) if found.base else ()))
    row = next((one for one in rows if one.is_called(text)), None)
    if row is None:
        why = f": {found.gaps[0].reason}" if found.base is None and found.gaps else ""
        raise UsageError(f"{text} is none of the bases that were compared{why}", "see: garboard recommend --all")
    return msgspec.structs.replace(found, rows=(row,))


def _explained(found: Recommendation, *, colour: bool) -> bytes:
    """Why the only row is recommended or not."""
    from garboard.baseimage.ordering import why  # noqa: PLC0415
    from garboard.reporters import recommend_text  # noqa: PLC0415

    (row,) = found.rows
    today = found.yours if row.prediction and found.yours else (found.base.counts if found.base else None)
    return recommend_text.explain(row, why(row, today), colour=colour)


def _wish(values: dict[str, Any]) -> Wish:
    from garboard.baseimage.grouping import WORDS  # noqa: PLC0415
    from garboard.recommending import Wish  # noqa: PLC0415

    strange = [word for word in values["include"] if word not in WORDS]
    if strange:
        raise UsageError(f"--include does not know {strange[0]}", f"it knows: {', '.join(WORDS)}")
    return Wish(
        include=frozenset(values["include"]),
        approved_only=values["approved_only"],
        everything=values["everything"] or bool(values["why"]),
        details=values["as_json"] and not values["why"],
        detail=values["why"],
    )
