"""``garboard recommend``: a better base for an image, or for a Dockerfile before it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.mirror_options import folder_from, mirror_option, mirrors_from, refuse_offline, web
from garboard.cli.options import (
    build_from,
    build_options,
    cache_from,
    catalogue_from,
    catalogue_option,
    image_options,
    now,
    options_from,
    write,
)
from garboard.cli.session import analysed, in_colour
from garboard.model.errors import CatalogueError, UsageError

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.image.options import Options
    from garboard.model.image import Files
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.workflows.attribute import Build
    from garboard.workflows.judge import Supply
    from garboard.workflows.query_mirrors import Newer, Web
    from garboard.workflows.recommend import Subject, Wish


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
@click.option("--check-mirrors", is_flag=True, help="Ask the image's package mirrors what your lines would install.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the recommendation to a file.")
@mirror_option
@catalogue_option
@image_options
def command(**values: Any) -> int:
    """Tell which base image would be better for IMAGE, or for a Dockerfile before anything is built.

    \b
    garboard recommend app:1 -f Dockerfile
    garboard recommend -f Dockerfile
    garboard recommend app:1 --why python:3.13-slim
    garboard recommend app:1 -f Dockerfile --check-mirrors

    Exit code: 0 the base in use is the best known, 1 there is a better one, 2 an error, 3 it could not be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.reporters.recommend import json as recommendation_json
    from garboard.reporters.recommend import text as recommend_text

    if not values["image"] and not values["file"]:
        raise UsageError("recommend needs an image or a Dockerfile", "name an image, or a Dockerfile with -f FILE")
    _refuse_mirrors(values)
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
    from garboard.database.read import open_database
    from garboard.workflows import recommend

    mirrors, asks = mirrors_from(values), values.pop("check_mirrors")
    wish, given = _wish(values), dict(values)
    catalogue = catalogue_from(dict(given))
    if catalogue is None:
        raise CatalogueError("there is no catalogue of base images", "make one with garboard catalog sync REPOSITORY")
    build = build_from(dict(given))
    asking = None
    if values["image"]:
        result = analysed(values, readers=_readers() if asks else ())
        database, moment = result.database, result.report.created
        subject = recommend.subject_of(result.report, build.dockerfile, build.target, build.build_args)
        asking = Mirrors(result.report, result.files, given, mirrors) if asks else None
    else:
        database, moment = open_database(values["directory"]), now()
        subject = _unbuilt(build, options_from(dict(given)))
    supply = _supply(database, given)
    try:
        if asking is None:
            return recommend.recommend(subject, catalogue, database, moment, wish, supply=supply)
        return asking.told(
            recommend.recommend(subject, catalogue, database, moment, wish, supply=supply, indexes=asking.newer)
        )
    finally:
        catalogue.close()


def _refuse_mirrors(values: dict[str, Any]) -> None:
    """Raises `UsageError` where mirrors are named that nobody asks, or are to be asked and cannot be."""
    if not values["check_mirrors"]:
        if values["package_mirror"]:
            raise UsageError("--package-mirror is for --check-mirrors", "add --check-mirrors")
        return
    refuse_offline("--check-mirrors", offline=values["offline"])
    if not values["image"]:
        raise UsageError("--check-mirrors asks the mirrors that an image names, and there is none", "name an image")


def _readers() -> Any:
    """What reads the settings of package managers, beside the catalogers."""
    from garboard.repositories import KINDS

    return KINDS


