"""``garboard fix``: writes what the actions advise into the Dockerfile, and into the manifests that its lines read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.actions import acted
from garboard.cli.command import command as make
from garboard.cli.filtering import FILTERS, exit_code, filtering
from garboard.cli.output import write
from garboard.cli.params import Given, flag, text, values
from garboard.cli.read_settings import STANDARD_INPUT
from garboard.cli.recommend import recommended
from garboard.cli.session import analyzed
from garboard.cli.settings import Analysis
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.action import ActionKind
    from garboard.reporters.view import View

_ONLY: Final = ("base", "packages")


def _only(given: str) -> str:
    if given not in _ONLY:
        raise UsageError(f"--only does not know {given}", f"it knows: {', '.join(_ONLY)}")
    return given


APPLY: Final = flag("--apply", help="Write the changes.")
ONLY: Final = values("--only", parse=_only, metavar="base|packages", help="Only changes of this kind.")
CONTEXT: Final = text("--context", metavar="DIR", help="The build context; without it, the Dockerfile's folder.")


class Settings(Value):
    """An image, which of its issues count, the folder of its build, and which changes are made of its files."""

    analysis: Analysis
    view: View
    context: Path
    kinds: frozenset[ActionKind]
    apply: bool


def _settings(given: Given) -> Settings:
    file = given[o.FILE]
    if not file or file == STANDARD_INPUT:
        raise UsageError("fix changes a Dockerfile, and none is named", "name it with -f FILE")
    analysis = read_settings.analysis(given, look_up=True)
    context = Path(given[CONTEXT] or Path(file).parent)
    if not context.is_dir():
        raise UsageError(f"--context names a folder, and {context} is none", "name the folder that the build gets")
    return Settings(
        analysis=analysis, view=filtering(given), context=context, kinds=_kinds(given[ONLY]), apply=given[APPLY]
    )


def _kinds(only: tuple[str, ...]) -> frozenset[ActionKind]:
    from garboard.model.action import ActionKind

    base = frozenset({ActionKind.BASE})
    chosen = {"base": base, "packages": frozenset(ActionKind) - base}
    return frozenset().union(*(chosen[one] for one in only or _ONLY))


@make(
    "fix",
    *(o.IMAGE, APPLY, ONLY, CONTEXT, *FILTERS),
    *(*o.TRIAGE, *o.report(reporters.FIX), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Change the Dockerfile of IMAGE as its actions advise: each change as a diff, with what it clears.

    Nothing is written without --apply. Of manifests, those are changed that the Dockerfile's lines read from the build
    context. What no change of a file can do, or what is not certain, is said.

    \b
    garboard fix app:1 -f Dockerfile
    garboard fix app:1 -f Dockerfile --only base --apply
    garboard fix app:1 -f Dockerfile --format diff | git apply

    Exit code: 0 nothing to do, or the changes were written; 1 there are issues, and nothing was written; 2 an error; 3 no
    issues, but not everything could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.workflows import fix as workflow

    analysis = settings.analysis
    report = recommended(analyzed(analysis).report, analysis)
    if settings.kinds and all(kind.value != "base" for kind in settings.kinds):
        report = msgspec.structs.replace(report, recommendation=None)
    report = acted(report, analysis, settings.view)
    build = analysis.build.on(report.image.platform)
    assert build.dockerfile is not None
    context = workflow.BuildContext(Path(build.dockerfile.name), settings.context)
    fixes = workflow.fix(report, build.dockerfile, build, context, settings.kinds)
    applied = settings.apply and bool(fixes.files)
    if applied:
        workflow.apply(fixes, context)
        fixes = msgspec.structs.replace(fixes, applied=True)
    output = analysis.output
    write(reporters.FIX.load(output.format).render(fixes, color=output.color), output)
    return 0 if applied else exit_code(report, settings.view)
