"""Makes the changes of files that ``garboard fix`` prints, writes or asks others to take: of an image, or of names alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard.fixes.plan import ActionKey, FixChoice, key_of
from garboard.image.platform import parse
from garboard.model.action import ActionKind
from garboard.model.errors import UsageError
from garboard.model.fix import CannotEdit
from garboard.model.report import Coverage
from garboard.workflows import fix, fix_repository, fix_tree, fix_unbuilt, recommend

if TYPE_CHECKING:
    from garboard.actions.removals import MayRemove
    from garboard.model.action import IssueKey
    from garboard.model.advisory import Lookup
    from garboard.model.finding import Finding
    from garboard.model.fix import ActionEdits, Fixes, Observed
    from garboard.model.image import Platform
    from garboard.model.package import Package
    from garboard.model.recommendation import Group, Recommendation
    from garboard.model.report import Report
    from garboard.workflows.attribute import Build
    from garboard.workflows.fix import BuildContext
    from garboard.workflows.fixed_parts import FixedPart
    from garboard.workflows.prove import ProofMeans

_COVERAGES: Final = tuple(Coverage)
_NAMED: Final = 3
"""How many packages a failure names."""


Counting = Callable[["Finding"], bool]
"""Whether a finding counts."""


class FixWish(NamedTuple):
    """Which changes are made.

    Attributes:
        kinds: no others.
        furthest: no base that is further away.
        pinned: bases with their digests.
        tools: whether lock files are made again by their tools.
        lean: whether lines lose what they install only because it is recommended.
        dropped: names of packages that lines lose.
        asks: is asked before each change; None if nobody is. What is only the reader's to decide is then offered too.
    """

    kinds: frozenset[ActionKind]
    furthest: Group
    pinned: bool
    tools: bool = False
    lean: bool = False
    dropped: frozenset[str] = frozenset()
    asks: Callable[[ActionEdits], bool] | None = None


class Judge(NamedTuple):
    """How an image is judged.

    Attributes:
        scan: what is found in an image, by its reference, that was built so.
        recommended: the same with what is recommended in the place of its base.
        acted: the same with what to do, and these removals first.
        counts: whether a finding does.
    """

    scan: Callable[[str, Build], Report]
    recommended: Callable[[Report], Report]
    acted: Callable[[Report, MayRemove], Report]
    counts: Counting


class Proving(NamedTuple):
    """How changes are proved: given the judge of the built images, the means; and how many are tried."""

    means: Callable[[Callable[[str, bytes], frozenset[IssueKey]]], ProofMeans]
    tries: int = 1


class FixedImage(NamedTuple):
    """What changes for an image, and the report that says so."""

    fixes: Fixes
    report: Report


def of_image(
    image: str, build: Build, context: BuildContext, judge: Judge, wanted: FixWish, proving: Proving | None = None
) -> FixedImage:
    """What the actions about an image change in the files of its build; nothing is written.

    With ``proving``, the first changes that stand the proof, or the last ones that were tried.

    Raises:
        GarboardError: the image cannot be judged, or its files do not build as they are.
    """
    report = _narrowed(judge.recommended(judge.scan(image, build)), build, wanted)

    findings = [one for one in report.findings if judge.counts(one)]
    answers: dict[ActionKey, bool] = {}

    def planned(variant: Report, kinds: frozenset[ActionKind]) -> Fixes:
        of = build.on(report.image.platform)
        while True:
            choice = _chosen(wanted, kinds, answers)
            acted = judge.acted(variant, choice.removes)
            fixes = fix.fix(acted, of, context, findings=findings, choice=choice, tools=wanted.tools)
            one = next((one for one in fixes.changes if one.files and key_of(one.action) not in answers), None)
            refused = any(one.action.kind is ActionKind.BASE and not one.files for one in fixes.changes)
            if one is None or wanted.asks is None or refused:  # all else was planned for that base
                return fixes
            answers[key_of(one.action)] = wanted.asks(one)

    attempts = fix.attempts(report, wanted.kinds, planned)
    if proving is None:
        return FixedImage(next(attempts), report)
    means = proving.means(_judging(judge, build))
    return FixedImage(_proved(build, means, islice(attempts, proving.tries)), report)


def _chosen(wanted: FixWish, kinds: frozenset[ActionKind], answers: Mapping[ActionKey, bool]) -> FixChoice:
    offered = wanted.asks is not None
    return FixChoice(
        kinds=kinds,
        lean=wanted.lean or offered,
        dropped=None if offered else wanted.dropped,
        refused=[key for key, yes in answers.items() if not yes],
    )


def _narrowed(report: Report, build: Build, wanted: FixWish) -> Report:
    """A report that recommends no base that is not wanted."""
    if report.recommendation is None:
        return report
    pinned = wanted.pinned or fix.is_pinned(build)
    narrowed = fix.within(report.recommendation, wanted.furthest, pinned=pinned)
    gaps = dict.fromkeys((*report.gaps, *(one for one in narrowed.gaps if one.stage == "fix")))
    return msgspec.structs.replace(report, recommendation=narrowed, gaps=tuple(gaps))


def _proved(build: Build, means: ProofMeans, attempts: Iterator[Fixes]) -> Fixes:
    """The first of the attempts that stands the proof, or the last that was tried."""
    from garboard.workflows import prove

    assert build.dockerfile is not None
    rejected: list[str] = []
    earlier: Observed | None = None
    last: Fixes | None = None
    for fixes in attempts:
        if not fixes.files:
            return last or _rebuilt(build, means, fixes)
        means = means._replace(pull=fixes.pulls)
        earlier = earlier or prove.before(means, build.dockerfile.data, fixes.rebuilt)
        proof = prove.prove(fixes, means, earlier)
        last = msgspec.structs.replace(fixes, proof=proof, rejected=tuple(rejected))
        if not proof.failure:
            break
        rejected.append(f"{fixes.text}: {proof.failure}")
    assert last is not None
    return last


def _rebuilt(build: Build, means: ProofMeans, fixes: Fixes) -> Fixes:
    """Where no file changes, and a new build alone is said to clear issues, that is proved."""
    from garboard.workflows import prove

    assert build.dockerfile is not None
    if fixes.rebuilt == fixes.today:
        return fixes
    means = means._replace(pull=fixes.pulls)
    found = prove.before(means, build.dockerfile.data, fixes.rebuilt)
    return msgspec.structs.replace(fixes, proof=prove.compared(means, found))


def _judging(judge: Judge, build: Build) -> Callable[[str, bytes], frozenset[IssueKey]]:
    """What tells the issues of built images, as far as they count, each with the Dockerfile that it was built from.

    An image of which nothing can be judged, or less than of the first one, proves nothing: that is a `BuildError`.
    """
    import dataclasses

    from garboard.builders.running import BuildError
    from garboard.dockerfile.parser import parse

    first: list[Report] = []

    def issues(reference: str, data: bytes) -> frozenset[IssueKey]:
        dockerfile = parse(data, build.file_name)
        report = judge.scan(reference, dataclasses.replace(build, dockerfile=dockerfile, base="", stages=()))
        first.append(report)
        if report.coverage is Coverage.NONE or _COVERAGES.index(report.coverage) < _COVERAGES.index(first[0].coverage):
            names = sorted({one.full_name for one in report.unjudged} - {one.full_name for one in first[0].unjudged})
            lacking = f", as {', '.join(names[:_NAMED])}" if names else ""
            raise BuildError(f"less of the built image could be judged than before{lacking}", "see: garboard db update")
        return frozenset(one.issue for one in report.findings if judge.counts(one))

    return issues


def of_dockerfile(
    build: Build, platform: Platform, wanted: FixWish, recommending: Callable[[recommend.Subject], Recommendation]
) -> Fixes:
    """Another base for what a Dockerfile builds, by what is recommended in its place; nothing is written."""
    return fix_unbuilt.fix_dockerfile(build.on(platform), _by_reference(platform, wanted, recommending), wanted.asks)


def of_deployment(
    file: Path, platform: Platform, wanted: FixWish, recommending: Callable[[recommend.Subject], Recommendation]
) -> Fixes:
    """Other images in a file that names images to run; nothing is written.

    Raises:
        UsageError: the file cannot be read, or is of no kind that can be changed.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "name a file that is there") from error
    try:
        return fix_unbuilt.fix_deployment(str(file), data, _by_reference(platform, wanted, recommending), wanted.asks)
    except CannotEdit as error:
        raise UsageError(f"{file} cannot be changed: {error}", "images are changed in YAML and JSON") from error


