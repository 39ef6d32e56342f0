"""The changes, as JSON."""

from __future__ import annotations

import msgspec

from garboard import json_text
from garboard.model.fix import ActionEdits, Fixes
from garboard.reporters.fix.diff import unified


class _Out(msgspec.Struct, rename="camel"):
    """A part of the document."""


class FileOf(_Out):
    """The change of one file."""

    file: str
    diff: str


class ChangeOf(_Out):
    """What one action changes; ``reason`` says why it changes no file."""

    kind: str
    text: str
    risk: str
    before: int
    after: int
    files: list[FileOf]
    reason: str
    notes: list[str]


class GapOf(_Out):
    """What could not be known."""

    subject: str
    reason: str


class FixesOf(_Out):
    """Everything that changes; ``remaining`` counts the issues when all of it is done."""

    image: str
    issues: int
    remaining: int
    applied: bool
    changes: list[ChangeOf]
    not_covered: list[GapOf]


def render(fixes: Fixes, *, color: bool = False) -> bytes:
    """The whole document."""
    del color
    return json_text.document(
        FixesOf(
            image=fixes.image,
            issues=fixes.total,
            remaining=fixes.left,
            applied=fixes.applied,
            changes=[_change(one) for one in fixes.changes],
            not_covered=[GapOf(subject=one.subject, reason=one.reason) for one in fixes.gaps],
        )
    )


def _change(one: ActionEdits) -> ChangeOf:
    return ChangeOf(
        kind=one.action.kind.value,
        text=one.action.text,
        risk=one.action.risk,
        before=one.action.before,
        after=one.action.after,
        files=[
            FileOf(file=file.file, diff=b"".join(unified(file)).decode("utf-8", "backslashreplace"))
            for file in one.files
        ],
        reason=one.reason,
        notes=list(one.notes),
    )
