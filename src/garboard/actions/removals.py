"""What can be removed from one image, and what it needs; each is looked for once, if at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from garboard.actions.autoremove import Removal
from garboard.actions.needed import needed
from garboard.model.action import ActionKind
from garboard.model.package import SYSTEM_TYPES
from garboard.model.report import Report
from garboard.shellcommands.recommended import is_fat, lean_option

MayRemove = Callable[[ActionKind, str], bool]
"""Whether a removal is looked at: of a package by its name, of what is only recommended by the number of the line."""


class Removals:
    """The removals of one image; ``held`` names packages that its base has, which stay without their line."""

    def __init__(self, report: Report, held: frozenset[str] = frozenset()) -> None:
        self.report = report
        self.held = held

    @cached_property
    def removal(self) -> Removal:
        """What goes with what."""
        return Removal(self.report.inventory)

    @cached_property
    def fat(self) -> Mapping[int, str]:
        """Layers whose lines install what is only recommended too, each with the option that leaves it out."""
        options = ((one.index, _option(one.text)) for one in self.report.own_layers)
        return {index: option for index, option in options if option}

    @cached_property
    def lean(self) -> frozenset[int]:
        """Layers whose lines leave out what is only recommended."""
        own = self.report.own_layers
        lean = (
            one.index for one in own if any(not is_fat(one.text, kind) for kind in SYSTEM_TYPES if is_fat("", kind))
        )
        return frozenset(lean) - self.fat.keys()

    @cached_property
    def needed(self) -> frozenset[str]:
        """Ids of the packages that are never suggested for removal."""
        return needed(self.report)


def _option(text: str) -> str:
    return next(filter(None, (lean_option(text, kind) for kind in SYSTEM_TYPES)), "")
