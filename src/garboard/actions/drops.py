"""Packages to remove: your own lines ask for them, they lead to what is left, and nothing is known to need them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from garboard.actions import edits
from garboard.actions.autoremove import Removal
from garboard.actions.issues_left import Left, Step, freed, gone_with
from garboard.actions.removals import MayRemove, Removals
from garboard.actions.trims import Trims
from garboard.model.action import ActionKind
from garboard.model.attribution import Introduction, LayerOrigin
from garboard.model.package import SYSTEM_TYPES, Package

_DROPS: Final = 20
"""How many packages to remove are suggested at most; more of them would not be useful advice."""


class Drops:
    """The removable packages of one image, from whose lines ``trims`` took what is only recommended."""

    def __init__(self, removals: Removals, trims: Trims) -> None:
        self._trims = trims
        self._dropped: frozenset[str] = frozenset()
        self._left = _DROPS
        report = self._report = removals.report
        self._removals = removals
        self._held = removals.held
        self._packages = {one.id: one for one in report.inventory.packages}
        self._introduced = {one.package.id: one.introduced for one in reversed(report.findings) if one.introduced}

    def dropping(self, left: Left, may: MayRemove) -> Iterator[Step]:
        """Remove the package that clears the most issues, again and again, as long as one that ``may`` be clears any."""
        while self._left:
            dropped = self._dropped | self._trims.trimmed
            targets = [one for one in self._targets(left, dropped) if may(ActionKind.DROP, one.name)]
            if not targets:
                return
            removal, kept = self._removals.removal, self._removals.needed
            best = self._best(left, removal, [one for one in targets if one.id not in kept], dropped, kept)
            if best is None:
                return
            package, gone = best
            self._dropped |= gone
            self._left -= 1
            places = tuple(line.place for line in self._asking(package) if line.place)
            left = left.after(gone_with(gone))
            action = edits.dropping(package, self._who(package), places)
            yield Step(
                msgspec.structs.replace(action, packages=len(gone), size=freed([self._packages[one] for one in gone])),
                left,
            )

    def _targets(self, left: Left, dropped: frozenset[str]) -> tuple[Package, ...]:
        """Packages that your own lines ask for and that are on a path to what is left."""
        wanted = {path[0] for one in left.findings for path in one.from_paths} - dropped
        return tuple(
            package
            for package in self._report.inventory.packages
            if package.id in wanted
            and package.type in SYSTEM_TYPES
            and package.automatic is not True
            and self._is_yours(package)
            and self._is_asked_for(package)
        )

    def _best(
        self, left: Left, removal: Removal, targets: Sequence[Package], dropped: frozenset[str], kept: frozenset[str]
    ) -> tuple[Package, frozenset[str]] | None:
        """The package that clears the most, with the ids of all that is gone with it."""
        best: tuple[int, str, Package, frozenset[str]] | None = None
        for package in targets:
            gone = removal.without(dropped | {package.id}, self._removals.lean | self._trims.lean)
            if gone is None or gone & kept or len(removal.asked_for(gone - dropped)) > 1:
                continue
            if self._comes_recommended(package, gone, removal):
                continue
            mine = frozenset(one for one in gone - removal.unneeded - dropped if self._is_yours(self._packages[one]))
            count = len(left.keys) - len(left.after(gone_with(mine)).keys)
            if count and (best is None or (-count, package.name) < best[:2]):
                best = (-count, package.name, package, mine)
        return (best[2], best[3]) if best else None

    def _comes_recommended(self, package: Package, gone: frozenset[str], removal: Removal) -> bool:
        """Whether a line installs it, though none names it, because something that stays recommends it."""
        fat = self._removals.fat.keys() - self._trims.lean
        return any(one.id not in gone and one.layer in fat for one in removal.recommending(package.id))

    def _is_yours(self, package: Package) -> bool:
        """Whether it is above the base; if that is not known it is not touched."""
        whose = self._report.attribution
        layers = whose.base.layers if whose else None
        above = layers is not None and package.layer is not None and package.layer >= layers
        return above and package.name not in self._held

    def _is_asked_for(self, package: Package) -> bool:
        """Whether a line names it, as far as that can be told: dpkg marks other packages as asked for too."""
        who = self._who(package)
        if not who.place or who.asked_for == package.name or not who.instruction:
            return True
        return _names(who.instruction, package.name) or "$" in who.instruction

    def _asking(self, package: Package) -> tuple[LayerOrigin, ...]:
        """The lines that name a package to install."""
        return tuple(one for one in self._report.own_layers if one.place and _names(one.text, package.name))

    def _who(self, package: Package) -> Introduction:
        """Who brought a package: of the lines that name it, else of its layer."""
        own = self._introduced.get(package.id) or self._of_layer(package.layer)
        lines = self._asking(package)
        if not lines or own.place in {one.place for one in lines}:
            return own
        return Introduction(layer=lines[0].index, instruction=lines[0].instruction, place=lines[0].place)

    def _of_layer(self, index: int | None) -> Introduction:
        layers = self._report.attribution.layers if self._report.attribution else ()
        layer = next((one for one in layers if one.index == index), None)
        return Introduction(layer=index, instruction=layer.instruction, place=layer.place) if layer else Introduction()


def _names(instruction: str, name: str) -> bool:
    """Whether a package's name is a word of the instruction, with a version or without."""
    return any(re.split(r"[=<>:/~]", word, maxsplit=1)[0] == name for word in re.split(r"[\s;&|'\"]+", instruction))
