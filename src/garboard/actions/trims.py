"""Packages that your lines install only because others recommend them: an option of the line leaves them out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from garboard.actions import edits
from garboard.actions.issues_left import Left, Step, freed, gone_with
from garboard.actions.removals import MayRemove, Removals
from garboard.model.action import ActionKind


class Trims:
    """The lines of one image that install such packages."""

    def __init__(self, removals: Removals) -> None:
        self._removals = removals
        self._packages = {one.id: one for one in removals.report.inventory.packages}
        self.trimmed: frozenset[str] = frozenset()
        """Ids of the packages that go with the lines so far."""
        self.lean: frozenset[int] = frozenset()
        """The layers of these lines."""

    def trimming(self, left: Left, may: MayRemove) -> Iterator[Step]:
        """Leave out what is only recommended, on each line where that clears issues and ``may`` be."""
        for line in self._removals.report.own_layers:
            option = self._removals.fat.get(line.index, "")
            if not option or line.place is None or not may(ActionKind.TRIM, str(line.place.line)):
                continue
            only = self._removals.removal.only_recommended(line.index)
            gone = frozenset(one for one in only if self._packages[one].name not in self._removals.held)
            after = left.after(gone_with(gone))
            if after.count == left.count or only & self._removals.needed:
                continue
            left = after
            self.trimmed |= gone
            self.lean |= {line.index}
            names = sorted(self._packages[one].name for one in gone)
            size = freed([self._packages[one] for one in gone])
            yield Step(msgspec.structs.replace(edits.trimming(line, option, names), size=size), left)
