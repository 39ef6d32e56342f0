"""``garboard fix``: writes what the actions advise into the Dockerfile, and into the manifests that its lines read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click
import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import pull_requests, read_opening, read_settings
from garboard.cli.actions import acted
from garboard.cli.command import command as make
from garboard.cli.filtering import FILTERS, exit_code, filtering
from garboard.cli.output import write
from garboard.cli.params import Given, flag, text, texts, value, values
from garboard.cli.read_settings import STANDARD_INPUT
from garboard.cli.rebuild import rebuilt
from garboard.cli.recommend import OPTIONAL_IMAGE, asks_mirrors, recommended
from garboard.cli.session import analyzed, supply
from garboard.cli.settings import Analysis, PackageMirrors
from garboard.image.platform import host
from garboard.model.base import Value
from garboard.model.errors import CatalogError, UsageError
from garboard.model.pull_request import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from garboard.cli.pull_requests import RequestSettings
    from garboard.model.action import ActionKind, IssueKey
    from garboard.model.fix import Fixes
    from garboard.model.mirror import Rebuild
    from garboard.model.recommendation import Group, Recommendation
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.workflows.attribute import Build
    from garboard.workflows.fix import BuildContext
    from garboard.workflows.make_fixes import FixWish, Judge, Proving
    from garboard.workflows.prove import ProofMeans
    from garboard.workflows.recommend import Subject

ENDS: Final = (".yaml", ".yml", ".json")
"""How the names of files end that name images to run."""
_ASKED_FOR: Final = (Done.OPENED, Done.UPDATED, Done.UNCHANGED, Done.CLOSED)
_ONLY: Final = ("base", "packages")
_UPTO: Final = ("patch", "minor", "major", "alternative")
_LONGEST: Final = 86_400
_MOST: Final = 20


_SECONDS: Final = 1800.0
"""How long a build or a check may take, if nothing else is said."""


def _upto(given: str) -> Group:
    from garboard.model.recommendation import Group

    if given not in _UPTO:
        raise UsageError(f"--upto does not know {given}", f"it knows: {', '.join(_UPTO)}")
    return Group(given)


def _pin(given: str) -> bool:
    if given != "digest":
        raise UsageError(f"--pin takes only digest, not {given}", "as in --pin digest")
    return True


def _engine(given: str) -> str:
    from garboard import builders

    if given not in builders.NAMES:
        raise UsageError(f"--engine does not know {given}", f"it knows: {', '.join(builders.NAMES)}")
    return given


def _seconds(given: str) -> float:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= _LONGEST):
        raise UsageError(f"--time-limit takes seconds, up to {_LONGEST}, not {given}", "as in --time-limit 600")
    return float(given)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= _MOST):
        raise UsageError(f"--try takes a number, up to {_MOST}, not {given}", "as in --try 3")
    return int(given)


def _only(given: str) -> str:
    if given not in _ONLY:
        raise UsageError(f"--only does not know {given}", f"it knows: {', '.join(_ONLY)}")
    return given


APPLY: Final = flag("--apply", help="Write the changes.")
ONLY: Final = values("--only", parse=_only, metavar="base|packages", help="Only changes of this kind.")
UPTO: Final = value(
    "--upto",
    parse=_upto,
    metavar="patch|minor|major|alternative",
    help="No base that is further away than this; minor without IMAGE.",
)
PIN: Final = value(
    "--pin", parse=_pin, metavar="digest", help="Name the base with its digest, as where it has one now."
)
CONTEXT: Final = text("--context", metavar="DIR", help="The build context; without it, the Dockerfile's folder.")


TOOLS: Final = flag(
    "--tools", help="Let npm and go make lock files again, in a copy and without scripts; they ask their registries."
)
PROVE: Final = flag("--prove", help="Build before and after, scan both, and write only what comes out as predicted.")
CHECK: Final = texts(
    "--check", metavar="CMD", help="A shell command that has to end well in the new image (with --prove)."
)
ENGINE: Final = value(
    "--engine", parse=_engine, metavar="docker|podman|buildah", help="What builds; else the first there is."
)
BUILD_OPTION: Final = texts(
    "--build-option", metavar="WORD", help="One more word for the builder, as in --network=host."
)
TIME_LIMIT: Final = value(
    "--time-limit", parse=_seconds, metavar="SECONDS", help="How long a build or a check may take."
)
TRY: Final = value(
    "--try", parse=_number, metavar="N", help="Up to so many changes, the next best after one that is not good."
)


REPO: Final = text(
    "--repo", metavar="DIR", help="All Dockerfiles and files of images that a git repository has, instead of -f."
)


class ProvingSettings(Value):
    """How a proof is made."""

    engine: str
    checks: tuple[str, ...]
    options: tuple[str, ...]
    seconds: float
    tries: int


class Settings(Value):
    """An image, which of its issues count, the folder of its build, and which changes are made of its files.

    ``deployment`` says that ``file`` names images to run, and is no Dockerfile; of a whole repository it is the folder.
    ``proving`` is None if nothing is built, ``mirrors`` if they are not asked, ``requests`` if nobody is asked.
    """

    analysis: Analysis
    file: Path
    deployment: bool
    view: View
    context: Path
    kinds: frozenset[ActionKind]
    furthest: Group
    pinned: bool
    apply: bool
    tools: bool
    proving: ProvingSettings | None
    mirrors: PackageMirrors | None
    requests: RequestSettings | None


def _settings(given: Given) -> Settings:
    from garboard.model.recommendation import Group

    if folder := given[REPO]:
        return _of_repository(given, Path(folder))
    file = given[o.FILE]
    if not file or file == STANDARD_INPUT:
        raise UsageError(
            "fix changes a file, and none is named", "name a Dockerfile, or one that names images: -f FILE"
        )
    if Path(file).exists() and not Path(file).is_file():
        raise UsageError(f"fix changes a file, and {file} is none that can be written", "name a plain file")
    deployment = file.lower().endswith(ENDS)
    proving = _proving(given)
    if not given[OPTIONAL_IMAGE] and proving is not None:
        raise UsageError("--prove compares with an image, and none is named", "name the one that was built")
    if given[OPTIONAL_IMAGE] and deployment:
        raise UsageError(f"{file} names its images itself", "leave out the image")
    asks = asks_mirrors(given)
    analysis = read_settings.analysis(given, look_up=True, built_from=_no_build() if deployment else None)
    context = Path(given[CONTEXT] or Path(file).parent)
    if not context.is_dir():
        raise UsageError(f"--context names a folder, and {context} is none", "name the folder that the build gets")
    return Settings(
        analysis=analysis,
        file=Path(file),
        deployment=deployment,
        view=filtering(given),
        context=context,
        kinds=_kinds(given[ONLY]),
        furthest=given[UPTO] or (Group.ALTERNATIVE if given[OPTIONAL_IMAGE] else Group.MINOR),
        pinned=bool(given[PIN]),
        apply=given[APPLY],
        tools=_tools(given),
        proving=proving,
        mirrors=read_opening.package_mirrors(given) if asks else None,
        requests=_requests(given),
    )


def _of_repository(given: Given, folder: Path) -> Settings:
    """Of all files; what is of one file or image is refused."""
    from garboard.model.recommendation import Group

    if not folder.is_dir():
        raise UsageError(f"--repo names a folder, and {folder} is none", "name the folder of a git repository")
    for one in (OPTIONAL_IMAGE, o.FILE, CONTEXT, TOOLS, PROVE, o.TARGET, o.BUILD_ARG, o.CHECK_MIRRORS):
        if given[one]:
            raise UsageError(
                "--repo is of all files, and no image is built", "leave out IMAGE, and the options of a build"
            )
    if set(given[ONLY]) == {"packages"}:
        raise UsageError("--repo changes bases and images only", "leave out --only packages")
    return Settings(
        analysis=read_settings.analysis(given, look_up=True, built_from=_no_build()),
        file=folder,
        deployment=False,
        view=filtering(given),
        context=folder,
        kinds=_kinds(("base",)),
        furthest=given[UPTO] or Group.MINOR,
        pinned=bool(given[PIN]),
        apply=given[APPLY],
        tools=False,
        proving=None,
        mirrors=None,
        requests=_requests(given),
    )


def _tools(given: Given) -> bool:
    if given[TOOLS] and given[o.OFFLINE]:
        raise UsageError("--tools asks registries of packages, which --offline forbids", "leave out --offline")
    if given[TOOLS] and not given[OPTIONAL_IMAGE]:
        raise UsageError("--tools is of the packages of an image, and none is named", "name the one that was built")
    return bool(given[TOOLS])


def _requests(given: Given) -> RequestSettings | None:
    requests = pull_requests.settings(given)
    if requests is not None and given[APPLY]:
        raise UsageError("--apply writes files here, and --pr asks others to take them", "choose one of them")
    if requests is not None and given[o.OFFLINE]:
        raise UsageError("--pr asks a code host, which --offline forbids", "leave out --offline")
    return requests


def _no_build() -> Build:
    from garboard.workflows.attribute import Build

    return Build()


def _proving(given: Given) -> ProvingSettings | None:
    if not given[PROVE]:
        named = [one for one in (CHECK, ENGINE, BUILD_OPTION, TIME_LIMIT, TRY) if given[one]]
        if named:
            raise UsageError(f"{given.spelled(named[0])} is of a build, and nothing is built", "add --prove")
        return None
    return ProvingSettings(
        engine=given[ENGINE] or "",
        checks=given[CHECK],
        options=given[BUILD_OPTION],
        seconds=given[TIME_LIMIT] or _SECONDS,
        tries=given[TRY] or 1,
    )


def _kinds(only: tuple[str, ...]) -> frozenset[ActionKind]:
    from garboard.model.action import ActionKind

    base = frozenset({ActionKind.BASE})
    chosen = {"base": base, "packages": frozenset(ActionKind) - base}
    return frozenset().union(*(chosen[one] for one in only or _ONLY))


@make(
    "fix",
    *(
        OPTIONAL_IMAGE,
        REPO,
        APPLY,
        ONLY,
        UPTO,
        PIN,
        CONTEXT,
        TOOLS,
        PROVE,
        CHECK,
        TRY,
        ENGINE,
        BUILD_OPTION,
        TIME_LIMIT,
    ),
    *(*FILTERS, o.CHECK_MIRRORS, o.PACKAGE_MIRROR, *pull_requests.OPTIONS),
    *(*o.TRIAGE, *o.report(reporters.FIX), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Change the Dockerfile of IMAGE as its actions advise: each change as a diff, with what it clears.

    Without IMAGE, and in a file that names images to run (Compose, Kubernetes, Helm's values, workflows), images are changed
    by what the catalog knows of them, no further than --upto minor. Nothing is written without --apply. Of manifests, those are changed that the Dockerfile's lines read from the build
    context. What no change of a file can do, or what is not certain, is said.

    --prove builds the files as they are and as changed, which runs what the Dockerfile says. If an issue is there that
    should be gone, or a --check fails, nothing is written.

    --pr makes the changes on a branch of their own, and opens a pull request at the code host of the repository's remote, with
    a token of the environment; run again, it renews the same one. No file here is written.

    \b
    garboard fix app:1 -f Dockerfile
    garboard fix app:1 -f Dockerfile --only base --apply
    garboard fix -f compose.yaml
    garboard fix app:1 -f Dockerfile --prove --check 'python -m app --version' --apply
    garboard fix app:1 -f Dockerfile --pr --label dependencies
    garboard fix --repo . --pr
    garboard fix app:1 -f Dockerfile --format diff | git apply

    Exit code: 0 nothing to do, or the changes were written or asked for; 1 there are issues, and not all of that was done; 2 an error; 3 no
    issues, but not everything could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.workflows import fix as workflow

    context = workflow.BuildContext(settings.file, settings.context)
    made = _made(settings, context)
    fixes = made.fixes
    good = fixes.proof is None or not fixes.proof.failure
    applied = settings.apply and good and bool(fixes.files)
    if applied:
        workflow.apply(fixes, context)
        fixes = msgspec.structs.replace(fixes, applied=True)
    if settings.requests is not None:
        done = pull_requests.asked(made.asking, settings.requests, settings.analysis.opening)
        applied = bool(done) and all(one.done in _ASKED_FOR and not one.dry for one in done)
        fixes = msgspec.structs.replace(fixes, requests=done)
    output = settings.analysis.output
    write(reporters.FIX.load(output.format).render(fixes, color=output.color), output)
    return 0 if applied else made.code


class _Made(NamedTuple):
    """What changes, the exit code if nothing is written, and what there is to ask for."""

    fixes: Fixes
    code: int
    asking: pull_requests.WantedRequests


def _made(settings: Settings, context: BuildContext) -> _Made:
    from garboard.workflows import make_fixes
    from garboard.workflows.pull_requests import settled

    analysis = settings.analysis
    wanted = make_fixes.FixWish(settings.kinds, settings.furthest, settings.pinned, settings.tools)
    if settings.file.is_dir():
        return _made_of_all(settings, context, wanted)
    if analysis.image:
        proving = None if settings.proving is None else _means(settings, settings.proving)
        made = make_fixes.of_image(analysis.image, analysis.build, context, _judge(settings), wanted, proving)
        fixes, code = made.fixes, exit_code(made.report, settings.view)
    else:
        fixes = _of_names(settings, wanted)
        code = _code(fixes)
    stage, certain = analysis.build.target, settled(fixes, settings.kinds)
    return _Made(fixes, code, pull_requests.WantedRequests(settings.file, stage, (("", fixes),), certain))


def _of_names(settings: Settings, wanted: FixWish) -> Fixes:
    from garboard.workflows import make_fixes

    analysis = settings.analysis
    recommending, platform = _recommending(analysis), analysis.opening.options.platform or host()
    if settings.deployment:
        return make_fixes.of_deployment(settings.file, platform, wanted, recommending)
    return make_fixes.of_dockerfile(analysis.build, platform, wanted, recommending)


def _made_of_all(settings: Settings, context: BuildContext, wanted: FixWish) -> _Made:
    from garboard.git.checkout import Checkout
    from garboard.workflows import make_fixes

    analysis, folder = settings.analysis, settings.file
    platform = analysis.opening.options.platform or host()
    paths = Checkout(folder).files(folder)
    made = make_fixes.of_repository(str(folder), paths, context, platform, wanted, _recommending(analysis))
    parts = tuple((f"base-{one.name}", one.fixes) for one in made.groups)
    code = _code(made.whole) or (3 if made.unread else 0)
    return _Made(made.whole, code, pull_requests.WantedRequests(folder, "", parts, made.settled))


def _code(fixes: Fixes) -> int:
    unknown = any(one.stage == "recommend" for one in fixes.gaps)
    return 1 if fixes.total else 3 if unknown else 0


def _judge(settings: Settings) -> Judge:
    from garboard.workflows.make_fixes import Judge

    analysis, view = settings.analysis, settings.view
    asked: list[Rebuild] = []

    def by_mirrors(report: Report) -> Report:
        if settings.mirrors is None:
            return recommended(report, analysis)
        asked.append(rebuilt(analysis, settings.mirrors))
        return recommended(asked[-1].report, analysis, settings.mirrors)

    return Judge(
        scan=lambda image, build: analyzed(msgspec.structs.replace(analysis, image=image, build=build)).report,
        recommended=by_mirrors,
        acted=lambda report: acted(report, analysis, view, asked[-1] if asked else None),
        counts=view.shows,
    )


def _recommending(analysis: Analysis) -> Callable[[Subject], Recommendation]:
    """What recommends by the catalog, where nothing was built."""
    from garboard.workflows import recommend

    catalog, data = analysis.data.catalog, analysis.data
    if catalog is None:
        raise CatalogError("there is no catalog of base images", "make one with garboard catalog sync REPOSITORY")

    def found(subject: Subject) -> Recommendation:
        now = analysis.opening.now
        return recommend.recommend(subject, catalog, data.database, now, recommend.Wish(), supply=supply(analysis))

    return found


def _means(settings: Settings, proving: ProvingSettings) -> Proving:
    from garboard import builders
    from garboard.workflows.make_fixes import Proving
    from garboard.workflows.prove import ProofMeans

    analysis = settings.analysis
    build = analysis.build

    def means(scan: Callable[[str, bytes], frozenset[IssueKey]]) -> ProofMeans:
        return ProofMeans(
            engine=builders.find(proving.engine),
            dockerfile=Path(build.file_name),
            context=settings.context,
            scan=scan,
            target=build.target,
            build_args=tuple(build.build_args.items()),
            options=proving.options,
            checks=proving.checks,
            seconds=proving.seconds,
            progress=lambda text: None if analysis.opening.quiet else click.echo(f"{text} …", err=True),
        )

    return Proving(means, proving.tries)
