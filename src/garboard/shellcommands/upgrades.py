"""What the commands of an instruction do to packages that are there already, by their words alone.

A history is the image's own, of any size: each function takes time in proportion to the text. For what a line asks for
exactly, see `garboard.shellcommands.install_requests`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_CONTINUED: Final = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
"""A line's end that is none, and the comments behind it, which Docker takes out."""
_ENDS: Final = re.compile(r"[;&|\n]")
_COMMENT: Final = re.compile(r"(?<!\S)#")
_BETWEEN: Final = re.compile(r"[\s\"'`()\[\]{},<>\\]+")
_MANAGERS: Final = MappingProxyType(
    dict.fromkeys(("apt", "apt-get", "aptitude"), "deb")
    | {"apk": "apk"}
    | dict.fromkeys(("dnf", "dnf5", "yum", "microdnf", "tdnf", "zypper"), "rpm")
)
"""The type of package that each deals with."""
_ANY: Final = re.compile("apt|apk|dnf|yum|zypper")
"""Without one of these a command is not looked at."""
_UPGRADES: Final = MappingProxyType(
    {
        "deb": frozenset({"upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"}),
        "apk": frozenset({"upgrade"}),
        "rpm": frozenset({"update", "upgrade", "up", "distro-sync"}),
    }
)
_INSTALLS: Final = MappingProxyType(
    {
        "deb": frozenset({"install"}),
        "apk": frozenset({"add"}),
        "rpm": frozenset({"install", "in", "update", "upgrade"}),
    }
)
_SOME: Final = MappingProxyType(
    {
        re.compile(r"\b(?:apt|apt-get|aptitude)\b"): re.compile(
            r"\b(?:dist-upgrade|full-upgrade|safe-upgrade|upgrade)\b"
        ),
        re.compile(r"\bapk\b"): re.compile(r"\b(?:upgrade|fix)\b"),
        re.compile(r"\b(?:dnf5?|yum|microdnf|tdnf|zypper)\b"): re.compile(
            r"\b(?:update|upgrade|up|dup|distro-sync|dist-upgrade|patch)\b"
        ),
    }
)
"""Managers, and what follows one somewhere in a command that may bring packages which it does not name."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What one command does, by type of package: ``upgrades`` all of them, ``installs`` these names, ``holds`` those."""

    upgrades: frozenset[str] = frozenset()
    installs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()


def commands(text: str) -> Iterator[str]:
    """The commands of an instruction that may be a package manager's, each on one line, without comments."""
    for command in _ENDS.split(_CONTINUED.sub(" ", text)):
        if _ANY.search(command):
            comment = _COMMENT.search(command)
            yield command[: comment.start()] if comment else command


def may_upgrade(text: str) -> bool:
    """Whether a command may bring newer versions of packages that it does not name."""
    for command in commands(text):
        for manager, verb in _SOME.items():
            found = manager.search(command)
            if found and verb.search(command, found.end()):
                return True
    return False


def doings(text: str) -> tuple[Doing, ...]:
    """What the commands of an instruction do, in their order; those that do nothing of it are left out."""
    found = (_doing([word for word in _BETWEEN.split(command) if word]) for command in commands(text))
    return tuple(one for one in found if one != Doing())


def _doing(words: list[str]) -> Doing:
    first: dict[str, int] = {}
    for at, word in enumerate(words):
        kind = _MANAGERS.get(word.rpartition("/")[2])
        if kind is not None:
            first.setdefault(kind, at)
    return Doing(
        upgrades=frozenset(kind for kind, at in first.items() if _is_general(kind, words, at)),
        installs={
            kind: names for kind, at in first.items() if (names := _after(_INSTALLS[kind], words, at)) is not None
        },
        holds=_held(words),
    )


def _is_general(kind: str, words: list[str], manager: int) -> bool:
    """Whether it brings every package to its newest version; apk's and dnf's do it only where they name none."""
    if kind == "deb":
        return _after(_UPGRADES[kind], words, manager) is not None
    last = len(words) - 1
    while last > manager and words[last].startswith("-"):
        last -= 1
    return last > manager and words[last] in _UPGRADES[kind]


def _after(verbs: frozenset[str], words: list[str], manager: int) -> frozenset[str] | None:
    """The names behind the first of these verbs; None where none of them follows the manager."""
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
