"""``garboard actions``: few changes instead of many findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.command import command as make
from garboard.cli.filtering import FILTERS, exit_code, filtering
from garboard.cli.output import write
from garboard.cli.params import Given
from garboard.cli.recommend import recommended
from garboard.cli.session import analyzed, refuse_offline
from garboard.cli.settings import Analysis, PackageMirrors
from garboard.model.base import Value

if TYPE_CHECKING:
    from garboard.actions.removals import MayRemove
    from garboard.model.mirror import Rebuild
    from garboard.model.report import Report
    from garboard.reporters.view import View


class Settings(Value):
    """An image, which of its issues count, and where to ask for its packages; None if they are not asked for."""

    analysis: Analysis
    view: View
    mirrors: PackageMirrors | None


def _settings(given: Given) -> Settings:
    asks = given[o.CHECK_MIRRORS]
    refuse_offline("--check-mirrors", offline=asks and given[o.OFFLINE])
    return Settings(
        analysis=read_settings.analysis(given, look_up=True),
        view=filtering(given),
        mirrors=read_opening.package_mirrors(given) if asks else None,
    )


@make(
    "actions",
    *(o.IMAGE, *FILTERS, o.CHECK_MIRRORS, o.PACKAGE_MIRROR),
    *(*o.TRIAGE, *o.report(reporters.ACTIONS), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """List what to do about IMAGE: each change with what it clears, what it risks, and what remains.

    \b
    garboard actions app:1 -f Dockerfile
    garboard actions app:1 -f Dockerfile --check-mirrors
    garboard actions image.tar --json

    Exit code: 0 nothing to do, 1 issues, 2 an error, 3 no issues, but not everything could be judged.
    """  # noqa: D301  (\b is click's)
    report, output = _report(settings), settings.analysis.output
    assert report.actions is not None
    render = reporters.ACTIONS.load(output.format).render
    write(render(report.actions, report.gaps, color=output.color), output)
    return exit_code(report, settings.view)


def _report(settings: Settings) -> Report:
    analysis = settings.analysis
    if settings.mirrors is None:
        return acted(recommended(analyzed(analysis).report, analysis), analysis, settings.view)
    from garboard.cli.rebuild import rebuilt

    rebuild = rebuilt(analysis, settings.mirrors)
    return acted(recommended(rebuild.report, analysis, settings.mirrors), analysis, settings.view, rebuild)


def acted(
    report: Report, settings: Analysis, view: View, rebuild: Rebuild | None = None, first: MayRemove | None = None
) -> Report:
    """A report with what to do about the findings that a view shows; of removals, those that come ``first`` before others."""
    import msgspec

    from garboard.workflows.plan_actions import act

    found = act(
        report,
        build=settings.build.on(report.image.platform),
        catalog=settings.data.catalog,
        rebuild=rebuild,
        counts=view.shows,
        database=settings.data.database,
        first=first,
    )
    return msgspec.structs.replace(report, actions=found)
