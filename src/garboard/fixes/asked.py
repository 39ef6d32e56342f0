"""What all lines of a Dockerfile ask package managers for, to see what a change of the file changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from garboard import ecosystems
from garboard.dockerfile.stages import scoped
from garboard.model.action import WantedVersion
from garboard.model.dockerfile import Dockerfile, Instruction, PackageRequest, Request
from garboard.shellcommands.install_requests import requests


class PlacedRequest(NamedTuple):
    """One request, the instruction that it is in, and the number of the stage in which that runs."""

    stage: int
    instruction: Instruction
    request: Request

    def is_for(self, wanted: WantedVersion) -> bool:
        """Whether it asks for this package by name."""
        one = self.request
        if not isinstance(one, PackageRequest) or one.ecosystem != wanted.type:
            return False
        spelled = ecosystems.of(wanted.type).normalize
        return spelled(one.name) == spelled(wanted.name)

    def gets(self, wanted: WantedVersion) -> bool:
        """Whether it asks for this version of this package."""
        one = self.request
        if not self.is_for(wanted) or not isinstance(one, PackageRequest):
            return False
        version = ecosystems.commands(wanted.type).marked(wanted.version)
        return one.version == version or (not one.version and version in one.specifier)

    @property
    def meaning(self) -> tuple[object, ...]:
        """What it asks for, wherever it stands."""
        one = self.request
        if isinstance(one, PackageRequest):
            return self.stage, one.manager, one.name, one.version, one.specifier
        return self.stage, one.manager, one.text, one.reason


def asked(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> Iterator[PlacedRequest]:
    """Every request of every stage, in written order."""
    for stage in dockerfile.stages:
        for instruction, scope in scoped(dockerfile, stage, build_args):
            for request in requests(instruction, scope):
                yield PlacedRequest(stage.index, instruction, request)


def only(
    wanted: WantedVersion, line: int, before: list[PlacedRequest], after: list[PlacedRequest], *, added: bool
) -> bool:
    """Whether all that changed is that the instruction of a line asks for what is wanted.

    ``added``: it did not ask for the package by name before.
    """
    rest = [one for one in after if not (_on(one, line) and one.is_for(wanted))]
    own = [one for one in after if _on(one, line) and one.is_for(wanted)]
    stayed = [one for one in before if not (_on(one, line) and one.is_for(wanted))]
    count = len(before) - len(stayed) + (1 if added else 0)
    met = len(own) == count and all(one.gets(wanted) for one in own)
    return met and [one.meaning for one in rest] == [one.meaning for one in stayed]


def _on(one: PlacedRequest, line: int) -> bool:
    return one.instruction.span.line == line
