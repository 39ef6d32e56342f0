"""Packages that no build of the same lines brings in another version, and why: no action may promise them."""

from __future__ import annotations

import enum
from functools import cache
from typing import NamedTuple

from garboard import ecosystems
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report
from garboard.packages.pins import pinned
from garboard.shellcommands.from_files import FileInstall, frozen_archive, installs
from garboard.shellcommands.upgrades import may_upgrade

HELD_BY_DPKG = "held by dpkg"
_SHOWN = 60


class Why(enum.Enum):
    """What keeps a package."""

    FILE = enum.auto()
    """A line installs it from a file or an address."""
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
        self._line = cache(frozen_archive)
        self._held: dict[tuple[str, str], Package] = {}
        for one in report.inventory.packages:
            if one.held:
                self._held.setdefault((one.type, one.source), one)

    def why(self, finding: Finding) -> Stay | None:
        """What keeps a finding's package; None if nothing is known to."""
        package, who = finding.package, finding.who
        if who.copied_from or pinned(package, who):
            return None
        file = self._file(finding, who)
        if file:
            reason = (
                f"installed from a file ({_short(file)}), and so it is again: another one has to be put in its place"
            )
            return Stay(Why.FILE, reason, file)
        if package.type not in SYSTEM_TYPES:
            return None
        return self._hold(package, who) or self._archive(package, who)

    def _file(self, finding: Finding, who: Introduction) -> str:
        """The word that names the file which a line installs the package from; empty if it comes from an archive."""
        package, text = finding.package, who.text
        if who.origin is Origin.BASE or package.owner or who.copies:
            return ""
        found = self._installs(text, package.type)
        files = [file for one in found for file in one.files]
        name = ecosystems.of(package.type).normalize(package.full_name)
        if not files or any(name in one.asked for one in found):
            return ""
        own = next((one.named[name] for one in found if name in one.named), "")
        return own or ("" if _came_along(finding) or _only_others(found, text) else files[0])

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
        return Stay(Why.FROZEN, f"its archive is frozen ({_short(archive)}): it has nothing newer than at that time")


def _came_along(finding: Finding) -> bool:
    """Whether another package needs it, and so an archive had it."""
    if finding.package.automatic is not None:
        return finding.package.automatic
    return bool(finding.from_paths) and all(len(path) > 1 for path in finding.from_paths)


def _only_others(found: tuple[FileInstall, ...], text: str) -> bool:
    """Whether every file tells which package it has, and something else brings newer versions of others."""
    return all(len(one.named) == len(one.files) for one in found) and may_upgrade(text)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
