"""Changes of files that an action makes, and what is known of them before anything is written."""

from __future__ import annotations

from garboard.model.action import Action
from garboard.model.base import Value
from garboard.model.gap import Gap


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
        notes: what it does not do and the reader has to.
    """

    action: Action
    files: tuple[FileChange, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


class Fixes(Value):
    """Everything that is changed for one image.

    Attributes:
        image: its name.
        changes: in the order of their actions.
        total: today's issues.
        left: issues that remain when all changes of files are made, and the image is built again.
        applied: whether the files were written.
        gaps: what the scan could not know.
    """

    image: str
    changes: tuple[ActionEdits, ...] = ()
    total: int = 0
    left: int = 0
    applied: bool = False
    gaps: tuple[Gap, ...] = ()

    @property
    def files(self) -> tuple[FileChange, ...]:
        """Each file that changes, from before the first change to after the last one."""
        out: dict[str, FileChange] = {}
        for one in (file for change in self.changes for file in change.files):
            first = out.get(one.file, one)
            out[one.file] = FileChange(file=one.file, before=first.before, after=one.after)
        return tuple(out.values())