class Mirrors:
    """The package mirrors that an image names, to be asked what can be installed upon other bases.

    ``values`` are the command's, without ``package_mirror``; ``files`` are None for what has none (an SBOM).
    """

    def __init__(
        self, report: Report, files: Files | None, values: dict[str, Any], mirrors: tuple[tuple[str, str], ...]
    ) -> None:
        from garboard.workflows.query_mirrors import Newer, installed

        options = options_from(dict(values))
        self._way: Web = web(options, mirrors, folder_from(no_cache=values["no_cache"]))
        image = installed(report.image, report.inventory, files, report.created)
        self.newer: Newer = Newer(image, self._way.fetch)

    @classmethod
    def of(cls, report: Report, values: dict[str, Any], mirrors: tuple[tuple[str, str], ...]) -> Mirrors:
        """Of an image whose settings were not read when it was scanned: its layers are looked at again, from the cache."""
        from garboard.workflows import scan

        again = dict(values)
        taken = scan.take(values["image"], options_from(again), cache_from(again), _readers())
        return cls(report, taken.files, values, mirrors)

    def told(self, found: Recommendation) -> Recommendation:
        """The recommendation that was made of them, with what they could not tell."""
        import msgspec

        self._way.tidy()
        return msgspec.structs.replace(found, gaps=tuple(dict.fromkeys((*found.gaps, *self.newer.gaps))))


def _unbuilt(build: Build, options: Options) -> Subject:
    """The base that a Dockerfile's built stage starts from in the end."""
    from garboard.dockerfile.stages import base_image
    from garboard.image.platform import host
    from garboard.workflows.recommend import Subject

    base = build.base
    if not base and build.dockerfile is not None:
        base = base_image(build.dockerfile, build.target, build.build_args)
    return Subject(base=base, platform=options.platform or host(), dockerfile=build.dockerfile)


def recommended(
    report: Report,
    database: Database,
    values: dict[str, Any],
    mirrors: tuple[tuple[str, str], ...] | None = None,
) -> Report:
    """A scan's report with what the catalogue says of its base; as it was without a catalogue.

    ``values`` are the command's, as they were before the scan took its own. Only dates of lifecycles are fetched for it,
    and (with ``mirrors``, what stands in the place of which; None: they are not asked) indexes of packages.
    """
    catalogue = catalogue_from(values)
    if catalogue is None or not report.image.layers:
        return report
    import msgspec

    from garboard.model.gap import Gap
    from garboard.model.recommendation import Recommendation
    from garboard.workflows import recommend

    build = build_from(values)
    gaps = _supply(database, values).lifecycles()
    subject = recommend.subject_of(report, build.dockerfile, build.target, build.build_args)
    wish = recommend.Wish(details=True, best_only=True)
    try:
        if mirrors is None:
            found = recommend.recommend(subject, catalogue, database, report.created, wish)
        else:
            asking = Mirrors.of(report, values, mirrors)
            found = asking.told(
                recommend.recommend(subject, catalogue, database, report.created, wish, indexes=asking.newer)
            )
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
    from garboard.workflows.data_supply import FetchingSupply, OfflineSupply

    quiet, options = values["quiet"], options_from(dict(values))
    if options.offline:
        return OfflineSupply(database)
    return FetchingSupply(database, now=now(), progress=options.progress, quiet=quiet, ca_file=options.ca_file)


def _named(found: Recommendation, text: str) -> Recommendation:
    """With the one row alone that is called so. Raises `UsageError` where none is."""
    import msgspec

    rows = (*found.rows, *((found.base,) if found.base else ()))
    row = next((one for one in rows if one.is_called(text)), None)
    if row is None:
        why = f": {found.gaps[0].reason}" if found.base is None and found.gaps else ""
        raise UsageError(f"{text} is none of the bases that were compared{why}", "see: garboard recommend --all")
    return msgspec.structs.replace(found, rows=(row,))


def _explained(found: Recommendation, *, colour: bool) -> bytes:
    """Why the only row is recommended or not."""
    from garboard.baseimage.ranking import why
    from garboard.reporters.recommend import text as recommend_text

    (row,) = found.rows
    today = found.yours if row.prediction and found.yours else (found.base.counts if found.base else None)
    return recommend_text.explain(row, why(row, today), colour=colour)


def _wish(values: dict[str, Any]) -> Wish:
    from garboard.baseimage.distance import WORDS
    from garboard.workflows.recommend import Wish

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
