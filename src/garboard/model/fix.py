"""Changes of files that an action makes, and what is known of them before anything is written."""

from __future__ import annotations

from typing import Final

from garboard.model.action import Action, ActionKind, IssueKey, WantedVersion
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.pull_request import RequestOutcome
from garboard.model.recommendation import Counts

REFUSED: Final = "you chose not to"
"""Why a change is not made that was offered."""


class CannotEdit(Exception):
    """A change that cannot be made for certain without a person; the message says why, as a part of a sentence."""


class NotNamed(CannotEdit):
    """The file does not ask for the package by name."""


class AlreadyAsked(CannotEdit):
    """A file asks for the version, or a later one."""

    def __init__(self, what: str = "the file asks for") -> None:
        super().__init__(f"{what} that version or a later one already: a build without cache brings it")


class Splice(Value):
    """Bytes of a file that are replaced: ``start`` (included) to ``end`` (excluded) by ``new``; nothing else changes."""

    start: int
    end: int
    new: bytes


class FileChange(Value):
    """Everything that changes in one file, whose bytes are ``before``; ``file`` is its name as the user gave or reads it."""

    file: str
    before: bytes
    after: bytes


class ActionEdits(Value):
    """What one action changes.

    Attributes:
        action: what it clears, and what it risks.
        files: empty if it changes no file.
        reason: why it changes none, as a sentence; empty if it changes some.
        missed: versions that it does not bring, each with the reason.
    """

    action: Action
    files: tuple[FileChange, ...] = ()
    reason: str = ""
    missed: tuple[tuple[WantedVersion, str], ...] = ()


class Observed(Value):
    """The issues of one build, as predicted and as its scan found them."""

    predicted: frozenset[IssueKey]
    found: frozenset[IssueKey]

    @property
    def unexpected(self) -> tuple[IssueKey, ...]:
        """Issues that are there though they should be gone."""
        return tuple(sorted(self.found - self.predicted))

    @property
    def also_gone(self) -> tuple[IssueKey, ...]:
        """Issues that are gone though they should still be there."""
        return tuple(sorted(self.predicted - self.found))


class Proof(Value):
    """What builds showed.

    Attributes:
        engine: what built.
        before: of the files as they are.
        after: of the files as changed; None if that did not build.
        failure: why the changed files are not good, as a sentence; empty if they are.
        checks: what was run in the new image, and passed.
    """

    engine: str
    before: Observed | None = None
    after: Observed | None = None
    failure: str = ""
    checks: tuple[str, ...] = ()


class ImageFigures(Value):
    """The issues of one image that files name, where nothing was built; of several platforms' images, the worst.

    Attributes:
        reference: as the first of the files names it.
        before: its issues.
        after: those of what is named in its place; the same where one file keeps it.
        files: the names of those that name it.
        inherited: whether a file names it to run it or to build on it, and not only for other stages than the one that is built.
    """

    reference: str
    before: Counts
    after: Counts
    files: tuple[str, ...]
    inherited: bool = True

    def __add__(self, other: ImageFigures) -> ImageFigures:
        """The same image, named in more places."""
        return ImageFigures(
            reference=self.reference,
            before=max(self.before, other.before, key=lambda one: one.order),
            after=max(self.after, other.after, key=lambda one: one.order),
            files=tuple(dict.fromkeys((*self.files, *other.files))),
            inherited=self.inherited or other.inherited,
        )


class Fixes(Value):
    """Everything that is changed for one image.

    Attributes:
        image: its name.
        changes: in the order of their actions.
        total: how many issues there are: of the image, or where nothing was built of all that files name, each counted once.
        remaining: how many there are when all changes of files are made, and images are built again.
        before: the issues by severity; None if that is not known.
        after: those that remain by severity.
        today: the image's issues; empty where nothing was built.
        left: those of them and of new ones that remain.
        images: the figures of each image that files name; empty where one was built.
        applied: whether the files were written.
        proof: what a build of the changed files showed; None if none was made.
        rejected: changes that were tried before these and did not stand the proof, each with the reason.
        gaps: what the scan could not know.
        requests: what was done about pull requests; None if none were asked for.
    """

    image: str
    changes: tuple[ActionEdits, ...] = ()
    total: int = 0
    remaining: int = 0
    before: Counts | None = None
    after: Counts | None = None
    today: frozenset[IssueKey] = frozenset()
    left: frozenset[IssueKey] = frozenset()
    images: tuple[ImageFigures, ...] = ()
    applied: bool = False
    proof: Proof | None = None
    rejected: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    requests: tuple[RequestOutcome, ...] | None = None

    @property
    def rebuilt(self) -> frozenset[IssueKey]:
        """The issues that remain when the image is built again from the files as they are."""
        left = self.today
        for one in self.changes:
            if one.action.kind in (ActionKind.REBUILD, ActionKind.PULL):
                left = (left - frozenset(one.action.clears)) | frozenset(one.action.adds)
        return left

    @property
    def pulls(self) -> bool:
        """Whether the new build has to fetch its bases anew."""
        return any(one.action.kind is ActionKind.PULL for one in self.changes)

    @property
    def text(self) -> str:
        """What changes, in one line."""
        return "; ".join(one.action.text for one in self.changes if one.files)

    @property
    def files(self) -> tuple[FileChange, ...]:
        """Each file that changes, from before the first change to after the last one."""
        out: dict[str, FileChange] = {}
        for one in (file for change in self.changes for file in change.files):
            first = out.get(one.file, one)
            out[one.file] = FileChange(file=one.file, before=first.before, after=one.after)
        return tuple(out.values())
