"""``garboard compare``: what changed from one image to another."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.params import Given, Operand, text, value
from garboard.cli.saved import saved
from garboard.cli.session import analyzed, supply
from garboard.cli.settings import Analysis
from garboard.model.base import Value
from garboard.model.errors import GarboardError, UsageError

if TYPE_CHECKING:
    from garboard.model.comparison import ImageComparison, Side
    from garboard.workflows.judge import Supply

_WHEN: Final = ("worse", "new", "any", "never")


def _when(given: str) -> str:
    if given not in _WHEN:
        raise UsageError(f"--fail-if takes {', '.join(_WHEN[:-1])} or {_WHEN[-1]}, not {given}")
    return given


IMAGES: Final = Operand[tuple[str, ...]]("images", metavar="[BEFORE] [AFTER]", many=True, required=False)
_ENGINES: Final = frozenset({"", "docker", "podman"})
"""Prefixes of names under which a registry may have the image, too."""
FAIL_IF: Final = value(
    "--fail-if", parse=_when, metavar="worse|new|any|never", help="What ends with 1: worse is the default."
)
FROM_STAGE: Final = text("--from-stage", metavar="NAME", help="The Dockerfile's stage of BEFORE (its image: --stage).")
TO_STAGE: Final = text("--to-stage", metavar="NAME", help="The Dockerfile's stage of AFTER (its image: --stage).")


class Settings(Value):
    """Two images, each with the stage of the Dockerfile that it is (empty: none is named), and what ends with 1."""

    analysis: Analysis
    names: tuple[str, str]
    stages: tuple[str, str]
    fail_if: str


def _settings(given: Given) -> Settings:
    stages = (given[FROM_STAGE] or "", given[TO_STAGE] or "")
    if any(stages) and not given[o.FILE]:
        raise UsageError("--from-stage and --to-stage name stages of a Dockerfile", "name it with -f FILE")
    named = given[IMAGES]
    if not named:
        of_stages = dict(given[o.STAGE])
        named = tuple(of_stages[one] for one in stages if one in of_stages)
    if len(named) == 1:
        named = (_published(named[0]), named[0])
    if len(named) != 2:
        raise UsageError(
            f"two images are compared, and {len(named)} are named",
            "garboard compare BEFORE AFTER, or --from-stage and --to-stage with --stage NAME=IMAGE of both",
        )
    return Settings(
        analysis=read_settings.analysis(given),
        names=(named[0], named[1]),
        stages=stages,
        fail_if=given[FAIL_IF] or "worse",
    )


def _published(name: str) -> str:
    """The image of the same name in its registry.

    Raises:
        UsageError: it is a file, or named by a prefix of other places.
    """
    from garboard.image import reference as references
    from garboard.image.open import scheme_of

    scheme = scheme_of(name)
    plain = name.removeprefix(f"{scheme}:") if scheme else name
    try:
        references.parse(plain)
    except GarboardError:
        plain = ""
    if not plain or scheme not in _ENGINES or (not scheme and Path(plain).exists()):
        raise UsageError(f"{name} is not in a registry under that name", "name both: garboard compare BEFORE AFTER")
    return f"registry:{plain}"


@make(
    "compare",
    *(IMAGES, FAIL_IF, FROM_STAGE, TO_STAGE, *o.TRIAGE),
    *(*o.report(reporters.COMPARE), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Compare two images: which issues are gone, new, changed or still there, and why; and what else differs.

    BEFORE and AFTER are images, archives, SBOMs, or reports that garboard scan wrote (--json, --format report). With one image
    alone, BEFORE is what its registry has under that name.

    \b
    garboard compare app:dev app:test -f Dockerfile --from-stage dev --to-stage test
    garboard compare released.json app:next --fail-if new
    garboard compare python:3.12 python:3.13-slim
    garboard compare registry.example/app:1.4

    Exit code: 0 it is not worse (or not what --fail-if names), 1 it is, 2 an error, 3 nothing of one could be judged, or issues
    are gone with something that could not be read.
    """  # noqa: D301  (\b is click's)
    from garboard.comparison.compare import compare
    from garboard.reporters.view import View

    supplied = supply(settings.analysis)
    before, after = (
        _side(settings.analysis, name, stage, supplied)
        for name, stage in zip(settings.names, settings.stages, strict=True)
    )
    found = compare(before, after)
    output = settings.analysis.output
    write(reporters.COMPARE.load(output.format).render(found, View(color=output.color)), output)
    return exit_code(found, settings.fail_if)


def _side(analysis: Analysis, name: str, stage: str, supplied: Supply) -> Side:
    """One side; it is called as its stage is, where that is named."""
    from garboard.comparison import sides

    path = Path(name)
    if (report := saved(path)) is not None:
        return sides.of_report(report)
    if path.suffix == ".json" and path.is_file() and _is_saved(path):
        return sides.of_json(path.read_bytes(), name)
    build = dataclasses.replace(analysis.build, target=stage or analysis.build.target)
    policy = analysis.policy._replace(target=stage) if analysis.policy and stage else analysis.policy
    found = analyzed(msgspec.structs.replace(analysis, image=name, build=build, policy=policy), supplied=supplied)
    side = sides.of_report(found.report)
    return msgspec.structs.replace(side, name=stage) if stage else side


def _is_saved(path: Path) -> bool:
    """Whether it is a report on vulnerabilities, or a list of them, and no SBOM; the order of its keys does not matter."""
    data = path.read_bytes()
    try:
        found = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return b'"vulnerabilities"' in data[:4096]
    return "vulnerabilities" in found and "bomFormat" not in found


def exit_code(found: ImageComparison, fail_if: str) -> int:
    """The exit code of a comparison, by what ``--fail-if`` names."""
    from garboard.model.comparison import Fate

    differs = any(found.of(fate) for fate in (Fate.NEW, Fate.GONE, Fate.UNKNOWN, Fate.CHANGED)) or bool(found.packages)
    fails = {"worse": found.worse, "new": bool(found.of(Fate.NEW)), "any": differs, "never": False}
    if fails[fail_if]:
        return 1
    judged = found.before.judged and found.after.judged
    return 0 if judged and not found.unsure and not found.of(Fate.UNKNOWN) else 3
