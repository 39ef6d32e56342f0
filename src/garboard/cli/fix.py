"""``garboard fix``: writes what the actions advise into the Dockerfile, and into the manifests that its lines read."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click
import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import pull_requests, termination
from garboard.cli.actions import acted
from garboard.cli.asking import Asker, may_write
from garboard.cli.command import command as make
from garboard.cli.filtering import FILTERS, exit_code
from garboard.cli.fix_settings import OPTIONS, ProvingSettings, Settings
from garboard.cli.fix_settings import settings as _settings
from garboard.cli.output import write
from garboard.cli.rebuild import rebuilt
from garboard.cli.recommend import recommended
from garboard.cli.session import analyzed, supply
from garboard.cli.settings import Analysis
from garboard.image.platform import host
from garboard.model.errors import CatalogError
from garboard.model.pull_request import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from garboard.model.action import IssueKey
    from garboard.model.fix import Fixes
    from garboard.model.mirror import Rebuild
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.workflows.fix import BuildContext
    from garboard.workflows.fixed_parts import FixedPart
    from garboard.workflows.make_fixes import FixWish, Judge, Proving
    from garboard.workflows.prove import ProofMeans
    from garboard.workflows.recommend import Subject

_FAILED: Final = 2
_ASKED_FOR: Final = (Done.OPENED, Done.UPDATED, Done.UNCHANGED, Done.CLOSED, Done.ALREADY)


@make(
    "fix",
    *OPTIONS,
    *(*FILTERS, o.CHECK_MIRRORS, o.PACKAGE_MIRROR, *pull_requests.OPTIONS),
    *(*o.TRIAGE, *o.report(reporters.FIX), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Change the Dockerfile of IMAGE as its actions advise: each change as a diff, with what it clears.

    Nothing is written without --apply. Of manifests, those are changed that the Dockerfile's lines read from the build
    context. What no change of a file can do, or what is not certain, is said.

    Without IMAGE, and in a file that names images to run (Compose, Kubernetes, Helm's values, workflows), images are changed
    by what the catalog knows of them, no further than --upto minor.

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
    garboard fix --repo . --all --pr
    garboard fix app:1 -f Dockerfile --format diff | git apply

    Exit code: 0 nothing to do, or the changes were written or asked for; 1 there are issues, and not all of that was done;
    2 an error, or a pull request failed; 3 no issues, but not everything could be judged.
    """  # noqa: D301  (\b is click's)
    with termination.interrupted(signal.SIGTERM), _placed(settings) as placed:
        return _done(placed)


@contextlib.contextmanager
def _placed(settings: Settings) -> Iterator[Settings]:
    """The same, with the folder of a clone if the files are those of a remote."""
    if settings.remote is None:
        yield settings
        return
    from garboard import hosts
    from garboard.git.clones import cloned

    asked = settings.requests
    login = hosts.login_of(settings.remote, asked.host if asked else "")
    with cloned(settings.remote.address, login, asked.target if asked else "") as folder:
        yield msgspec.structs.replace(settings, file=folder, context=folder)


def _done(settings: Settings) -> int:
    """The exit code, when everything is done."""
    from garboard.workflows import fix as workflow

    context = workflow.BuildContext(settings.file, settings.context, shown=Path() if settings.remote else None)
    made = _made(settings, context)
    fixes = made.fixes
    good = fixes.proof is None or not fixes.proof.failure
    failed = False
    applied = good and bool(fixes.files) and (settings.apply or _is_chosen(settings, fixes))
    if applied:
        workflow.apply(fixes, context)
        fixes = msgspec.structs.replace(fixes, applied=True)
    if settings.requests is not None:
        done = pull_requests.asked(made.asking, settings.requests, settings.analysis.opening)
        applied = bool(done) and all(one.done in _ASKED_FOR and not one.dry for one in done)
        failed = any(one.done is Done.FAILED for one in done)
        fixes = msgspec.structs.replace(fixes, requests=done)
    output = settings.analysis.output
    write(reporters.FIX.load(output.format).render(fixes, color=output.color), output)
    return _FAILED if failed else 0 if applied else made.code


def _is_chosen(settings: Settings, fixes: Fixes) -> bool:
    """Whether the user, who was asked about each change, is asked about the whole and wants that."""
    asked = settings.interactive and settings.requests is None and settings.proving is None
    return asked and may_write(one.file for one in fixes.files)


