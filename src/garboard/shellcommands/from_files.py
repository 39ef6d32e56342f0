"""Commands that install from files and addresses instead of an archive, by their words alone.

A build of the same lines installs the same files again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from garboard import ecosystems
from garboard.frozen_archives import frozen
from garboard.model.program import Commands, PackageSpec, Program
from garboard.shellcommands.programs import DOWNLOADERS

_CONTINUED: Final = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_ENDS: Final = re.compile(r"[;&|\n]")
_BETWEEN: Final = re.compile(r"[\s\"'`()\[\]{},<>\\]+")
_EDITABLE: Final = ("-e", "--editable")
_EGG: Final = re.compile(r"#egg=([\w.-]+)")
_SETTINGS: Final = re.compile(
    r"sources\.list|\.sources\b|apk/repositories|\.repo\b|--repository|--snapshot|config-manager"
)


@dataclass(frozen=True, slots=True)
class FileInstall:
    """One command: its files, those that tell it by the name of the package in them, and what it asks archives for."""

    files: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()


def installs(text: str, kind: str) -> tuple[FileInstall, ...]:
    """The installing commands in a text, of the package managers of one type."""
    known = ecosystems.commands(kind)
    words = ([word for word in _BETWEEN.split(one) if word] for one in _ENDS.split(_CONTINUED.sub(" ", text)))
    found = (_install(one, kind, known) for one in words)
    return tuple(one for one in found if one is not None)


def _install(words: list[str], kind: str, known: Commands) -> FileInstall | None:
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        program = known.programs.get(name) or known.programs.get(name.rstrip("0123456789."))
        if program is not None:
            start = _operands(words, at + 1, program)
            return _read(words[start:], kind, known, program) if start else None
    return None


def _operands(words: list[str], start: int, program: Program) -> int:
    """Where the operands begin; 0 if the command installs nothing."""
    if program.actions:
        acts = any(
            word in program.actions or (word[:2] in program.actions and not word.startswith("--"))
            for word in words[start:]
        )
        return start if acts else 0
    for at in range(start, len(words)):
        if words[at] in program.verbs:
            return at + 1
        if " ".join(words[at : at + 2]) in program.verbs:
            return at + 2
    return 0


def _read(words: list[str], kind: str, known: Commands, program: Program) -> FileInstall:
    normalize = ecosystems.of(kind).normalize
    files: list[str] = []
    named: dict[str, str] = {}
    asked: list[str] = []
    for before, word in _taken(words, program):
        spec = program.read(word)
        if before in _EDITABLE or known.is_file(word):
            files.append(word)
            egg = _EGG.search(word)
            if egg or isinstance(spec, PackageSpec):
                named[normalize(egg[1] if egg else spec.name)] = word  # type: ignore[union-attr]
            elif before == "@" and asked:  # name @ address (PEP 508)
                named[asked.pop()] = word
        elif isinstance(spec, PackageSpec):
            asked.append(normalize(spec.name))
    return FileInstall(tuple(files), named, frozenset(asked))


def _taken(words: list[str], program: Program) -> Iterator[tuple[str, str]]:
    """The words that are no options and no values of options, each with the option or sign that makes it a file."""
    waiting = iter(words)
    for word in waiting:
        if word in _EDITABLE and word in program.manifests:
            yield word, next(waiting, "")
        elif word in program.with_value:
            next(waiting, None)
        elif word == "@":
            yield word, next(waiting, "")
        elif not word.startswith("-"):
            yield "", word


def frozen_archive(text: str) -> str:
    """An archive that never changes, as a line names it to a package manager; empty without any.

    What is only downloaded from such an address is not meant.
    """
    dated = _SETTINGS.search(text) is not None
    for command in _ENDS.split(_CONTINUED.sub(" ", text)):
        words = command.removeprefix("RUN").split(None, 1)
        if words and words[0].rpartition("/")[2] not in DOWNLOADERS:
            found = frozen(command, dated=dated)
            if found:
                return found
    return ""