def of_repository(
    name: str,
    paths: Iterable[str],
    context: BuildContext,
    platform: Platform,
    wanted: FixWish,
    recommending: Callable[[recommend.Subject], Recommendation],
) -> FixedPart:
    """Other images in all files that name some, by their paths in the context; nothing is written."""

    def files() -> Iterator[fix_repository.NamedFile]:
        for path in paths:
            data = context.read(path) if fix_repository.names_images(path) else None
            if data is not None:
                yield fix_repository.NamedFile(context.name(path), data)

    return fix_repository.fix_repository(name, files(), platform, _by_reference(platform, wanted, recommending))


def of_tree(
    report: Report, context: BuildContext, database: Lookup, wanted: FixWish, counts: Counting, paths: Collection[str]
) -> FixedPart:
    """Other versions in the manifests of a source tree, by the report on it; nothing is written."""
    from garboard.matching.later_versions import later
    from garboard.workflows.rework_locks import rework

    def to_go_to(package: Package, fixable: Sequence[Finding]) -> tuple[str, Sequence[Finding]]:
        found = later(package, fixable, report.inventory.distro, database)
        return found.version, found.findings

    findings = [one for one in report.findings if counts(one)]
    tools = rework if wanted.tools else None
    return fix_tree.fix_tree(report, context, to_go_to, findings=findings, paths=paths, rework=tools)


def _by_reference(
    platform: Platform, wanted: FixWish, recommending: Callable[[recommend.Subject], Recommendation]
) -> fix_unbuilt.Recommend:
    def found(reference: str, asked: str) -> Recommendation:
        subject = recommend.Subject(base=reference, platform=parse(asked) if asked else platform)
        return fix.within(recommending(subject), wanted.furthest, pinned=wanted.pinned or "@" in reference)

    return found
