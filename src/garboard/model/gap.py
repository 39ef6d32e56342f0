"""A gap: something about the input that could not be known. It is part of the answer, never left unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from garboard.model.base import Value

_READING: Final = frozenset({"image", "catalog"})
_NAMED: Final = 3
_OF_TESTS: Final = frozenset({"test", "tests", "spec", "__tests__"})
_FIXTURES: Final = frozenset({"fixture", "fixtures", "__fixtures__"})


class Gap(Value, tag_field="fact", tag="gap"):
    """What was not covered, by which stage, and why.

    ``stage`` is the part of the program (``image``, ``catalog``, ``match``, ``database``, ``dockerfile``;
    ``development`` of what nothing that is installed needs); ``subject``
    names the path, package, ecosystem or feed; ``reason`` is a sentence for people. Where they have only the first of
    several, ``subjects`` are all subjects, and ``names`` all that the reason names.
    """

    stage: str
    subject: str
    reason: str
    support: bool = False
    """Whether it says only what nobody maintains any more, or not for all uses: no newer data would tell more."""
    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether it is about content of the image that was not read, so that packages may be missing."""
        return self.stage in _READING


class SomeNames(NamedTuple):
    """Names as a sentence has them: its text, and all of them where the text has only the first."""

    text: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def some(names: Iterable[str], shown: int = _NAMED) -> SomeNames:
    """The first of them, and how many more there are."""
    every = tuple(dict.fromkeys(names))
    text = ", ".join(every[:shown])
    return SomeNames(f"{text} and {len(every) - shown} more", every) if len(every) > shown else SomeNames(text)


def gathered(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps, each once; of more than three that differ in nothing but the subject, one that names three.

    So it is with those of more than three files in one folder of what tests are given, whatever their reasons.
    """
    alike: dict[tuple[str, str, tuple[str, ...]], dict[str, Gap]] = {}
    for gap in _of_tests(gaps):
        alike.setdefault((gap.stage, gap.reason, gap.names), {}).setdefault(gap.subject, gap)
    return tuple(gap for one in alike.values() for gap in _together(one))


def _together(alike: dict[str, Gap]) -> Iterable[Gap]:
    subjects = some(alike)
    if not subjects.names:
        return alike.values()
    first = next(iter(alike.values()))
    return (msgspec.structs.replace(first, subject=subjects.text, subjects=subjects.names),)


def _of_tests(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """The gaps; in the place of the first of many in a folder of fixtures stands one for all."""
    parted = [(gap, _fixtures(gap.subject)) for gap in gaps]
    folders: dict[tuple[str, str], dict[str, None]] = {}
    for gap, folder in parted:
        folders.setdefault((gap.stage, folder), {})[gap.subject[len(folder) + 1 :]] = None
    told = set()
    for gap, folder in parted:
        names = list(folders[gap.stage, folder])
        if not folder or len(names) <= _NAMED:
            yield gap
        elif (gap.stage, folder) not in told:
            told.add((gap.stage, folder))
            reason = f"{len(names)} files there that tests are given were not judged, or not in full: {some(names)}"
            yield Gap(stage=gap.stage, subject=folder, reason=reason, names=tuple(f"{folder}/{one}" for one in names))


def _fixtures(path: str) -> str:
    """The folder of files that tests are given in which a path lies; empty if it does not."""
    parts = path.split("/")[:-1]
    tests = next((at for at, part in enumerate(parts) if part in _OF_TESTS), len(parts))
    for at, part in enumerate(parts):
        if part == "testdata" or (at > tests and part in _FIXTURES):
            return "/".join(parts[: at + 1])
    return ""
