"""``garboard scan``: the report on an image."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings, viewing
from garboard.cli.command import command as make
from garboard.cli.each import Told, each_platform, report_each
from garboard.cli.filtering import EXCLUDE_BASE, exit_code
from garboard.cli.params import Given, flag, text, value, values
from garboard.cli.saved import saved
from garboard.cli.session import analyzed, refuse_offline, supply
from garboard.cli.settings import Analysis, Images, PackageMirrors
from garboard.model.base import Value
from garboard.model.errors import UsageError
from garboard.model.report import Coverage

if TYPE_CHECKING:
    from garboard.model.policy import Rule
    from garboard.model.report import Report
    from garboard.policy.apply import Applied
    from garboard.policy.facts import Baseline
    from garboard.reporters.view import View
    from garboard.workflows.judge import Supply

REQUIRE_COVERAGE: Final = flag(
    "--require-coverage/--no-require-coverage",
    help="Whether an image without issues of which a part could not be judged ends with 3 (the default) or 0.",
    default=True,
)
FROM_MIRROR: Final = flag("--from-mirror", help="Without a database: what the image's own package mirrors fix.")


def _rule(given: str) -> Rule:
    from garboard.policy import short_forms

    return short_forms.fail_on(given)


def _unrated(given: str) -> bool:
    if given not in {"pass", "fail"}:
        raise UsageError(f"--unrated takes pass or fail, not {given}")
    return given == "pass"


def _code(given: str) -> int:
    if not given.isdecimal() or int(given) > 255:
        raise UsageError(f"--exit-code takes a number from 0 to 255, not {given}")
    return int(given)


FAIL_ON: Final = values(
    "--fail-on",
    parse=_rule,
    metavar="CONDITION[,CONDITION]",
    help="Fail only on issues with all of these: high, fixable, kev, new, epss=0.5 …",
)
UNRATED: Final = value(
    "--unrated", parse=_unrated, metavar="pass|fail", help="Whether issues that nobody has rated pass a gate (fail)."
)
EXIT_CODE: Final = value("--exit-code", parse=_code, metavar="N", help="End with N in place of 1.")
BASELINE: Final = text("--baseline", metavar="REPORT.json|IMAGE", help="Fail only on what this one does not have.")
GATE: Final = (FAIL_ON, UNRATED, BASELINE, EXIT_CODE)
_PARTLY: Final = "only a part of the image could be judged: exit code 0 does not mean that it is clean"


class Settings(Value):
    """Images, which of their issues are shown, and what judges them.

    Attributes:
        mirrors: the package mirrors that judge them; None if the database does.
        require_coverage: whether only a fully judged image is clean.
        baseline: a saved report or an image, of which the issues pass; empty: none.
        failing: the exit code in place of 1.
    """

    images: Images
    analysis: Analysis
    view: View
    mirrors: PackageMirrors | None
    require_coverage: bool
    baseline: str
    failing: int


def _settings(given: Given) -> Settings:
    output = viewing.output(given)
    by_mirrors = given[FROM_MIRROR]
    view = viewing.viewing(given, output)
    refuse_offline("--from-mirror", offline=by_mirrors and given[o.OFFLINE])
    if given.on_the_line(o.PACKAGE_MIRROR) and not by_mirrors:
        raise UsageError("--package-mirror goes with --from-mirror", "add --from-mirror, or see garboard rebuild")
    images = read_settings.images(given, reporters.SCAN, output)
    analysis = read_settings.analysis(given, look_up=given[EXCLUDE_BASE], written=output)
    code = given[EXIT_CODE]
    return Settings(
        images=images,
        analysis=msgspec.structs.replace(analysis, policy=_gate(given, analysis)),
        view=view,
        mirrors=read_opening.package_mirrors(given) if by_mirrors else None,
        require_coverage=given[REQUIRE_COVERAGE],
        baseline=given[BASELINE] or "",
        failing=1 if code is None else code,
    )


def _gate(given: Given, analysis: Analysis) -> Applied | None:
    """The policy with the rules of the command line."""
    rules = given[FAIL_ON]
    if not rules and not given[BASELINE] and given[UNRATED] is None:
        return analysis.policy
    from garboard.policy.apply import Applied

    found = analysis.policy or Applied()
    return found._replace(rules=rules, unrated_passes=bool(given[UNRATED]))


@make(
    "scan",
    *(o.IMAGES, o.ALL_PLATFORMS, *viewing.VIEW, *GATE, *o.TRIAGE, REQUIRE_COVERAGE, FROM_MIRROR, o.PACKAGE_MIRROR),
    *(*o.report(reporters.SCAN), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Report the known vulnerabilities of each IMAGE, the worst last, and what was not covered.

    IMAGE - alone reads names from standard input, one a line.

    \b
    garboard scan debian:12
    garboard scan image.tar --severity high
    garboard scan app -f Dockerfile --exclude-base
    garboard scan app --base debian:12 --json
    garboard scan app --fail-on high,fixable --fail-on kev
    garboard scan app --baseline released.json --stage-policy production
    garboard scan app --from-mirror
    garboard scan app:1 app:2 sbom:app.cdx.json --json

    Exit code: 0 clean, 1 findings, 2 an error, 3 no findings, but not everything could be judged. With a gate (--fail-on,
    --baseline, rules of a policy): 0 it passes, 1 it fails, 3 it is not known; the filters then only choose what is shown.
    Of several images the worst: 2, then 1, then 3.
    """  # noqa: D301  (\b is click's)
    from garboard.policy.apply import judged

    output = settings.analysis.output
    supplied = None if settings.mirrors else supply(settings.analysis)
    if settings.baseline:
        settings = _with_baseline(settings, supplied)

    def judge(analysis: Callable[[], Analysis]) -> Told:
        report = _report(settings, analysis(), supplied)
        if settings.analysis.policy is not None:
            report = judged(report, settings.analysis.policy)
        code = exit_code(report, settings.view, require_coverage=settings.require_coverage)
        partly = not code and report.coverage is not Coverage.FULL and not output.quiet
        return Told(report, code, _PARTLY if partly else "")

    images = settings.images
    named = [(name, partial(judge, of)) for name, of in each_platform(images, settings.analysis)]
    code = report_each(named, reporters.SCAN, settings.view, output, listed=images.listed or images.every_platform)
    return settings.failing if code == 1 else code


