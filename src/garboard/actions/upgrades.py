"""The upgrade of the base's packages in a line of your own, for published fixes that the base lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garboard import ecosystems
from garboard.actions.issues_left import Left, Step
from garboard.actions.outcomes import PUBLISHED, Outcomes
from garboard.actions.staying import Stay
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Place
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report

_TOLD: Final = 3
"""How many packages that stay a risk names."""


def upgrading(
    left: Left, report: Report, outcomes: Outcomes, *, user: str | None, from_line: Place | None, base_known: bool
) -> Iterator[Step]:
    """A line for each package manager.

    ``user`` is as whom it would run, None if that is not known. ``base_known`` says whether it is where the base ends.
    """
    whose = "base's" if base_known else "image's"
    lines = "a line" if _is_root(user or "") else f"a line as root (the {whose} USER is {user})"
    unsure = (
        "" if user is not None else "; if its USER is not root, the line needs `USER root` before and that one after"
    )
    text = (
        f"Until the base has the fixes, upgrade its packages in {lines} after FROM"
        if base_known
        else f"Upgrade the system's packages in {lines} at the end, since what the base brought is not known"
    )
    published = outcomes.among(*PUBLISHED)
    for kind in sorted(SYSTEM_TYPES):
        command = _as_root(_line(kind, report.inventory.packages), user)
        if not command:
            continue
        ours = (one for one in left.findings if one.package.type == kind)
        held_back = ((one.package.name, stay) for one in ours if (stay := outcomes.holds_back(one)) is not None)
        action = Action(
            kind=ActionKind.UPGRADE,
            text=text,
            command=command,
            place=from_line,
            risk="a newer build of the base may have them: pull it first; the image grows by what is replaced, and "
            f"differs from the base that others tested{unsure}{_not_brought(held_back)}",
        )

        def upgraded(one: Finding, kind: str = kind) -> bool:
            return one.package.type == kind and published(one)

        left = left.after(upgraded)
        yield Step(action, left)


def todays_user(report: Report) -> str | None:
    """As whom a line runs that upgrades the packages of today's base; None if that is not known.

    It stands after FROM, or at the end where it is not known what the base brought.
    """
    base = report.attribution.base if report.attribution else None
    own = report.image.user
    if base is None or base.layers is None:
        return own
    told = any("USER" in entry.created_by for entry in report.image.history)
    return own if base.user is None and not told else base.user


def _line(kind: str, packages: Iterable[Package]) -> str:
    """The line that brings all packages of a type to their newest versions; empty if the image has no manager."""
    names = {one.name for one in packages if one.type == kind}
    upgrades = ecosystems.commands(kind).upgrades
    return next((f"RUN {line}" for name, line in upgrades.line.items() if name in names), "") if upgrades else ""


def _as_root(line: str, user: str | None) -> str:
    """The line, between those that it needs if commands run as somebody else; what is not known is taken for root."""
    return f"USER root\n{line}\nUSER {user}" if line and not _is_root(user or "") else line


def _is_root(user: str) -> bool:
    """Whether a USER, with or without its group, is the superuser."""
    return user.partition(":")[0] in {"", "root", "0"}


def _not_brought(packages: Iterable[tuple[str, Stay]]) -> str:
    """What a risk adds of packages that an upgrade does not bring, each with the reason; empty if there are none."""
    found = list(dict.fromkeys(f"{name} ({stay.reason})" for name, stay in packages))
    if not found:
        return ""
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return f"; not counted is what it does not bring: {', '.join(found[:_TOLD])}{more}"
