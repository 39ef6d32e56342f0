"""``garboard recommend``: a better base for an image, or for a Dockerfile before it is built."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.command import command as make
from garboard.cli.failure import all_repeated
from garboard.cli.output import write
from garboard.cli.params import Given, Operand, flag, text, values
from garboard.cli.session import analyzed, refuse_offline, supply, web
from garboard.cli.settings import Analysis, PackageMirrors
from garboard.model.base import Value
from garboard.model.errors import CatalogError, GarboardError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garboard.basecatalog.reader import StoredCatalog
    from garboard.model.gap import Gap
    from garboard.model.image import Files, Reader
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.workflows.judge import Supply
    from garboard.workflows.query_mirrors import Newer, Web
    from garboard.workflows.recommend import Subject, Wish


def _word(given: str) -> str:
    from garboard.baseimage.distance import WORDS

    if given not in WORDS:
        raise UsageError(f"--include does not know {given}", f"it knows: {', '.join(WORDS)}")
    return given


OPTIONAL_IMAGE: Final = Operand[str | None]("image", required=False)
WHY: Final = text("--why", metavar="TAG", help="Explain one base: why it is recommended, or why it is not.")
INCLUDE: Final = values(
    "--include",
    parse=_word,
    metavar="WORD",
    help="Recommend in spite of: prerelease, latest, short-lived, eol, unsupported, superseded, older, other, larger, beaten, incomplete.",
)
APPROVED_ONLY: Final = flag("--approved-only", help="Only bases on the organisation's list (garboard catalog approve).")


class Settings(Value):
    """What a base is needed for (``analysis.image`` is empty for a Dockerfile alone), and which.

    Attributes:
        why: the one base to explain; empty for none.
        everything: whether the report also shows what is not recommended.
        mirrors: where to ask for packages; None if they are not asked for.
    """

    analysis: Analysis
    wish: Wish
    why: str
    everything: bool
    mirrors: PackageMirrors | None


def _settings(given: Given) -> Settings:
    if not given[OPTIONAL_IMAGE] and not given[o.FILE]:
        raise UsageError("recommend needs an image or a Dockerfile", "name an image, or a Dockerfile with -f FILE")
    asks = asks_mirrors(given)
    analysis = read_settings.analysis(given)
    return Settings(
        analysis=analysis,
        wish=_wish(given, details=analysis.output.format != "text"),
        why=given[WHY] or "",
        everything=given[o.ALL],
        mirrors=read_opening.package_mirrors(given) if asks else None,
    )


def asks_mirrors(given: Given) -> bool:
    """Check the use of mirrors.

    Raises:
        UsageError: mirrors are named but not asked, or are to be asked and cannot be.
    """
    if not given[o.CHECK_MIRRORS]:
        if given.on_the_line(o.PACKAGE_MIRROR):
            raise UsageError("--package-mirror is for --check-mirrors", "add --check-mirrors")
        return False
    refuse_offline("--check-mirrors", offline=given[o.OFFLINE])
    if not given[OPTIONAL_IMAGE]:
        raise UsageError("--check-mirrors asks the mirrors that an image names, and there is none", "name an image")
    return True


def _wish(given: Given, *, details: bool) -> Wish:
    from garboard.workflows.recommend import Wish

    why = given[WHY] or ""
    return Wish(
        include=frozenset(given[INCLUDE]),
        approved_only=given[APPROVED_ONLY],
        everything=given[o.ALL] or bool(why),
        details=details and not why,
        detail=why,
    )


@make(
    "recommend",
    *(OPTIONAL_IMAGE, o.ALL, WHY, INCLUDE, APPROVED_ONLY, o.CHECK_MIRRORS, o.PACKAGE_MIRROR),
    *(*o.report(reporters.RECOMMEND), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Recommend a better base image for IMAGE, or for a Dockerfile before anything is built.

    \b
    garboard recommend app:1 -f Dockerfile
    garboard recommend -f Dockerfile
    garboard recommend app:1 --why python:3.13-slim
    garboard recommend app:1 -f Dockerfile --check-mirrors

    Exit code: 0 the base in use is the best known, 1 there is a better one, 2 an error, 3 it could not be judged.
    """  # noqa: D301  (\b is click's)
    import msgspec

    output = settings.analysis.output
    found = _found(settings)
    found = msgspec.structs.replace(found, gaps=all_repeated(found.gaps))
    if settings.why:
        found = _named(found, settings.why)
    if settings.why and output.format == "text":
        data = _explained(found, color=output.color)
    else:
        render = reporters.RECOMMEND.load(output.format).render
        data = render(found, everything=settings.everything, color=output.color)
    write(data, output)
    return {"best": 0, "better": 1}.get(found.verdict.value, 3)


def _found(settings: Settings) -> Recommendation:
    from garboard.workflows import recommend

    analysis, build = settings.analysis, settings.analysis.build
    catalog = analysis.data.catalog
    if catalog is None:
        raise CatalogError("there is no catalog of base images", "make one with garboard catalog sync REPOSITORY")
    if not analysis.image:
        return _recommend(settings, catalog, _unbuilt(analysis), analysis.opening.now)
    report, files = analyzed(analysis, () if settings.mirrors is None else _readers())
    subject = recommend.subject_of(report, build.dockerfile, build.target, build.build_args)
    if settings.mirrors is None:
        return _recommend(settings, catalog, subject, report.created)
    mirrors = Mirrors(report, files, analysis, settings.mirrors)
    return mirrors.told(_recommend(settings, catalog, subject, report.created, mirrors))


