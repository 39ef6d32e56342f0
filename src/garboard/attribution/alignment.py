"""Finds the Dockerfile's instructions in the image's history, or says why that is not possible.

The problem. A finding is worth more with the line that brought its package in. The image has a list of entries, one for
nearly every instruction of every image that it was built on; the Dockerfile has the instructions of the last of them.
Nothing in the image says where the base ends, the builder rewrote texts, variables were replaced by unknown values, and
the same instruction may occur twice.

The algorithm. Builders write one entry for each instruction, in order, so the instructions must be the topmost entries,
without a hole. This is matching two sequences, and since both ends and gaps are so restricted, a set of numbers is
enough for the state. ``ways[n]`` has the numbers of entries that may be left below when the first n instructions are
left. From the last instruction down, `_Search.descend` computes ``ways[n - 1]`` from ``ways[n]``: an instruction takes
the topmost entry that is left, if `garboard.attribution.instruction_match.agrees` says that a builder may have written
it; or no entry, if builders leave the instruction out (ARG, MAINTAINER and ONBUILD anywhere; Kaniko also leaves out
everything that changes no file). Entries of LABEL at the very top may not be from the Dockerfile: ``docker build
--label`` adds them. ``ways[0]`` then has all places at which the base may end.

Going back up from there, `_Search.answer` collects for every entry which instructions it can be in any reading that
reaches an end. That is the answer only if there is exactly one for each entry that matters: one that made a layer, or
is a RUN, COPY or ADD. Entries of metadata may stay ambiguous, because nothing is attributed to them.

Invariants:

* Never a guess: two readings that differ in an entry that matters give no answer, and the reason says so.
* An instruction of a reading agrees with its entry, order is kept, and only what some builder leaves out is left out.
* `Alignment.below` is the highest place at which the base may end, so an entry above it is never the base's.
* If the Dockerfile starts FROM scratch, a reading that leaves something below is not valid.

The cost is instructions times readings: one or two readings at a time in practice, since only what may be left out
makes another. More than 1000 at one step end the search without an answer, as a damaged history, or one made to be
slow, would cause.

What it does not do: it does not align histories that are out of order or cut (a squashed image has no entries to read,
and the reason is passed on), it does not know the values of build arguments that were not given, and it does not look
at what the layers hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from garboard.attribution.history import METADATA, WORK, HistoryEntry, LayerHistory
from garboard.attribution.instruction_match import agrees
from garboard.dockerfile.stages import lineage, scoped
from garboard.dockerfile.variables import NO_ARGUMENTS, Scope
from garboard.model.dockerfile import Dockerfile, Instruction, Span

_MOST_READINGS: Final = 1000  # of one step: what is left out of a history may be left out anywhere
_OFTEN_LEFT_OUT: Final = frozenset(("ARG", "MAINTAINER", "ONBUILD"))
_ADDED: Final = "LABEL"  # `docker build --label` of the classic builder adds one at the very top


class BuildStep(NamedTuple):
    """An instruction that ran in the build of the image, with the variables before it, and its place.

    ``triggered``: it is in the base image's ONBUILD, and ``span`` is that of the FROM that ran it.
    """

    instruction: Instruction
    scope: Scope
    span: Span
    triggered: bool = False


class Alignment(NamedTuple):
    """``steps`` by the index of their entry in the history, and how many of the lowest entries are not theirs.

    If the Dockerfile does not align, there are no steps, ``below`` is None, and ``reason`` says why.
    """

    steps: Mapping[int, BuildStep]
    below: int | None
    reason: str = ""


def steps_of(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[BuildStep, ...]:
    """The instructions with layers of the image's own, in the order in which they ran, without FROM."""
    return tuple(
        BuildStep(instruction, scope.copy(), instruction.span)
        for stage in lineage(dockerfile, target, build_args)
        for instruction, scope in scoped(dockerfile, stage, build_args)
    )


def align(
    steps: Sequence[BuildStep], told: LayerHistory, *, kaniko: bool = False, from_scratch: bool = False
) -> Alignment:
    """Find the steps in a history; ``from_scratch`` says that nothing may be left below them.

    ``kaniko``: the builder keeps an entry only for what changes files.
    """
    if told.reason and not told.entries:
        return Alignment({}, None, told.reason)
    search = _Search(steps, told.entries, kaniko=kaniko)
    search.descend()
    if not search.ways[0]:
        return Alignment({}, None, search.failure())
    ends = {0} & search.ways[0] if from_scratch else search.ways[0]
    if not ends:
        return Alignment({}, None, "the Dockerfile starts FROM scratch, and the history tells of something below it")
    return search.answer(ends)


class _Search:
    """Which entries each step can be, from the last step down.

    ``ways[n]`` has the numbers of entries that may be left when n steps are left.
    """

    def __init__(self, steps: Sequence[BuildStep], entries: Sequence[HistoryEntry], *, kaniko: bool) -> None:
        self._steps = steps
        self._entries = entries
        self._kaniko = kaniko
        self.ways: list[set[int]] = [set() for _ in range(len(steps) + 1)]

    def descend(self) -> None:
        left = len(self._entries)
        self.ways[-1].add(left)
        while left and self._entries[left - 1].kind == _ADDED and self._entries[left - 1].layer is None:
            left -= 1
            self.ways[-1].add(left)
        for number in range(len(self._steps), 0, -1):
            step = self._steps[number - 1]
            for left in self.ways[number]:
                if self._matches(step, left):
                    self.ways[number - 1].add(left - 1)
                if self._may_lack(step):
                    self.ways[number - 1].add(left)
            if len(self.ways[number - 1]) > _MOST_READINGS:
                self.ways[number - 1].clear()
                return

    def _matches(self, step: BuildStep, left: int) -> bool:
        return left > 0 and agrees(self._entries[left - 1], step.instruction, step.scope.shell)

    def _may_lack(self, step: BuildStep) -> bool:
        name = step.instruction.name
        return name in _OFTEN_LEFT_OUT or (self._kaniko and (name in METADATA or name == "WORKDIR"))

    def _matters(self, place: int) -> bool:
        return self._entries[place].layer is not None or self._entries[place].kind in WORK

    def failure(self) -> str:
        """The instruction that the history does not have, as a reason."""
        number = next(number for number in range(len(self._steps), -1, -1) if not self.ways[number])
        step = self._steps[number]
        text = " ".join(step.instruction.original.split())
        text = text if len(text) <= 60 else text[:60] + "…"
        return (
            f"the Dockerfile does not describe this image: instruction {number + 1} (line {step.span.line}: {text}) "
            "is not in the history where it should be"
        )

    def answer(self, ends: set[int]) -> Alignment:
        """The one reading of the history, if there is only one."""
        choices: dict[int, set[int | None]] = defaultdict(set)
        alive = ends
        for number in range(1, len(self._steps) + 1):
            step = self._steps[number - 1]
            above = set()
            for left in self.ways[number]:
                if left - 1 in alive and self._matches(step, left):
                    choices[left - 1].add(number - 1)
                    above.add(left)
                if left in alive and self._may_lack(step):
                    above.add(left)
            alive = above
        lowest, highest = min(ends), max(ends)
        for place in range(lowest, highest):
            choices[place].add(None)
        if not any(options - {None} for options in choices.values()):
            return Alignment({}, None, "the Dockerfile has no instruction that the history could show")
        if any(len(options) > 1 and self._matters(place) for place, options in choices.items()):
            return Alignment({}, None, "the Dockerfile can be found in the image's history in more than one way")
        chosen = {place: self._steps[step] for place, (step, *more) in choices.items() if not more and step is not None}
        return Alignment(chosen, highest)
