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

If the whole does not align, an edited or appended line, or a commit on top, need not make all of it unknown.
`_Prefix` finds the longest run of instructions, from the first one on, that are entries without a hole between them; it is
the answer if there is one such place, and if either the base's end is known and the run starts there, or two of its
instructions did work. What lies above `Alignment.above` is then not known, and the reason says which line differs.

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
from garboard.dockerfile.stages import scoped_lineage
from garboard.dockerfile.variables import NO_ARGUMENTS, Scope
from garboard.model.dockerfile import Dockerfile, Instruction, Span

_MOST_READINGS: Final = 1000  # of one step: what is left out of a history may be left out anywhere
_OFTEN_LEFT_OUT: Final = frozenset(("ARG", "MAINTAINER", "ONBUILD"))
_SURE: Final = 2
"""How many instructions with work must be found to tell a Dockerfile's beginning, if the base's end is not proven."""
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

    If the Dockerfile does not align, there are no steps, ``below`` is None, and ``reason`` says why. If only its first
    instructions do, the reason says which one differs, and the entries from ``above`` on are not known; else that is None.
    """

    steps: Mapping[int, BuildStep]
    below: int | None
    reason: str = ""
    above: int | None = None


def steps_of(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[BuildStep, ...]:
    """The instructions with layers of the image's own, in the order in which they ran, without FROM."""
    return tuple(
        BuildStep(instruction, scope.copy(), instruction.span)
        for instruction, scope in scoped_lineage(dockerfile, target, build_args)
    )


def align(
    steps: Sequence[BuildStep],
    told: LayerHistory,
    *,
    kaniko: bool = False,
    from_scratch: bool = False,
    base_layers: int | None = None,
) -> Alignment:
    """Find the steps in a history; ``from_scratch`` says that nothing may be left below them.

    ``kaniko``: the builder keeps an entry only for what changes files. ``base_layers``: how many layers are the base's,
    if that is proven.
    """
    if told.reason and not told.entries:
        return Alignment({}, None, told.reason)
    search = _Search(steps, told.entries, kaniko=kaniko)
    search.descend()
    if not search.ways[0]:
        failed = Alignment({}, None, search.failure())
        return failed if from_scratch else _prefix(steps, told, failed, base_layers, kaniko=kaniko)
    ends = {0} & search.ways[0] if from_scratch else search.ways[0]
    if not ends:
        return Alignment({}, None, "the Dockerfile starts FROM scratch, and the history tells of something below it")
    return search.answer(ends)


def _prefix(
    steps: Sequence[BuildStep], told: LayerHistory, failed: Alignment, base_layers: int | None, *, kaniko: bool
) -> Alignment:
    """The alignment of the first steps alone, if they are in the history in one way only; else the failed one."""
    search = _Search(steps, told.entries, kaniko=kaniko)
    found = search.longest_prefix(_starts(told.entries, base_layers))
    if found is None:
        return failed
    count, starts, end = found
    work = sum(told.entries[place].kind in WORK for place in range(max(starts), end))
    if work < (1 if base_layers is not None else _SURE):
        return failed
    inner = _Search(steps[:count], told.entries[:end], kaniko=kaniko)
    inner.descend(labels=False)
    aligned = inner.answer(starts & inner.ways[0])
    if aligned.below is None:
        return failed
    return aligned._replace(above=end, reason=_differing(steps, count, len(told.entries) - end))


def _starts(entries: Sequence[HistoryEntry], base_layers: int | None) -> list[int]:
    """Where the first step may stand: right above the base's layers, or anywhere if it is not known how many they are."""
    found, layers = [], 0
    for place in range(len(entries)):
        if base_layers is None or layers == base_layers:
            found.append(place)
        layers += entries[place].layer is not None
    return found


def _differing(steps: Sequence[BuildStep], count: int, more: int) -> str:
    """A sentence on the part that does not align."""
    first, last = steps[0].span.line, steps[count - 1].span.last_line
    same = f"line {first} is" if first == last else f"lines {first} to {last} are"
    entries = f"{more} more step{'s' if more != 1 else ''}"
    if count == len(steps):
        return f"{same} what this image was built by, but its history has {entries}: what they brought is not known"
    number = steps[count].span.line
    if not more:
        return f"{same} what this image was built by, but line {number} ({_text(steps[count])}) was not: rebuild first"
    return (
        f"{same} what this image was built by, but line {number} ({_text(steps[count])}) is not: what the {entries} of its "
        "history brought is not known; rebuild first"
    )


def _text(step: BuildStep) -> str:
    text = " ".join(step.instruction.original.split())
    return text if len(text) <= 60 else text[:60] + "…"


class _Search:
    """Which entries each step can be, from the last step down.

    ``ways[n]`` has the numbers of entries that may be left when n steps are left.
    """

    def __init__(self, steps: Sequence[BuildStep], entries: Sequence[HistoryEntry], *, kaniko: bool) -> None:
        self._steps = steps
        self._entries = entries
        self._kaniko = kaniko
        self.ways: list[set[int]] = [set() for _ in range(len(steps) + 1)]

    def descend(self, *, labels: bool = True) -> None:
        """Compute ``ways``; ``labels``: entries of LABEL at the very top may be of no step."""
        left = len(self._entries)
        self.ways[-1].add(left)
        while labels and left and self._entries[left - 1].kind == _ADDED and self._entries[left - 1].layer is None:
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

    def longest_prefix(self, starts: Sequence[int]) -> tuple[int, set[int], int] | None:
        """How many of the first steps are entries without a hole, from which (any of these) to which; None if to several.

        The last of them has an entry of its own.
        """
        readings = {(start, start) for start in starts}
        best: tuple[int, set[tuple[int, int]]] = (0, set())
        for number, step in enumerate(self._steps, 1):
            taken = {
                (start, place + 1)
                for start, place in readings
                if place < len(self._entries) and self._matches(step, place + 1)
            }
            if taken:
                best = (number, taken)
            readings = taken | (readings if self._may_lack(step) else set())
            if len(readings) > max(_MOST_READINGS, len(starts)):
                return None
            if not readings:
                break
        count, places = best
        ends = {end for _, end in places}
        return (count, {start for start, _ in places}, ends.pop()) if len(ends) == 1 else None

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
        return (
            f"the Dockerfile does not describe this image: instruction {number + 1} (line {step.span.line}: {_text(step)}) "
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
