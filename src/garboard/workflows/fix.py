"""Changes the files of a build as its image's actions advise, and writes them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.fixes.plan import BuildFiles, FixChoice, changes
from garboard.model.action import ActionKind
from garboard.model.advisory import Severity
from garboard.model.errors import GarboardError
from garboard.model.fix import Fixes
from garboard.model.gap import Gap
from garboard.model.recommendation import Counts, Group
from garboard.workflows.rework_locks import rework

if TYPE_CHECKING:
    from garboard.model.action import IssueKey
    from garboard.model.finding import Finding
    from garboard.model.fix import FileChange
    from garboard.model.recommendation import Recommendation, Row
    from garboard.model.report import Report
    from garboard.workflows.attribute import Build

_GROUPS: Final = tuple(Group)
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a manifest that is edited."""


class BuildContext:
    """The files of a build: the Dockerfile, and what lies in the folder of its context. Nothing outside is read or written.

    ``shown`` is how the folder is named, if that is not its path.
    """

    def __init__(self, dockerfile: Path, folder: Path, shown: Path | None = None) -> None:
        self._dockerfile = dockerfile
        self._folder = folder
        self._shown = folder if shown is None else shown
        self._root = folder.resolve()
        self._asked: dict[str, None] = {}

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of all files that were asked for, also of those that are not there."""
        return tuple(self.name(one) for one in self._asked)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file by its path in the context; None if there is no such plain file, or it is very large."""
        self._asked[path] = None
        file = self._inside(path)
        with contextlib.suppress(OSError, ValueError):
            if file is not None and file.is_file() and file.stat().st_size <= _LARGEST:
                return file.read_bytes()
        return None

    def name(self, path: str) -> str:
        """The name of a file of the context, seen from where the user is."""
        return str(self._shown / path)

    def write(self, change: FileChange) -> None:
        """Replace one file, whole or not at all; its mode stays.

        Raises:
            GarboardError: it is not what it was when it was read, or it cannot be written.
        """
        file = self._dockerfile if change.file == str(self._dockerfile) else Path(change.file)
        target = file.resolve()
        homes = (self._root, *((file.parent.resolve(),) if file == self._dockerfile else ()))
        if not any(target.is_relative_to(home) for home in homes):
            raise GarboardError(
                f"{change.file} leads out of {self._folder}", "nothing outside of the context is written"
            )
        try:
            if target.read_bytes() != change.before:
                raise GarboardError(f"{change.file} was changed in the meantime", "run the command again")
            _replace(target, change.after)
        except OSError as error:
            raise GarboardError(
                f"{change.file} cannot be written: {error.strerror}", "look at its mode and folder"
            ) from error

    def _inside(self, path: str) -> Path | None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            file = (self._root / path).resolve()
            return file if file.is_relative_to(self._root) else None
        return None


def _replace(target: Path, data: bytes) -> None:
    mode = target.stat().st_mode & 0o7777
    if not mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    aside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        aside.write_bytes(data)
        aside.chmod(mode)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def fix(
    report: Report,
    build: Build,
    context: BuildContext,
    *,
    findings: Sequence[Finding],
    choice: FixChoice,
    tools: bool = False,
) -> Fixes:
    """What the actions of a report change in the files of its build; nothing is written. ``findings`` are those that count.

    With ``tools``, lock files are made again by the programs that write them.
    """
    actions, dockerfile = report.actions, build.dockerfile
    assert actions is not None
    assert dockerfile is not None
    files = BuildFiles(
        dockerfile=dockerfile,
        target=build.target,
        build_args=build.build_args,
        read=context.read,
        name=context.name,
        rework=rework if tools else None,
    )
    made, left = changes(actions.actions, findings, files, choice)
    today = frozenset(one.issue for one in findings)
    severities = _severities(report, findings)
    return Fixes(
        image=report.image.name,
        changes=made,
        total=len(today),
        remaining=len(left),
        before=Counts.of(severities.get(one, Severity.UNKNOWN) for one in today),
        after=Counts.of(severities.get(one, Severity.UNKNOWN) for one in left),
        today=today,
        left=left,
        gaps=report.gaps,
    )


