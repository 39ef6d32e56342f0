"""``garboard policy explain``: which rule decided about each finding."""

from __future__ import annotations

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.filtering import exit_code
from garboard.cli.output import write
from garboard.cli.session import analyzed
from garboard.cli.settings import Analysis


@make("explain", o.IMAGE, *o.TRIAGE, *o.report(reporters.POLICY), *o.ANALYSIS, settings=read_settings.analysis)
def explain(settings: Analysis) -> int:
    """Show which rule or ignore decided about each finding of IMAGE.

    \b
    garboard policy explain app:1 -f Dockerfile
    garboard policy explain app:1 --policy garboard.toml --stage-policy production

    Exit code: that of the gate: 0 it passes, 1 it fails, 2 an error, 3 it is not known.
    """  # noqa: D301  (\b is click's)
    from garboard.cli.recommend import recommended
    from garboard.policy.apply import Applied, decided, judged
    from garboard.reporters.view import View

    report = recommended(analyzed(settings).report, settings)
    applied = settings.policy or Applied()
    report = judged(report, applied)
    view = View(color=settings.output.color)
    write(reporters.POLICY.load(settings.output.format).render(report, decided(report, applied), view), settings.output)
    return exit_code(report, view)
