"""The upgrade of the base's packages in a line of your own, for published fixes that the base lacks."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.actions import edits
from garboard.actions.issues_left import Left, Step
from garboard.actions.outcomes import PUBLISHED, Outcomes
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Place
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES
from garboard.model.report import Report


def upgrading(
    left: Left, report: Report, outcomes: Outcomes, *, user: str | None, from_line: Place | None
) -> Iterator[Step]:
    """A line for each package manager; ``user`` is as whom it would run, None if that is not known."""
    lines = "a line" if edits.is_root(user or "") else f"a line as root (the base's USER is {user})"
    unsure = (
        "" if user is not None else "; if its USER is not root, the line needs `USER root` before and that one after"
    )
    published = outcomes.among(*PUBLISHED)
    for kind in sorted(SYSTEM_TYPES):
        command = edits.as_root(edits.upgrade(kind, report.inventory.packages), user)
        if not command:
            continue
        ours = (one for one in left.findings if one.package.type == kind)
        held_back = ((one.package.name, stay) for one in ours if (stay := outcomes.holds_back(one)) is not None)
        action = Action(
            kind=ActionKind.UPGRADE,
            text=f"Until the base has the fixes, upgrade its packages in {lines} after FROM",
            command=command,
            place=from_line,
            risk="a newer build of the base may have them: pull it first; the image grows by what is replaced, and "
            f"differs from the base that others tested{unsure}{edits.staying(held_back)}",
        )

        def upgraded(one: Finding, kind: str = kind) -> bool:
            return one.package.type == kind and published(one)

        left = left.after(upgraded)
        yield Step(action, left)


def todays_user(report: Report) -> str | None:
    """As whom a line after FROM runs on today's base; None if that is not known."""
    found = report.attribution.base.user if report.attribution else None
    own = report.image
    told = any(entry.created_by.startswith("USER") or " USER " in entry.created_by for entry in own.history)
    return "" if found is None and own.user is not None and edits.is_root(own.user) and not told else found
