"""What a line of the Dockerfile does about a package, and what could replace it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Final

from garboard import ecosystems
from garboard.actions.staying import Stay
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.packages.pins import pinned
from garboard.versions.invalid import InvalidVersion

_NAMED: Final = 8
"""How many packages of one line a text names."""
_TOLD: Final = 3
_COPYING: Final = re.compile(r"(?:^|[\s;&|(])(?:cp|rsync|tar)\s")


def upgrade(kind: str, packages: Iterable[Package]) -> str:
    """The line that brings all packages of a type to their newest versions; empty if the image has no manager."""
    names = {one.name for one in packages if one.type == kind}
    upgrades = ecosystems.commands(kind).upgrades
    return next((f"RUN {line}" for name, line in upgrades.line.items() if name in names), "") if upgrades else ""


def as_root(line: str, user: str | None) -> str:
    """The line, between those that it needs if commands run as somebody else; what is not known is taken for root."""
    return f"USER root\n{line}\nUSER {user}" if line and not is_root(user or "") else line


def is_root(user: str) -> bool:
    """Whether a USER, with or without its group, is the superuser."""
    return user.partition(":")[0] in {"", "root", "0"}


def upgrades_whole_sources(packages: Iterable[Package]) -> bool:
    """Whether installing a package also upgrades all others that were built of the same source.

    apt does since 2.5.2 (``APT::Get::Upgrade-By-Source-Package``), if they are there in older versions.
    """
    apt = next((one for one in packages if one.name == "apt"), None)
    order = ecosystems.order(apt.scheme) if apt else None
    try:
        return apt is not None and order is not None and order.key(apt.version) >= order.key("2.5.2")
    except InvalidVersion:
        return False


def may_be_a_copy(finding: Finding) -> bool:
    """Whether a RUN that copies brought the finding's package."""
    who = finding.introduced
    return who is not None and not who.copied_from and _COPYING.search(who.instruction) is not None


def copies(copy: Finding, original: Finding) -> bool:
    """Whether a RUN copied a finding's package from where the original's is, in an earlier layer."""
    who, other = copy.introduced, original.introduced
    if who is None or other is None or who.layer is None or other.layer is None or other.layer >= who.layer:
        return False
    if not may_be_a_copy(copy):
        return False
    there = {f"/{one.path}" for one in original.package.locations}
    words = (word.rstrip("/") for word in who.instruction.split() if word.startswith("/"))
    return any(path == word or path.startswith(f"{word}/") for word in words for path in there)


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


def raising(
    findings: Sequence[Finding], applications: frozenset[str] = frozenset(), pins: Sequence[str] = ()
) -> Action:
    """The action that asks for versions with all the fixes, of one package or of several on one line or more.

    What only the image's own ``applications`` (by id) need is asked for by them. ``pins`` are packages that they need
    and that stay at the versions that lines name.
    """
    by_package: dict[str, list[Finding]] = {}
    for finding in findings:
        by_package.setdefault(finding.package.full_name, []).append(finding)
    raises = [_Raise(of, applications) for of in by_package.values()]
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
        risk=risk,
    )


def replacing(findings: Sequence[Finding], files: Sequence[str]) -> Action:
    """The action that puts newer packages in the place of those that one line installs from ``files``, or copies."""
    by_package: dict[str, list[Finding]] = {}
    for finding in findings:
        by_package.setdefault(finding.package.full_name, []).append(finding)
    raises = [_Raise(of, frozenset()) for of in by_package.values()]
    more = len(raises) - _NAMED
    named = ", ".join(f"{one.name} {one.version}" for one in raises[:_NAMED])
    named += f" and {more} others" if more > 0 else ""
    who = findings[0].introduced or Introduction()
    if files:
        others = len(set(files)) - 1
        which = f"`{files[0]}`" + (f" and {others} more file{'s' if others > 1 else ''}" if others else "")
        text = f"Put {named} or later in the place of {which}, which the line installs again as it is"
        risk = "the file is to be built or fetched anew; a newer version may behave otherwise"
    else:
        text = f"Raise {named} or later in what `{_short(who)}` copies, where it is built"
        risk = "what you build it with decides which versions are possible; newer ones may behave otherwise"
    command = "" if files else " ".join(shlex.quote(one.written) for one in raises)
    return Action(kind=ActionKind.REPLACE, text=text, command=command, place=who.place, risk=risk)


def staying(packages: Iterable[tuple[str, Stay]]) -> str:
    """What a risk adds of packages that an upgrade does not bring, each with the reason; empty if there are none."""
    found = list(dict.fromkeys(f"{name} ({stay.reason})" for name, stay in packages))
    if not found:
        return ""
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return f"; not counted is what it does not bring: {', '.join(found[:_TOLD])}{more}"


def _elsewhere(place: Place | None, first: Place | None) -> str:
    return f" (line {place.line})" if place and place != first else ""


class _Raise:
    """A newer version of one package."""

    def __init__(self, findings: Sequence[Finding], applications: frozenset[str]) -> None:
        package, who = findings[0].package, findings[0].introduced or Introduction()
        paths = findings[0].from_paths
        asked = any(len(path) == 1 or (len(path) == 2 and path[0] in applications) for path in paths)
        self.name, self.version, self.place = package.full_name, fixing(findings), who.place
        self.held = pinned(package, who)
        self.indirect = package.type not in SYSTEM_TYPES and bool(paths) and not asked and not self.held
        self.written = ecosystems.commands(package.type).raised.format(name=self.name, version=self.version)


def fixing(findings: Sequence[Finding]) -> str:
    """The version that has all the fixes."""
    order = ecosystems.order(findings[0].package.scheme)
    versions = [finding.fixed_in for finding in findings if finding.fixed_in]
    try:
        return max(versions, key=order.key) if order else versions[-1]
    except InvalidVersion:
        return versions[-1]


def dropping(package: Package, who: Introduction, lines: Sequence[Place] = ()) -> Action:
    """The action that removes a package from the lines that ask for it."""
    others = ", ".join(str(place.line) for place in lines if place != who.place)
    return Action(
        kind=ActionKind.DROP,
        text=f"Drop {package.name}"
        + (f" from `{_short(who)}`" if who.command or who.instruction else "")
        + (f" and from line{'s' if ',' in others else ''} {others}" if others else ""),
        place=who.place,
        risk="only if your application does without it and without what came along with it",
    )


def _short(who: Introduction, longest: int = 60) -> str:
    text = " ".join((who.command or who.instruction).split())
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0]} …"
