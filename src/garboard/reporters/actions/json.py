"""What to do, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garboard import json_text
from garboard.model.action import Action, Actions, IssueKey
from garboard.model.gap import Gap


class _Out(msgspec.Struct, rename="camel"):
    """A part of the document."""


class IssueOf(_Out):
    """One issue: the vulnerability and the source package."""

    id: str
    type: str
    source: str


class ActionOf(_Out):
    """One action; ``cleared`` and ``added`` count issues, ``remaining`` those that the image has then, by severity.

    ``packages`` counts those with issues that it changes, of a removal all that it removes; ``packagesAfter`` all of the
    image on another base. ``sizeChange`` is in bytes: of another base as stored, of a removal as installed.
    """

    kind: str
    text: str
    command: str
    dockerfile_file: str
    dockerfile_line: int | None
    risk: str
    cleared: int
    severities: dict[str, int]
    added: int
    foreseen: bool
    before: int
    after: int
    remaining: dict[str, int]
    packages: int
    packages_after: int | None
    size_change: int | None
    clears: list[IssueOf]
    adds: list[IssueOf]


class RemainingOf(_Out):
    """What no action clears, for one reason."""

    reason: str
    count: int
    issues: list[IssueOf]


class ActionsOf(_Out):
    """The whole list.

    Without ``mirrorsChecked`` a fix that an advisory names is assumed to be published. ``judged`` counts the packages
    that could be compared with data; if it is 0, having no issues means nothing.
    """

    issues: int
    judged: int
    remaining: int
    mirrors_checked: bool
    actions: list[ActionOf]
    remains: list[RemainingOf]


def document(actions: Actions) -> ActionsOf:
    """The list as it is in a report's JSON and in its own."""
    return ActionsOf(
        issues=actions.total,
        judged=actions.judged,
        remaining=actions.left,
        mirrors_checked=actions.checked,
        actions=[_action(one) for one in actions.actions],
        remains=[
            RemainingOf(reason=one.reason, count=len(one.issues), issues=[_issue(key) for key in one.issues])
            for one in actions.remaining
        ],
    )


def _action(one: Action) -> ActionOf:
    return ActionOf(
        kind=one.kind.value,
        text=one.text,
        command=one.command,
        dockerfile_file=one.place.file if one.place else "",
        dockerfile_line=one.place.line if one.place else None,
        risk=one.risk,
        cleared=len(one.clears),
        severities={severity.word: count for severity, count in one.severities},
        added=len(one.adds),
        foreseen=one.foreseen,
        before=one.before,
        after=one.after,
        remaining={severity.word: count for severity, count in one.left},
        packages=one.packages,
        packages_after=one.packages_after,
        size_change=one.size,
        clears=[_issue(key) for key in one.clears],
        adds=[_issue(key) for key in one.adds],
    )


def _issue(key: IssueKey) -> IssueOf:
    return IssueOf(id=key[0], type=key[1], source=key[2])


def render(actions: Actions, gaps: Sequence[Gap] = (), *, color: bool = False) -> bytes:
    """The list alone."""
    del gaps, color
    return json_text.document(document(actions))