def _severities(report: Report, findings: Sequence[Finding]) -> dict[IssueKey, Severity]:
    """Those of the findings, and of what recommended bases bring."""
    rows = report.recommendation.rows if report.recommendation else ()
    brought = (one for row in rows if row.prediction for one in row.prediction.added)
    known = {(one.key.vulnerability, one.key.type, one.key.source or one.key.package): one.severity for one in brought}
    return known | {one.issue: one.vulnerability.severity for one in findings}


def within(found: Recommendation, furthest: Group, *, pinned: bool) -> Recommendation:
    """What is recommended no further away than a group; ``pinned`` bases are named with the digest that the catalog knows.

    A base of which no digest is known is left out where one is asked for, which is a gap.
    """
    near = [one for one in found.rows if one.group is None or _GROUPS.index(one.group) <= _GROUPS.index(furthest)]
    gaps = found.gaps
    if pinned:
        unknown = [one for one in near if one.group and not one.digest and not one.objections]
        if unknown:
            reason = f"no digest is known of {len(unknown)} that could be recommended, as {unknown[0].reference}"
            gaps += (Gap(stage="fix", subject="base", reason=reason),)
        near = [_with_digest(one) for one in near if one.digest or one.group is None]
    return msgspec.structs.replace(found, rows=tuple(near), gaps=gaps)


def _with_digest(row: Row) -> Row:
    """A recommended base named by its digest too."""
    return msgspec.structs.replace(row, reference=f"{row.reference}@{row.digest}") if row.group else row


def is_pinned(build: Build) -> bool:
    """Whether the base of what is built is named by its digest."""
    return "@" in build.named_base


Plan = Callable[["Report", frozenset["ActionKind"]], Fixes]
"""Makes the changes of these kinds for a report, whose recommendation may be another one."""


def attempts(report: Report, kinds: frozenset[ActionKind], plan: Plan) -> Iterator[Fixes]:
    """Changes to try, one after the other, the best first.

    All that is advised, then the same on the next best base for each one that is recommended, then what changes no base,
    then only the base; nothing comes twice.
    """
    seen: set[tuple[bytes, ...]] = set()
    for variant, some in _variants(report, kinds):
        for fixes in _by_base(variant, some, plan):
            files = tuple(one.after for one in fixes.files)
            if not seen or files not in seen:
                yield fixes
            seen.add(files)


def _by_base(report: Report, kinds: frozenset[ActionKind], plan: Plan) -> Iterator[Fixes]:
    """The changes with the best base, then with each one that is recommended besides."""
    left = report
    while True:
        fixes = plan(left, kinds)
        refused = tuple(one for one in fixes.changes if one.action.kind is ActionKind.BASE and not one.files)
        if refused:  # all else was planned for that base
            fixes = plan(msgspec.structs.replace(left, recommendation=None), kinds)
            fixes = msgspec.structs.replace(fixes, changes=(*refused, *fixes.changes))
        yield fixes
        taken = next((one.action.reference for one in fixes.changes if one.files and one.action.reference), "")
        if not taken or left.recommendation is None:
            return
        left = _without(left, taken)


def _variants(report: Report, kinds: frozenset[ActionKind]) -> Iterator[tuple[Report, frozenset[ActionKind]]]:
    base = frozenset({ActionKind.BASE})
    if kinds & base:
        yield report, kinds
    rest = kinds - base
    if rest:
        yield msgspec.structs.replace(report, recommendation=None), rest
    if kinds & base and rest:
        yield report, base


def _without(report: Report, reference: str) -> Report:
    """A report that does not recommend one base."""
    found = report.recommendation
    assert found is not None
    rows = tuple(one for one in found.rows if one.reference != reference)
    return msgspec.structs.replace(report, recommendation=msgspec.structs.replace(found, rows=rows))


def apply(fixes: Fixes, context: BuildContext) -> None:
    """Write all files.

    Raises:
        GarboardError: one could not be written; those before it were.
    """
    for one in fixes.files:
        context.write(one)