def _recommend(
    settings: Settings, catalog: StoredCatalog, subject: Subject, moment: dt.datetime, mirrors: Mirrors | None = None
) -> Recommendation:
    from garboard.workflows import recommend

    return recommend.recommend(
        subject,
        catalog,
        settings.analysis.data.database,
        moment,
        settings.wish,
        supply=supply(settings.analysis),
        indexes=mirrors.newer if mirrors else lambda _base: None,
    )


def _readers() -> Sequence[Reader]:
    """What reads the settings of package managers, in addition to the catalogers."""
    from garboard.repositories import KINDS

    return KINDS


class Mirrors:
    """The package mirrors that an image names, for asking what can be installed on other bases.

    ``files`` are None for what has none (an SBOM).
    """

    def __init__(self, report: Report, files: Files | None, settings: Analysis, mirrors: PackageMirrors) -> None:
        from garboard.workflows.query_mirrors import Newer, installed

        self._way: Web = web(settings.opening, mirrors)
        image = installed(report.image, report.inventory, files, report.created)
        self.newer: Newer = Newer(image, self._way.fetch)

    @classmethod
    def of(cls, report: Report, settings: Analysis, mirrors: PackageMirrors) -> Mirrors:
        """The mirrors of an image scanned without reading its settings: its layers are read again, from the cache."""
        from garboard.workflows import scan

        taken = scan.take(settings.image, settings.opening.options, settings.opening.cache, _readers())
        return cls(report, taken.files, settings, mirrors)

    def told(self, found: Recommendation) -> Recommendation:
        """The recommendation made with them, plus what they could not answer."""
        import msgspec

        self._way.tidy()
        return msgspec.structs.replace(found, gaps=tuple(dict.fromkeys((*found.gaps, *self.newer.gaps))))


def _unbuilt(settings: Analysis) -> Subject:
    """The base that the built stage of a Dockerfile finally starts from."""
    from garboard.dockerfile.stages import base_image
    from garboard.image.platform import host
    from garboard.workflows.recommend import Subject

    platform = settings.opening.options.platform or host()
    build = settings.build.on(platform)
    base = build.base
    if not base and build.dockerfile is not None:
        base = base_image(build.dockerfile, build.target, build.build_args)
    return Subject(
        base=base,
        platform=platform,
        dockerfile=build.dockerfile,
        target=build.target,
        build_args=build.build_args,
    )


def recommended(
    report: Report, settings: Analysis, mirrors: PackageMirrors | None = None, supplied: Supply | None = None
) -> Report:
    """Add what the catalog says about its base to a scan's report; without one, only what nobody maintains any more.

    This fetches only dates of lifecycles and, if ``mirrors`` are asked, indexes of packages.
    """
    if not report.image.layers:
        return report
    import msgspec

    from garboard.model.gap import Gap
    from garboard.model.recommendation import Recommendation
    from garboard.workflows import recommend

    build, database = settings.build, settings.data.database
    subject = recommend.subject_of(report, build.dockerfile, build.target, build.build_args)
    catalog = settings.data.catalog
    if catalog is None:
        ended = recommend.ended_lines(subject, database, report.created)
        return msgspec.structs.replace(report, gaps=(*report.gaps, *ended, _no_catalog(report)))
    gaps = (supplied or supply(settings)).lifecycles()
    wish = recommend.Wish(details=True, best_only=True)
    try:
        if mirrors is None:
            found = recommend.recommend(subject, catalog, database, report.created, wish)
        else:
            asking = Mirrors.of(report, settings, mirrors)
            found = asking.told(
                recommend.recommend(subject, catalog, database, report.created, wish, indexes=asking.newer)
            )
    except CatalogError as error:  # a scan needs none: what could not be compared is reported
        gap = Gap(stage="recommend", subject="catalog", reason=f"no better base was looked for: {error.message}")
        found = Recommendation(gaps=(gap,))
    gaps = all_repeated(dict.fromkeys((*gaps, *found.gaps)))
    return msgspec.structs.replace(report, recommendation=msgspec.structs.replace(found, gaps=gaps))


def _no_catalog(report: Report) -> Gap:
    """How to get a catalog: with the base's repository, if that is known."""
    import msgspec

    from garboard.attribution.base_boundary import SCRATCH
    from garboard.image import reference as references
    from garboard.model.gap import Gap

    try:
        named = references.parse(report.base_image)
        repository = msgspec.structs.replace(named, tag="", digest="").familiar
        repository = "REPOSITORY" if repository == SCRATCH else repository
    except GarboardError:
        repository = "REPOSITORY"
    reason = f"there is none of base images, so no better base was looked for; run: garboard catalog sync {repository}"
    return Gap(stage="recommend", subject="catalog", reason=reason)


def _named(found: Recommendation, name: str) -> Recommendation:
    """The recommendation with only the row of that name.

    Raises:
        UsageError: no row has that name.
    """
    import msgspec

    rows = (*found.rows, *((found.base,) if found.base else ()))
    row = next((one for one in rows if one.is_called(name)), None)
    if row is None:
        why = f": {found.gaps[0].reason}" if found.base is None and found.gaps else ""
        raise UsageError(f"{name} is none of the bases that were compared{why}", "see: garboard recommend --all")
    return msgspec.structs.replace(found, rows=(row,))


def _explained(found: Recommendation, *, color: bool) -> bytes:
    """Why the only row is recommended or not."""
    from garboard.baseimage.ranking import why
    from garboard.reporters.recommend import text as recommend_text

    (row,) = found.rows
    today = found.yours if row.prediction and found.yours else (found.base.counts if found.base else None)
    return recommend_text.explain(row, why(row, today), color=color)