def _with_baseline(settings: Settings, supplied: Supply | None) -> Settings:
    analysis = settings.analysis
    assert analysis.policy is not None
    known = _known(settings.baseline, msgspec.structs.replace(analysis, policy=None), supplied)
    policy = analysis.policy._replace(baseline=known)
    return msgspec.structs.replace(settings, analysis=msgspec.structs.replace(analysis, policy=policy))


def _known(name: str, analysis: Analysis, supplied: Supply | None) -> Baseline:
    """The issues of a saved report, or of an image, which is judged as the others are."""
    from pathlib import Path

    from garboard.policy import baseline

    path = Path(name)
    if (report := saved(path)) is not None:
        return baseline.of_report(report)
    if path.suffix == ".json" and path.is_file():
        return baseline.of_json(path.read_bytes(), name)
    return baseline.of_report(analyzed(msgspec.structs.replace(analysis, image=name), supplied=supplied).report)


def _report(settings: Settings, analysis: Analysis, supplied: Supply | None) -> Report:
    """The report on one image, by the database or by the mirrors alone."""
    if settings.mirrors is not None:
        from garboard.cli.actions import acted
        from garboard.cli.mirror_scan import mirror_scan

        rebuild = mirror_scan(analysis, settings.mirrors)
        return acted(rebuild.report, analysis, settings.view, rebuild)
    found = analyzed(analysis, supplied=supplied)
    from garboard.cli.actions import acted
    from garboard.cli.recommend import recommended

    return acted(recommended(found.report, analysis, supplied=supplied), analysis, settings.view)
