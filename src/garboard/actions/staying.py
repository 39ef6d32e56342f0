"""Packages that no build of the same lines brings in another version, and why: no action may promise them."""

from __future__ import annotations

import enum
from functools import cache
from typing import NamedTuple

from garboard import ecosystems
from garboard.frozen_archives import is_local
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report
from garboard.packages.pins import pinned
from garboard.shellcommands.from_files import (
    FileInstall,
    asks_archive,
    fetches_packages,
    foreign,
    frozen_archive,
    installs,
)
from garboard.shellcommands.upgrades import may_upgrade

HELD_BY_DPKG = "held by dpkg"
_SHOWN = 60


class Why(enum.Enum):
    """What keeps a package."""

    FILE = enum.auto()
    """A line installs it from a file or an address, or copies it."""
    SOURCE = enum.auto()
    """A line installs it from a state of a source repository, or from a folder that takes the index's place."""
    UNSEEN = enum.auto()
    """A script or a download brings it: what the line does not show, nobody can promise."""
    FROZEN = enum.auto()
    """It comes from an archive that never changes."""
    HELD = enum.auto()
    """Its package manager is told to leave it as it is."""


class Stay(NamedTuple):
    """Why a package stays, ``reason`` as a sentence; ``file`` is the word that names the file."""

    why: Why
    reason: str
    file: str = ""


class Staying:
    """What stays in one image. With ``asked``, the mirrors' word on the archives that its settings name is known."""

    def __init__(self, report: Report, *, asked: bool = False) -> None:
        self._frozen = report.inventory.frozen
        whose = report.attribution
        layers = whose.base.layers if whose else None
        self._base_end = layers - 1 if layers else len(report.image.layers) - 1
        self._asked = asked
        self._installs = cache(installs)
        self._asks_archive = cache(asks_archive)
        self._foreign = cache(foreign)
        self._fetches = cache(fetches_packages)
        self._upgrades = cache(may_upgrade)
        self._line = cache(frozen_archive)
        self._names = {one.id: one.name for one in report.inventory.packages if one.type in SYSTEM_TYPES}
        self._held: dict[tuple[str, str], Package] = {}
        for one in report.inventory.packages:
            if one.held:
                self._held.setdefault((one.type, one.source), one)

    def why(self, finding: Finding) -> Stay | None:
        """What keeps a finding's package, apart from a version that a line names; None if nothing is known to."""
        package, who = finding.package, finding.who
        if who.copied_from:
            return None
        stay = self._file(finding, who)
        if stay is not None or pinned(package, who):
            return stay
        if package.type in SYSTEM_TYPES:
            return self._hold(package, who) or self._archive(package, who) or self._unseen(finding, who)
        return self._fetched(package, who)

    def _file(self, finding: Finding, who: Introduction) -> Stay | None:
        """What a line installs the package from, if that is not an archive."""
        package, text = finding.package, who.text
        if who.origin is Origin.BASE or package.owner or package.vendored_by:
            return None
        if who.copies:
            return _from_file(_source(who.instruction)) if package.type in SYSTEM_TYPES else None
        known = ecosystems.commands(package.type)
        found = self._installs(text, package.type, who.instruction)
        name = ecosystems.of(package.type).normalize(package.full_name)
        folders = [one.folder for one in found if one.folder]
        if any(name in one.asked and not one.folder for one in found):
            return None
        files = [file for one in found for file in one.files]
        word = next((one.named[name] for one in found if name in one.named), "")
        if not word and files and not any(name in one.asked for one in found):
            along = _came_along(finding) and self._may_come_along(package, who)
            word = "" if along or (_only_others(found) and self._upgrades(text)) else files[0]
        if word:
            return _from_reference(word) if known.is_reference(word) else _from_file(word)
        return _from_folder(folders[0]) if folders and len(folders) == len(found) else None

    def _may_come_along(self, package: Package, who: Introduction) -> bool:
        """Whether a line gets what a file's package needs from an archive: rpm and dpkg alone do not."""
        return package.type not in SYSTEM_TYPES or self._asks_archive(who.instruction or who.text, package.type)

    def _unseen(self, finding: Finding, who: Introduction) -> Stay | None:
        """A line that shows no command which gets the package from an archive, or that runs what it does not show too."""
        package, text = finding.package, who.instruction or who.text
        if who.origin is not Origin.DOCKERFILE:
            return None
        script = self._foreign(text)
        if self._asks_archive(text, package.type):
            if not script or self._upgrades(text) or self._is_asked(finding, who):
                return None
            return _of_script(script)
        return _of_script(script or text)

    def _is_asked(self, finding: Finding, who: Introduction) -> bool:
        """Whether the line itself asks for the package, or for one that needs it."""
        if who.asked_for:
            return True
        kind = finding.package.type
        asked = {name for one in self._installs(who.text, kind, who.instruction) for name in one.asked}
        leading = {self._names.get(one, "") for path in finding.from_paths for one in path}
        return not asked.isdisjoint(leading | {finding.package.name})

    def _fetched(self, package: Package, who: Introduction) -> Stay | None:
        """A language's package that a download or a script brings: no line asks for its version."""
        if who.origin is not Origin.DOCKERFILE or who.copies or package.owner or package.vendored_by:
            return None
        brings = self._fetches(who.text, package.type)
        if not brings:
            return None
        reason = (
            f"comes with what `{_short(brings)}` brings: that has to have the fix, the line asks for no version of it"
        )
        return Stay(Why.UNSEEN, reason)

    def _hold(self, package: Package, who: Introduction) -> Stay | None:
        """A hold of dpkg's is set upon what is installed already: lines that install it anew come before that."""
        ours = who.origin is Origin.DOCKERFILE
        if package.held and not (ours and package.held == HELD_BY_DPKG):
            return Stay(Why.HELD, f"{package.held}: that has to be lifted first")
        other = self._held.get((package.type, package.source))
        if other is not None and not ours and not package.held:
            return Stay(Why.HELD, f"built of one source with {other.name}, which is {other.held}")
        return None

    def _archive(self, package: Package, who: Introduction) -> Stay | None:
        ours = who.origin is Origin.DOCKERFILE
        at = who.layer if ours and who.layer is not None else self._base_end
        archive = self._line(who.instruction) if ours else ""
        if not archive:
            named = (
                one for one in self._frozen if one.type == package.type and not (self._asked and one.until is None)
            )
            from_layer = at - 1 if ours else at  # a line may install before it changes the settings, and after
            last = (one for one in named if one.since <= at and (one.until is None or from_layer < one.until))
            archive = next((one.archive for one in last), "")
        if not archive:
            return None
        if is_local(archive):
            lies = f"one of its archives is a folder or a disc ({_short(archive)})"
            return Stay(Why.FROZEN, f"{lies}: that has nothing newer than what lies there")
        return Stay(Why.FROZEN, f"its archive is frozen ({_short(archive)}): it has nothing newer than at that time")


