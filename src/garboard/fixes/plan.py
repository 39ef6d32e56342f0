"""Turns actions into changes of files.

Each change is made to the files as they are, and checked alone: the file as it would then be is read again, and says
exactly what it said before, except for what was wanted. All changes together are put into each file at once, so that none
moves the place of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.fixes import from_line, locks, manifests, new_lines, removed_words, run_lines
from garboard.fixes.asked import PlacedRequest, asked
from garboard.fixes.build_lines import build_lines, text_at
from garboard.fixes.context_files import context_file
from garboard.fixes.edited_files import EditedFiles, Made
from garboard.model.action import REMOVING, Action, ActionKind, IssueKey, WantedVersion
from garboard.model.dockerfile import Dockerfile, UnknownRequest
from garboard.model.finding import Finding
from garboard.model.fix import REFUSED, ActionEdits, CannotEdit, Splice

_NO_FILE: Final = MappingProxyType(
    {
        ActionKind.REBUILD: "every change needs a new build; use `docker build --no-cache`",
        ActionKind.PULL: "every change needs a new build; use `docker build --pull --no-cache`",
    }
)
"""Why actions of these kinds change no file."""
_ONLY_YOU: Final = "whether you can do without it, only you know"
_FILES: Final = "the packages come from files that the Dockerfile only copies or installs"

_BUILDING: Final = frozenset((ActionKind.REBUILD, ActionKind.PULL))
"""What comes with the build that every change needs."""

_NAME: Final = re.compile(r"@?[A-Za-z0-9][\w.+/:@-]*")
_VERSION: Final = re.compile(r"[A-Za-z0-9][\w.+~:^!-]*")
"""What is written into files comes from an image's own metadata and from advisories."""

