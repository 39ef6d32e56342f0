"""What a line of the Dockerfile does about a package, and what could replace it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from garboard import ecosystems
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.packages.pins import pinned
from garboard.versions.invalid import InvalidVersion


def upgrade(kind: str, packages: Iterable[Package]) -> str:
    """The line that brings all packages of a type to their newest versions; empty if the image has no manager."""
    names = {one.name for one in packages if one.type == kind}
    upgrades = ecosystems.commands(kind).upgrades
    return next((f"RUN {line}" for name, line in upgrades.line.items() if name in names), "") if upgrades else ""


def outcome(finding: Finding) -> Outcome:
    """What a rebuild would do, by the advisories alone: a fix that they name is assumed to be published."""
    who = finding.introduced or Introduction()
    if not finding.fixed_in:
        return Outcome.NO_FIX
    if who.copied_from:
        return Outcome.UNKNOWN
    if pinned(finding.package, who):
        return Outcome.HELD
    if finding.package.type not in SYSTEM_TYPES:
        return Outcome.UNKNOWN
    return Outcome.PUBLISHED if who.origin is Origin.DOCKERFILE else Outcome.BASE_BEHIND


def raising(findings: Sequence[Finding]) -> Action:
    """The action that asks for a version of a package with all the fixes."""
    first = findings[0]
    package, who = first.package, first.introduced or Introduction()
    version = _highest(findings)
    held = pinned(package, who)
    indirect = package.type not in SYSTEM_TYPES and bool(first.from_paths) and len(first.from_paths[0]) > 1 and not held
    written = ecosystems.commands(package.type).raised.format(name=package.full_name, version=version)
    verb = "Ask for" if held else "Raise"
    text = f"{verb} {package.full_name} {version} or later" + (", which another package needs" if indirect else "")
    return Action(
        kind=ActionKind.RAISE,
        text=text,
        command=shlex.quote(written),
        place=who.place,
        risk="what needs the package has to allow that version" if indirect else "a newer version may behave otherwise",
    )


def _highest(findings: Sequence[Finding]) -> str:
    """The version that has all the fixes."""
    order = ecosystems.order(findings[0].package.scheme)
    versions = [finding.fixed_in for finding in findings if finding.fixed_in]
    try:
        return max(versions, key=order.key) if order else versions[-1]
    except InvalidVersion:
        return versions[-1]


def dropping(package: Package, who: Introduction) -> Action:
    """The action that removes a package."""
    return Action(
        kind=ActionKind.DROP,
        text=f"Drop {package.name}" + (f" from `{_short(who)}`" if who.command or who.instruction else ""),
        place=who.place,
        risk="only if your application does without it and without what came along with it",
    )


def _short(who: Introduction, longest: int = 60) -> str:
    text = " ".join((who.command or who.instruction).split())
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0]} …"
