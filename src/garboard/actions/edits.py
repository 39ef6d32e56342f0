"""Actions that edit the Dockerfile, in words: what is asked of a line, what to write into it, and what may go wrong."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from garboard import ecosystems
from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.attribution import Introduction, LayerOrigin, Place
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.packages.other_versions import fixing
from garboard.packages.pins import pinned

_NAMED: Final = 8
"""How many packages of one line a text names."""


def raising(
    findings: Sequence[Finding], applications: frozenset[str] = frozenset(), pins: Sequence[str] = ()
) -> Action:
    """The action that asks for versions with all the fixes, of one package or of several on one line or more.

    What only the image's own ``applications`` (by id) need is asked for by them. ``pins`` are packages that they need
    and that stay at the versions that lines name.
    """
    raises = _raises(findings, applications)
    place = raises[0].place
    alone = raises[0] if len(raises) == 1 else None
    named = ", ".join(f"{one.name} {one.version}{_elsewhere(one.place, place)}" for one in raises)
    verb = "Ask for" if all(one.held for one in raises) else "Raise"
    risk = "newer versions may behave otherwise"
    if alone:
        risk = (
            "what needs the package has to allow that version"
            if alone.indirect
            else "a newer version may behave otherwise"
        )
    elif any(one.indirect for one in raises):
        risk += ", and what needs them has to allow them"
    if pins:
        risk += (
            f"; they may not allow {', '.join(pins)} as pinned"
            if not alone
            else f"; it may not allow {', '.join(pins)} as pinned"
        )
    return Action(
        kind=ActionKind.RAISE,
        text=f"{verb} {named} or later" + (", which another package needs" if alone and alone.indirect else ""),
        command=" ".join(shlex.quote(one.written) for one in raises),
        place=place,
        wanted=tuple(one.wanted for one in raises),
        risk=risk,
    )


def replacing(findings: Sequence[Finding], files: Sequence[str]) -> Action:
    """The action that puts newer packages in the place of those that one line installs from ``files``, or copies."""
    raises = _raises(findings)
    more = len(raises) - _NAMED
    named = ", ".join(f"{one.name} {one.version}" for one in raises[:_NAMED])
    named += f" and {more} others" if more > 0 else ""
    who = findings[0].who
    if files:
        others = len(set(files)) - 1
        which = (f"what `{files[0]}` installs" if " " in files[0] else f"`{files[0]}`") + (
            f" and {others} more file{'s' if others > 1 else ''}" if others else ""
        )
        text = f"Put {named} or later in the place of {which}, which the line installs again as it is"
        risk = "the file is to be built or fetched anew; a newer version may behave otherwise"
    else:
        text = f"Raise {named} or later in what `{_short(who)}` copies, where it is built"
        risk = "what you build it with decides which versions are possible; newer ones may behave otherwise"
    command = "" if files else " ".join(shlex.quote(one.written) for one in raises)
    wanted = tuple(one.wanted for one in raises)
    return Action(kind=ActionKind.REPLACE, text=text, command=command, place=who.place, wanted=wanted, risk=risk)


def _elsewhere(place: Place | None, first: Place | None) -> str:
    return f" (line {place.line})" if place and place != first else ""


class _Raise:
    """A newer version of one package."""

    def __init__(self, findings: Sequence[Finding], applications: frozenset[str]) -> None:
        package, who = findings[0].package, findings[0].who
        paths = findings[0].from_paths
        asked = any(len(path) == 1 or (len(path) == 2 and path[0] in applications) for path in paths)
        self.name, self.version, self.place = ecosystems.spelled(package), fixing(findings), who.place
        self.held = pinned(package, who)
        self.indirect = package.type not in SYSTEM_TYPES and bool(paths) and not asked and not self.held
        self.written = ecosystems.commands(package.type).word(self.name, self.version)
        self.wanted = WantedVersion(
            type=package.type,
            name=self.name,
            version=self.version,
            asked_for=who.asked_for,
            place=who.place,
        )


def _raises(findings: Sequence[Finding], applications: frozenset[str] = frozenset()) -> list[_Raise]:
    """Those of all packages, in the order of the findings."""
    by_package: dict[str, list[Finding]] = {}
    for finding in findings:
        by_package.setdefault(finding.package.full_name, []).append(finding)
    return [_Raise(of, applications) for of in by_package.values()]


def trimming(line: LayerOrigin, option: str, names: Sequence[str]) -> Action:
    """The action that installs what a line asks for, and nothing that is only recommended."""
    more = len(names) - _NAMED
    named = ", ".join(names[:_NAMED]) + (f" and {more} others" if more > 0 else "")
    return Action(
        kind=ActionKind.TRIM,
        text=f"Install without what is only recommended: add `{option}` to `{_short(line)}`",
        command=option,
        place=line.place,
        risk=f"only if your application does without {named}; ask by name for what it needs",
        packages=len(names),
    )


def dropping(package: Package, who: Introduction, lines: Sequence[Place] = ()) -> Action:
    """The action that removes a package from the lines that ask for it."""
    others = ", ".join(str(place.line) for place in lines if place != who.place)
    return Action(
        kind=ActionKind.DROP,
        text=f"Drop {package.name}"
        + (f" from `{_short(who)}`" if who.text else "")
        + (f" and from line{'s' if ',' in others else ''} {others}" if others else ""),
        place=who.place,
        wanted=tuple(
            WantedVersion(type=package.type, name=package.name, version="", place=one)
            for one in dict.fromkeys((*((who.place,) if who.place else ()), *lines))
        ),
        risk="only if your application does without it and without what came along with it",
    )


def _short(who: Introduction | LayerOrigin, longest: int = 60) -> str:
    text = " ".join(who.text.split())
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0]} …"