_Missed = list[tuple[WantedVersion, str]]
"""Versions that cannot be had, each with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFiles:
    """The files that may change.

    ``read`` returns the bytes of a file of the build context by its path there, or None if there is none; ``name`` turns
    that path into the name by which the user knows the file; ``rework`` runs tools that make lock files, None if none may.
    """

    dockerfile: Dockerfile
    target: str = ""
    build_args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    read: Callable[[str], bytes | None] = lambda path: None  # noqa: ARG005
    name: Callable[[str], str] = lambda path: path
    rework: locks.Rework | None = None


class Planned(NamedTuple):
    """The changes in their order, and the issues that are left when they are made and the image is built again."""

    changes: tuple[ActionEdits, ...]
    left: frozenset[IssueKey]


ActionKey = tuple[ActionKind, str, int, tuple[str, ...]]
"""Tells actions apart, whatever their figures are."""


def key_of(action: Action) -> ActionKey:
    """What an action changes, and where."""
    line = action.place.line if action.place else 0
    return action.kind, action.reference, line, tuple(sorted({one.name for one in action.wanted}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FixChoice:
    """Which actions are done.

    Attributes:
        kinds: no others are looked at.
        lean: whether lines lose what they install only because it is recommended.
        dropped: names of packages that go; None for all that may.
        refused: what is not done.
    """

    kinds: Collection[ActionKind]
    lean: bool = False
    dropped: Collection[str] | None = ()
    refused: Collection[ActionKey] = ()

    def objection(self, action: Action) -> str:
        """Why an action is not done; empty if it is."""
        kind, _, line, names = key_of(action)
        if key_of(action) in self.refused:
            return REFUSED
        if kind not in REMOVING or self.removes(kind, names[0] if names else str(line)):
            return ""
        return f"{_ONLY_YOU}; `{f'--drop {names[0]}' if names else '--only lint'}` does it"

    def removes(self, kind: ActionKind, name: str) -> bool:
        """Whether lines lose a package of this name, or the line of this number what is only recommended."""
        if any(key[0] is kind and name in (*key[3], str(key[2])) for key in self.refused):
            return False
        return self.lean if kind is ActionKind.TRIM else self.dropped is None or name in self.dropped

    def missing(self, actions: Iterable[Action]) -> list[str]:
        """The names of packages to drop that no action drops."""
        drops = {each.name for one in actions if one.kind is ActionKind.DROP for each in one.wanted}
        return sorted(set(self.dropped or ()) - drops)


def changes(actions: Sequence[Action], findings: Sequence[Finding], files: BuildFiles, choice: FixChoice) -> Planned:
    """What each action that is chosen changes, each on top of those before it; ``findings`` are those that count.

    The figures of each are those of what is really done: of what no file is changed for, only a new build counts.
    """
    planned = _Plan(files)
    left = frozenset(one.issue for one in findings)
    undone: frozenset[IssueKey] = frozenset()
    found = []
    for action in actions:
        if action.kind not in choice.kinds and action.kind not in _BUILDING:
            continue
        objection = choice.objection(action)
        edits = ActionEdits(action=action, reason=objection) if objection else planned.change(action)
        before = len(left)
        done = bool(edits.files)
        undone |= _of([one for one, _ in edits.missed] if done else action.wanted, findings)
        if done or action.kind in _BUILDING:
            left = (left - (frozenset(action.clears) - undone)) | frozenset(action.adds)
        counted = msgspec.structs.replace(edits.action, before=before, after=len(left))
        found.append(msgspec.structs.replace(edits, action=counted))
    found += (_not_dropped(one, len(left)) for one in choice.missing(actions))
    return Planned(tuple(found), left)


def _not_dropped(name: str, left: int) -> ActionEdits:
    reason = "no line of yours asks for it, something needs it, or nothing that is left goes with it"
    action = Action(kind=ActionKind.DROP, text=f"Drop {name}", before=left, after=left)
    return ActionEdits(action=action, reason=f"{reason}: see `garboard what-if --drop {name}`")


def _of(wanted: Iterable[WantedVersion], findings: Iterable[Finding]) -> frozenset[IssueKey]:
    """The issues of packages that a version is wanted of, and of what they carry with them."""
    names = {(one.type, one.name) for one in wanted}
    return frozenset(
        one.issue
        for one in findings
        if names & {(one.package.type, ecosystems.spelled(one.package)), (one.package.type, one.package.vendored_by)}
    )


class _Plan:
    """The files, and what has been changed in them so far."""

    def __init__(self, files: BuildFiles) -> None:
        self._files = files
        self._asked = tuple(asked(files.dockerfile, files.build_args))
        self._edited = EditedFiles(files.read, files.name, files.rework, {files.dockerfile.name: files.dockerfile.data})

    def change(self, action: Action) -> ActionEdits:
        """What one action changes."""
        if reason := _NO_FILE.get(action.kind, ""):
            return ActionEdits(action=action, reason=reason)
        missed: _Missed = []
        try:
            changed = self._edited.attempt(lambda: self._splices(action, missed))
        except CannotEdit as error:
            return ActionEdits(action=action, reason=str(error))
        if not changed and all(why == _FILES for _, why in missed) and missed:
            return ActionEdits(action=action, reason=_FILES)
        if not changed:
            reason = "; ".join(f"{one.name} {one.version}: {why}" for one, why in missed) or "nothing changes"
            return ActionEdits(action=action, reason=reason)
        if action.kind is ActionKind.REPLACE:
            names = ", ".join(f"{one.name} {one.version}" for one in action.wanted if one not in dict(missed))
            action = msgspec.structs.replace(action, text=f"Raise {names} or later in what the line installs or copies")
        return ActionEdits(action=action, files=changed, missed=tuple(missed))

    def _splices(self, action: Action, missed: _Missed) -> Made:
        if action.kind is ActionKind.RAISE:
            return self._raising(action.wanted, missed, self._raised)
        if action.kind is ActionKind.REPLACE:
            return self._raising(action.wanted, missed, self._replaced)
        return [(self._files.dockerfile.name, self._in_dockerfile(action))]

    def _in_dockerfile(self, action: Action) -> tuple[Splice, ...]:
        """What changes there, and nowhere else."""
        dockerfile, target, build_args = self._files.dockerfile, self._files.target, self._files.build_args
        if action.kind is ActionKind.BASE:
            return (from_line.rebasing(dockerfile, target, build_args, action.reference),)
        if action.kind is ActionKind.TRIM:
            return removed_words.trimming(dockerfile, build_args, action.place)
        if action.kind is ActionKind.DROP:
            return self._without(action.wanted)
        if action.place is not None:
            return (new_lines.after_from(dockerfile, target, build_args, action.command),)
        return (new_lines.at_end(dockerfile, target, action.command),)

    def _without(self, dropped: Sequence[WantedVersion]) -> tuple[Splice, ...]:
        """What all lines lose that name a package: it is gone only if none names it."""
        files = self._files
        return tuple(
            splice for one in dropped for splice in removed_words.dropping(files.dockerfile, files.build_args, one)
        )

    def _raising(
        self,
        wanted: Sequence[WantedVersion],
        missed: _Missed,
        raised: Callable[[WantedVersion], Made],
    ) -> Made:
        """What raises as many of the versions as can be."""
        made: dict[str, list[Splice]] = {}
        for one in wanted:
            try:
                found = raised(one)
            except CannotEdit as error:
                missed.append((one, str(error)))
                continue
            for file, splices in found:
                made.setdefault(file, []).extend(splices)
        return [(file, tuple(dict.fromkeys(splices))) for file, splices in made.items()]

    def _raised(self, wanted: WantedVersion) -> Made:
        """Where one version is raised: in the manifest that the line reads, if it names no package itself, or in the line."""
        if not (_NAME.fullmatch(wanted.name) and _VERSION.fullmatch(wanted.version)):
            raise CannotEdit("its name or version is none that a package has")
        files = self._files
        self._refuse_limited(wanted)
        listed = self._manifest(wanted)
        if listed is None:
            return [(files.dockerfile.name, run_lines.raising(files.dockerfile, files.build_args, wanted))]
        path, data = listed
        return self._edited.raising(path, data, wanted)

    def _replaced(self, wanted: WantedVersion) -> Made:
        """Where one version is raised of what the line installs of a project in the context."""
        listed = self._manifest(wanted)
        if listed is None or not manifests.is_project(listed[0], wanted):
            raise CannotEdit(_FILES)
        return self._raised(wanted)

    def _refuse_limited(self, wanted: WantedVersion) -> None:
        """Refuse where a command of the line goes by a file of limits, which may not allow the version."""
        limiting = ecosystems.commands(wanted.type).limiting
        if limiting and any(re.search(limiting, one.request.command) for one in self._here(wanted)):
            raise CannotEdit("its line goes by a file that limits versions: change that one with it")

    def _here(self, wanted: WantedVersion) -> list[PlacedRequest]:
        """What the line asks for."""
        line = wanted.place.line if wanted.place else 0
        return [one for one in self._asked if one.instruction.span.line == line]

    def _manifest(self, wanted: WantedVersion) -> tuple[str, bytes] | None:
        """The file of the context by which the line asks for the package; None if the line names it, or what needs it."""
        if wanted.place is None:
            return None
        here = self._here(wanted)
        if any(one.is_for(wanted) for one in here) or wanted.asked_for:
            return None
        files = self._files
        found: dict[str, bytes] = {}
        for line in build_lines(files.dockerfile, files.build_args, wanted.place.line):
            found |= self._listed(line, wanted)
        if len(found) > 1:
            raise CannotEdit(f"it may be of {' or of '.join(sorted(found))}, which are built on the way to the line")
        return next(iter(found.items()), None)

    def _listed(self, line: int, wanted: WantedVersion) -> dict[str, bytes]:
        """The first file of the context by which a line asks for packages, with its bytes."""
        files = self._files
        for named in self._named(line, wanted):
            path = context_file(files.dockerfile, files.build_args, line, named, self._edited.exists)
            data = files.read(path) if path else None
            if data is not None:
                return {path: data}
        return {}

    def _named(self, line: int, wanted: WantedVersion) -> Iterator[str]:
        """Paths of what a line may read, as it would name them."""
        text = text_at(self._files.dockerfile, line)
        for one in self._asked:
            if one.instruction.span.line == line and isinstance(one.request, UnknownRequest):
                yield from manifests.named(one.request, wanted, text)
        yield from manifests.built(wanted, text)