def _came_along(finding: Finding) -> bool:
    """Whether another package needs it, and so an archive had it."""
    if finding.package.automatic is not None:
        return finding.package.automatic
    return bool(finding.from_paths) and all(len(path) > 1 for path in finding.from_paths)


def _only_others(found: tuple[FileInstall, ...]) -> bool:
    """Whether every file tells which package it has: none of them has another."""
    return all(len(one.named) == len(one.files) for one in found)


def _source(instruction: str) -> str:
    """What a COPY or an ADD copies, in a word."""
    words = (word.strip("\"'[],") for word in instruction.split()[1:])
    return next((word for word in words if word and not word.startswith("--")), "")


def _from_file(word: str) -> Stay:
    reason = f"installed from a file ({_short(word)}), and so it is again: another one has to be put in its place"
    return Stay(Why.FILE, reason, word)


def _from_reference(word: str) -> Stay:
    lacking = "the line has to name a state of that repository which has the fix; whether one has it is not known"
    return Stay(Why.SOURCE, f"installed from {_short(word)}: {lacking}", word)


def _from_folder(place: str) -> Stay:
    where = "what was stored before" if place.startswith("-") else "a folder"
    return Stay(
        Why.SOURCE, f"installed from {where} ({_short(place)}) alone: a version with the fix has to be put there"
    )


def _of_script(text: str) -> Stay:
    words = " ".join(text.split())
    if not words:
        return Stay(Why.UNSEEN, "which line installs it is not known, and so neither is what a rebuild brings")
    return Stay(Why.UNSEEN, f"what `{_short(words)}` installs is not known, and so neither is what a rebuild brings")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
