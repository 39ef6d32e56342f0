"""``garboard what-if``: an image as it would be after a change."""

from __future__ import annotations

from typing import Final

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.compare import FAIL_IF, exit_code
from garboard.cli.output import write
from garboard.cli.params import Given, text, values
from garboard.cli.session import supply
from garboard.cli.settings import Analysis
from garboard.model.base import Value
from garboard.model.errors import UsageError
from garboard.model.what_if import WantedChanges


def _raise(given: str) -> tuple[str, str]:
    name, _, version = given[1:].partition("@")
    name = given[:1] + name
    if not name.strip("@") or given.endswith("@"):
        raise UsageError(f"--raise takes PKG or PKG@VERSION, not {given}", "as in --raise openssl@3.0.11-1")
    return name, version


def _line(given: str) -> int:
    number, _, word = given.partition("=")
    if word != "off" or not (number.isascii() and number.isdigit() and 0 < len(number) < 7):
        raise UsageError(f"--line takes N=off, not {given}", "as in --line 7=off")
    return int(number)


RAISE: Final = values(
    "--raise",
    parse=_raise,
    metavar="PKG[@VERSION]",
    help="This package in a newer version: without one, the nearest that has all its fixes.",
)
REBASE: Final = text("--rebase", metavar="IMAGE", help="On this base: an image, an archive, or a name of the catalog.")
LINE: Final = values(
    "--line", parse=_line, metavar="N=off", help="Without what only this line of the Dockerfile brought (needs --file)."
)


class Settings(Value):
    """An image, the changes, and what ends with 1."""

    analysis: Analysis
    wanted: WantedChanges
    fail_if: str


def _settings(given: Given) -> Settings:
    wanted = WantedChanges(
        drops=tuple(dict.fromkeys(given[o.DROP])),
        raises=tuple(dict.fromkeys(given[RAISE])),
        base=given[REBASE] or "",
        lines=tuple(dict.fromkeys(given[LINE])),
    )
    if wanted == WantedChanges():
        raise UsageError("what-if needs a change", "name one: --drop PKG, --raise PKG, --rebase IMAGE, --line N=off")
    if len({name for name, _ in wanted.raises}) < len(wanted.raises):
        raise UsageError("a package is raised to two versions", "name one version of it")
    both = next((name for name, _ in wanted.raises if name in wanted.drops), "")
    if both:
        raise UsageError(f"{both} is dropped and raised", "name it once")
    if wanted.lines and not given[o.FILE]:
        raise UsageError("--line names a line of the Dockerfile, and there is none", "name it with -f FILE")
    return Settings(analysis=read_settings.analysis(given), wanted=wanted, fail_if=given[FAIL_IF] or "worse")


@make(
    "what-if",
    *(o.IMAGE, o.DROP, RAISE, REBASE, LINE, FAIL_IF, *o.TRIAGE),
    *(*o.report(reporters.COMPARE), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Show IMAGE as it would be after a change, without building it: which issues would be gone, new or still there.

    \b
    garboard what-if app:1 --drop libsqlite3-dev
    garboard what-if app:1 --raise openssl --raise requests@2.32.4
    garboard what-if app:1 -f Dockerfile --rebase python:3.13-slim --line 7=off

    Exit code: 0 it would not be worse (or not what --fail-if names), 1 it would, 2 an error, 3 nothing could be judged, or
    whether packages with issues would be there is not known.
    """  # noqa: D301  (\b is click's)
    import msgspec

    from garboard.cli.failure import all_repeated
    from garboard.comparison import sides
    from garboard.comparison.compare import compare
    from garboard.policy.apply import set_aside
    from garboard.reporters.view import View
    from garboard.workflows import scan, what_if

    analysis, opening = settings.analysis, settings.analysis.opening
    taken = scan.take(analysis.image, opening.options, opening.cache, attested=True)
    means = what_if.Means(
        database=analysis.data.database,
        now=opening.now,
        options=opening.options,
        cache=opening.cache,
        supply=supply(analysis),
        build=analysis.build,
        catalog=analysis.data.catalog,
    )
    found = what_if.what_if(taken, settings.wanted, means)
    reports = (found.before, found.after)
    if analysis.policy is not None:
        policy = analysis.policy
        reports = (set_aside(found.before, policy), set_aside(found.after, policy))
    before, after = sides.of_report(reports[0]), sides.of_report(reports[1], found.undetermined)
    after = msgspec.structs.replace(after, name=f"{before.name} {settings.wanted.text}", size=None)
    compared = msgspec.structs.replace(compare(before, after), gaps=all_repeated(found.gaps))
    output = analysis.output
    write(reporters.COMPARE.load(output.format).render(compared, View(color=output.color)), output)
    return exit_code(compared, settings.fail_if)