class _Made(NamedTuple):
    """What changes, the exit code if nothing is written, and what there is to ask for."""

    fixes: Fixes
    code: int
    asking: pull_requests.WantedRequests


def _made(settings: Settings, context: BuildContext) -> _Made:
    from garboard.model.action import ActionKind
    from garboard.workflows import make_fixes
    from garboard.workflows.judged_scope import settled

    analysis = settings.analysis
    wanted = make_fixes.FixWish(
        kinds=settings.kinds,
        furthest=settings.furthest,
        pinned=settings.pinned,
        tools=settings.tools,
        lean=settings.lean,
        dropped=settings.dropped,
        asks=Asker(color=settings.analysis.output.color) if settings.interactive else None,
    )
    if settings.file.is_dir():
        return _made_of_all(settings, context, wanted)
    if analysis.image:
        proving = None if settings.proving is None else _means(settings, settings.proving)
        made = make_fixes.of_image(analysis.image, analysis.build, context, _judge(settings), wanted, proving)
        fixes, code = made.fixes, exit_code(made.report, settings.view)
    else:
        fixes = _of_names(settings, wanted)
        code = _code(fixes)
    judged = settings.kinds if analysis.image else settings.kinds & {ActionKind.BASE}
    asking = pull_requests.WantedRequests(
        place=settings.file,
        stage=analysis.build.target,
        parts=(("", fixes),),
        settled=settled(fixes, judged),
        files=(str(settings.file), *context.asked, *_policy(analysis)),
    )
    return _Made(fixes, code, asking)


def _policy(analysis: Analysis) -> tuple[str, ...]:
    """The file that says what does not count, if one says so."""
    policy = analysis.policy.policy if analysis.policy else None
    return (policy.file,) if policy and policy.file and (policy.ignores or policy.vex or policy.trust) else ()


def _of_names(settings: Settings, wanted: FixWish) -> Fixes:
    from garboard.workflows import make_fixes

    analysis = settings.analysis
    recommending, platform = _recommending(analysis), analysis.opening.options.platform or host()
    if settings.deployment:
        return make_fixes.of_deployment(settings.file, platform, wanted, recommending)
    return make_fixes.of_dockerfile(analysis.build, platform, wanted, recommending)


def _made_of_all(settings: Settings, context: BuildContext, wanted: FixWish) -> _Made:
    from garboard.git.checkout import Checkout
    from garboard.model.action import ActionKind
    from garboard.workflows import fixed_parts

    folder = settings.file
    paths = tuple(Checkout(folder).files(folder))
    parts: list[FixedPart] = []
    if ActionKind.BASE in settings.kinds:
        parts.append(_images(settings, context, wanted, paths))
    if ActionKind.RAISE in settings.kinds:
        parts.append(_manifests(settings, context, wanted, paths))
    found = fixed_parts.fixed_parts(settings.remote.address if settings.remote else str(folder), parts)
    asking = pull_requests.WantedRequests(
        place=folder,
        stage="",
        parts=found.requests,
        settled=found.settled,
        files=(str(folder.absolute()), *(str(Path(one).absolute()) for one in _policy(settings.analysis))),
        goes_by=found.goes_by,
        below=folder if settings.remote else None,
    )
    return _Made(found.whole, _code(found.whole) or (3 if found.unread else 0), asking)


def _images(settings: Settings, context: BuildContext, wanted: FixWish, paths: Sequence[str]) -> FixedPart:
    from garboard.workflows import make_fixes

    analysis = settings.analysis
    platform = analysis.opening.options.platform or host()
    return make_fixes.of_repository("", paths, context, platform, wanted, _recommending(analysis))


def _manifests(settings: Settings, context: BuildContext, wanted: FixWish, paths: Sequence[str]) -> FixedPart:
    from garboard.workflows import make_fixes

    analysis = msgspec.structs.replace(settings.analysis, image=f"dir:{settings.file}")
    report, database = analyzed(analysis).report, analysis.data.database
    return make_fixes.of_tree(report, context, database, wanted, settings.view.shows, frozenset(paths))


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
        acted=lambda report, first: acted(report, analysis, view, asked[-1] if asked else None, first),
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
            healthcheck=proving.healthcheck,
            seconds=proving.seconds,
            progress=lambda text: None if analysis.opening.quiet else click.echo(f"{text} …", err=True),
        )

    return Proving(means, proving.tries)
