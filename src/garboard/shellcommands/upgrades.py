"""What the commands of an instruction do to packages that are already there, by their words alone.

A history comes from the image and may be of any size: each function takes time proportional to the text. For exactly
what a line asks for, see `garboard.shellcommands.install_requests`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from garboard import ecosystems
from garboard.model.program import Upgrades

_CONTINUED: Final = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
"""An escaped line end, and the comments after it, which Docker removes."""
_ENDS: Final = re.compile(r"[;&|\n]")
_COMMENT: Final = re.compile(r"(?<!\S)#")
_BETWEEN: Final = re.compile(r"[\s\"'`()\[\]{},<>\\]+")


@dataclass(frozen=True, slots=True)
class Doing:
    """What one command does, by type of package: ``upgrades`` all, ``installs`` these names, ``holds`` those."""

    upgrades: frozenset[str] = frozenset()
    installs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()


def commands(text: str) -> Iterator[str]:
    """The commands of an instruction that may be a package manager's, each on one line, without comments."""
    for command in _ENDS.split(_CONTINUED.sub(" ", text)):
        if _any().search(command):
            comment = _COMMENT.search(command)
            yield command[: comment.start()] if comment else command


def may_upgrade(text: str) -> bool:
    """Whether a command may bring newer versions of packages that it does not name."""
    for command in commands(text):
        for manager, verb in _possible():
            found = manager.search(command)
            if found and verb.search(command, found.end()):
                return True
    return False


def doings(text: str) -> tuple[Doing, ...]:
    """What the commands of an instruction do, in order; those that do none of this are left out."""
    found = (_doing([word for word in _BETWEEN.split(command) if word]) for command in commands(text))
    return tuple(one for one in found if one != Doing())


@lru_cache(maxsize=1)
def _upgrades() -> Mapping[str, Upgrades]:
    """What is known about upgrading, by package URL type."""
    known = ((one.type, ecosystems.commands(one.type).upgrades) for one in ecosystems.ECOSYSTEMS if one.system)
    return {kind: upgrades for kind, upgrades in known if upgrades is not None}


@lru_cache(maxsize=1)
def _programs() -> Mapping[str, str]:
    """The package URL type that each program handles."""
    return {program: kind for kind, upgrades in _upgrades().items() for program in upgrades.programs}


@lru_cache(maxsize=1)
def _any() -> re.Pattern[str]:
    """A quick test: a command without a match is not looked at."""
    return re.compile("|".join(map(re.escape, _programs())))


@lru_cache(maxsize=1)
def _possible() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Programs, and what follows one somewhere in a command that may bring packages which it does not name."""
    return tuple((_one_of(each.programs), _one_of(each.possible)) for each in _upgrades().values())


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


def _doing(words: list[str]) -> Doing:
    first: dict[str, int] = {}
    for at, word in enumerate(words):
        kind = _programs().get(word.rpartition("/")[2])
        if kind is not None:
            first.setdefault(kind, at)
    known = {kind: _upgrades()[kind] for kind in first}
    return Doing(
        upgrades=frozenset(kind for kind, at in first.items() if _is_general(known[kind], words, at)),
        installs={
            kind: names for kind, at in first.items() if (names := _after(known[kind].named, words, at)) is not None
        },
        holds=_held(words),
    )


def _is_general(upgrades: Upgrades, words: list[str], manager: int) -> bool:
    """Whether it brings every package to its newest version; apk and dnf do so only if no package is named."""
    if not upgrades.alone:
        return _after(upgrades.everything, words, manager) is not None
    last = len(words) - 1
    while last > manager and words[last].startswith("-"):
        last -= 1
    return last > manager and words[last] in upgrades.everything


def _after(verbs: frozenset[str], words: list[str], manager: int) -> frozenset[str] | None:
    """The names after the first of these verbs; None if none of them follows the manager."""
    verb = next((at for at in range(manager + 1, len(words)) if words[at] in verbs), None)
    return None if verb is None else _names(words[verb + 1 :])


def _held(words: list[str]) -> frozenset[str]:
    for at, word in enumerate(words):
        if word.rpartition("/")[2] == "apt-mark":
            rest = [one for one in words[at + 1 :] if not one.startswith("-")]
            return _names(rest[1:]) if rest[:1] == ["hold"] else frozenset()
    return frozenset()


def _names(words: list[str]) -> frozenset[str]:
    """Without architectures (``libc6:amd64``)."""
    return frozenset(word.partition(":")[0] for word in words)
