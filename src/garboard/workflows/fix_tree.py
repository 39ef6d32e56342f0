"""Raises versions in the manifests of a source tree, as a scan of it found them wanting; lock files by their tools."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from garboard import ecosystems
from garboard.fixes import manifests
from garboard.fixes.edited_files import EditedFiles, Made
from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.attribution import Place
from garboard.model.fix import ActionEdits, AlreadyAsked, CannotEdit, Fixes
from garboard.model.recommendation import Counts
from garboard.model.report import Coverage
from garboard.workflows.fixed_parts import FixedPart, together
from garboard.workflows.pull_requests import scope_of

if TYPE_CHECKING:
    from garboard.fixes.locks import Rework
    from garboard.model.finding import Finding
    from garboard.model.package import Package
    from garboard.model.report import Report
    from garboard.workflows.fix import BuildContext

_KEYS: Final = "packages-"
_RISK: Final = "a newer version may behave otherwise, and what needs it has to allow it"

Later = Callable[["Package", Sequence["Finding"]], "tuple[str, Sequence[Finding]]"]
"""The version to go to for all fixes of a package, and what is known of that version in turn."""


def fix_tree(
    report: Report,
    context: BuildContext,
    later: Later,
    *,
    findings: Sequence[Finding],
    paths: Collection[str],
    rework: Rework | None = None,
) -> FixedPart:
    """What the findings of a tree's scan change in its manifests; nothing is written.

    ``findings`` are those that count, and ``paths`` are of the files that may change.
    """
    tree = _Tree(report, context, later, paths, rework)
    by_file: dict[str, list[Finding]] = {}
    for one in findings:
        if one.package.locations and one.package.locations[0].path in paths:
            by_file.setdefault(one.package.locations[0].path, []).append(one)
    fixes = [_fixes(report, path, found, tuple(tree.raised(path, found))) for path, found in by_file.items()]
    requests = tuple((f"{_KEYS}{scope_of(one.image)}", one) for one in _apart(fixes))
    whole = together(report.image.name, fixes, report.gaps)
    return FixedPart(_KEYS, whole, requests, unread=report.coverage is not Coverage.FULL)


def _apart(fixes: Iterable[Fixes]) -> Iterator[Fixes]:
    """The changes that do not touch the same file, each with all that do."""
    groups: list[tuple[set[str], list[Fixes]]] = []
    for one in fixes:
        touched = {file.file for file in one.files}
        same = [each for each in groups if not touched.isdisjoint(each[0])]
        groups = [each for each in groups if each not in same]
        groups.append(
            ({*touched, *(file for each in same for file in each[0])}, [*(f for each in same for f in each[1]), one])
        )
    for _, parts in groups:
        yield parts[0] if len(parts) == 1 else together(parts[0].image, parts, ())


class _Tree:
    def __init__(
        self, report: Report, context: BuildContext, later: Later, paths: Collection[str], rework: Rework | None
    ) -> None:
        self._packages = {one.id: one for one in report.inventory.packages}
        self._applications = frozenset(one.id for one in report.inventory.packages if one.application)
        self._context = context
        self._later = later
        self._paths = paths
        self._edited = EditedFiles(context.read, context.name, rework, {})
        self._may_rework = rework is not None

    def raised(self, path: str, findings: Sequence[Finding]) -> Iterator[ActionEdits]:
        """What raises each package that a file lists."""
        packages: dict[str, list[Finding]] = {}
        for one in findings:
            packages.setdefault(one.package.id, []).append(one)
        made = [
            self._raise(path, found[0].package, found, fixable)
            for found in packages.values()
            if (fixable := [one for one in found if one.fixed_in])
        ]
        for left in [each for each in made if not each.files]:
            place = next((place for place, change in enumerate(made) if self._brings(path, change, left)), None)
            if place is not None:
                made[place] = msgspec.structs.replace(made[place], action=_with(made[place].action, left.action))
                made.remove(left)
        yield from made

    def _brings(self, path: str, change: ActionEdits, other: ActionEdits) -> bool:
        """Whether a change of a file gives what another one was to, since both packages go by the same text."""
        files = [one for one in change.files if one.file == self._context.name(path)]
        return any(
            self._asks(path, one.after, wanted) and not self._asks(path, one.before, wanted)
            for one in files
            for wanted in other.action.wanted
        )

    def _asks(self, path: str, data: bytes, wanted: WantedVersion) -> bool:
        """Whether a file of these bytes asks for the version, or a later one."""
        try:
            manifests.raising(path, data, wanted, self._edited.exists)
        except AlreadyAsked:
            return True
        except CannotEdit:
            return False
        return False

    def _raise(
        self, path: str, package: Package, findings: Sequence[Finding], fixable: Sequence[Finding]
    ) -> ActionEdits:
        version, left = self._later(package, fixable)
        name = ecosystems.spelled(package)
        line = package.locations[0].line or 0
        place = Place(file=self._context.name(path), line=line) if line else None
        wanted = WantedVersion(type=package.type, name=name, version=version, place=place)
        stays = {one.issue for one in findings if not one.fixed_in} | {one.issue for one in left}
        action = Action(
            kind=ActionKind.RAISE,
            text=f"Raise {name} {version} or later in {self._context.name(path)}",
            place=place,
            wanted=(wanted,),
            risk=_RISK,
            clears=tuple(sorted({one.issue for one in fixable} - stays)),
            adds=tuple(sorted({one.issue for one in left} - {one.issue for one in findings})),
        )
        try:
            files = self._edited.attempt(lambda: self._everywhere(path, findings[0], wanted))
        except CannotEdit as error:
            return ActionEdits(action=action, reason=str(error))
        return ActionEdits(action=action, files=files)

    def _everywhere(self, path: str, finding: Finding, wanted: WantedVersion) -> Made:
        """What raises it in the file that lists it, and in others that ask for the same version of it.

        Raises:
            CannotEdit: no change is certain to, or not of all of them.
        """
        manifest, data = self._manifest(path, finding)
        made = self._edited.raising(manifest, data, wanted)
        for other, text in self._asking(finding.package, {path, manifest}):
            try:
                made += self._edited.raising(other, text, wanted)
            except CannotEdit as error:
                raise CannotEdit(f"{other} asks for {finding.package.version} too: {error}") from error
        return made

    def _asking(self, package: Package, done: set[str]) -> Iterator[tuple[str, bytes]]:
        """Other files that ask for this very version, on the lines that ask for the package."""
        for one in package.asked:
            data = None if one.path in done or one.path not in self._paths else self._context.read(one.path)
            if data is None or not one.line:
                continue
            line = data.split(b"\n")[one.line - 1 : one.line]
            if any(package.version.encode() in each for each in line):
                done.add(one.path)
                yield one.path, data

    def _manifest(self, path: str, finding: Finding) -> tuple[str, bytes]:
        """The file that asks for a package which a file lists: that one itself, or the manifest of its lock.

        Raises:
            CannotEdit: there is none, or another package needs it, and no tool may look for a way.
        """
        room = ecosystems.of(finding.package.type)
        folder, name = posixpath.split(path)
        locks = {other for other, _ in room.tied}
        if name in locks:
            names = [one.manifest for one in room.tools if one.lock == name] or list(room.projects)
            path = next(
                (one for one in (posixpath.join(folder, each) for each in names) if self._edited.exists(one)), path
            )
        needing = self._needing(finding)
        if needing and not self._may_rework:
            raise CannotEdit(f"{needing} needs it: raise that, or let the tool look for a way (--tools)")
        data = self._context.read(path)
        if data is None:
            raise CannotEdit(f"{path} cannot be read")
        return path, data

    def _needing(self, finding: Finding) -> str:
        """What asks for a package in place of the project; empty if that does so itself."""
        paths = [[each for each in one if each not in self._applications] for one in finding.from_paths]
        if not paths or any(len(one) == 1 for one in paths):
            return ""
        return ecosystems.displayed(self._packages[paths[0][0]]) if paths[0][0] in self._packages else "another package"


def _with(action: Action, other: Action) -> Action:
    """A change that also brings what another one was to."""
    wanted = other.wanted[0]
    return msgspec.structs.replace(
        action,
        text=f"{action.text}, and {wanted.name} with it",
        wanted=(*action.wanted, *other.wanted),
        clears=tuple(sorted({*action.clears, *other.clears})),
        adds=tuple(sorted({*action.adds, *other.adds})),
    )


def _fixes(report: Report, path: str, findings: Sequence[Finding], changes: Sequence[ActionEdits]) -> Fixes:
    """The changes by one file, with their figures."""
    left = {one.issue for one in findings}
    today = frozenset(left)
    severities = {one.issue: one.vulnerability.severity for one in findings}
    counted = []
    for one in changes:
        before = len(left)
        if one.files:
            left = (left - set(one.action.clears)) | set(one.action.adds)
        cleared = Counter(severities[key] for key in one.action.clears)
        action = msgspec.structs.replace(
            one.action,
            before=before,
            after=len(left),
            severities=tuple(sorted(cleared.items(), key=lambda each: -each[0].rank)),
        )
        counted.append(msgspec.structs.replace(one, action=action))
    return Fixes(
        image=path,
        changes=tuple(counted),
        total=len(today),
        remaining=len(left),
        before=Counts.of(severities[one] for one in today),
        after=Counts.of(severities[one] for one in left if one in severities),
        gaps=tuple(one for one in report.gaps if one.subject == path and one.unread),
    )
