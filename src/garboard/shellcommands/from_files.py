"""What a line installs that no archive decides: files, folders, references, and what scripts bring, by its words alone.

A build of the same lines installs the same files again, and what a script installs is in the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile
from typing import Final

from garboard import ecosystems
from garboard.frozen_archives import frozen, local
from garboard.model.program import Commands, PackageSpec, Program
from garboard.shellcommands.argv import unwrapped
from garboard.shellcommands.programs import DOWNLOADERS
from garboard.shellcommands.shell import SHELLS, Word

_CONTINUED: Final = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_ENDS: Final = re.compile(r"[;&|\n]")
_BETWEEN: Final = re.compile(r"[\s\"'`()\[\]{},<>\\]+")
_BRACED: Final = re.compile(r"\$\{(\w+)[^}\s]{0,80}\}")
_VARIABLE: Final = re.compile(r"\$(\w+)$")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_EDITABLE: Final = ("-e", "--editable")
_EGG: Final = re.compile(r"#egg=([\w.-]+)")
_AT: Final = re.compile(r"(?!git@)((?:@[\w.~-]+/)?[\w.~-]+)@(?=[^\s@]*[:/])")
"""A package that is named with the file or reference it comes from: ``name@https://…``."""
_FEEDING: Final = frozenset({"xargs", "parallel", "-exec", "-execdir"})
_FETCHING: Final = frozenset({"download"})
_MENDING: Final = frozenset({"-f", "--fix-broken", "download", "localinstall"})
_SETTINGS: Final = re.compile(
    r"sources\.list|\.sources\b|apk/repositories|\.repo\b|--repository|--snapshot|config-manager"
)
_COMMANDS: Final = re.compile(r"[;&|\n(){}]+|\b(?:do|then|else)\b(?=\s)")
_STARTING: Final = frozenset({"if", "elif", "while", "until", "!"})
_SCRIPTS: Final = (".sh", ".bash", ".run", ".pl", ".py", ".rb")
_FED_SHELL: Final = re.compile(
    r"(?:\b(?:ba|da|z)?sh[ \t]+-\w{0,8}c[ \t]+|\beval[ \t]+)[\"']?(?:\$\(|`)[ \t]*(?:curl|wget)\b[^\n;&|]{0,200}"
)
"""A shell that runs what is downloaded, without a pipe."""
_FETCHES: Final = re.compile(r"(?<![\w./-])(?:curl|wget|git[ \t]+clone|unzip|aria2c)(?![\w-])")
_BUILDS: Final = re.compile(
    r"(?<![\w./-])(?:bun|deno|pipenv|pdm|hatch|rye|conda|mamba|make|tox|nox|npx|mvn|gradle|python[\d.]*|go|dotnet)(?![\w-])"
)
"""Programs that install packages of languages, which are read from a file that they find."""


@dataclass(frozen=True, slots=True)
class FileInstall:
    """One command: its files, those that tell it by the name of the package in them, and what it asks for by name.

    ``folder`` is the place on the disk that everything comes from, empty where an index is asked.
    """

    files: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    folder: str = ""


def installs(text: str, kind: str, around: str = "") -> tuple[FileInstall, ...]:
    """The installing commands in a text, of the package managers of one type.

    ``around`` is the whole line, which may tell what a command gets through a pipe or a variable.
    """
    known = ecosystems.commands(kind)
    every = _words_of_each(text)
    lying = _Lying(_words_of_each(around) if around and around != text else every, known)
    found = (_install(one, kind, known, lying) for one in every)
    return tuple(one for one in found if one is not None)


def _words_of_each(text: str) -> list[list[str]]:
    commands = _ENDS.split(_BRACED.sub(r"$\1", _CONTINUED.sub(" ", text)))
    return [words for one in commands if (words := [word for word in _BETWEEN.split(one) if word])]


def asks_archive(text: str, kind: str) -> bool:
    """Whether a command of a text may get packages of an operating system's type from an archive."""
    known = ecosystems.commands(kind)
    return any(_asks_archive(words, known) for words in _words_of_each(text))


def _asks_archive(words: Sequence[str], known: Commands) -> bool:
    acting: AbstractSet[str] | None = None
    for word in words:
        if acting is not None and (word in acting or word.startswith("$")):
            return True
        name = word.rpartition("/")[2]
        program, upgrades = known.programs.get(name), known.upgrades
        if program is None or not program.fetches:
            continue
        if program.bare_operands:
            return True
        acting = program.verbs | program.opaque | _MENDING
        if upgrades is not None and name in upgrades.programs:
            acting |= upgrades.everything | upgrades.named | upgrades.possible
    return False


def foreign(text: str) -> str:
    """The first command of a text that runs what the text does not show: a script, or what was downloaded; else empty."""
    text = _CONTINUED.sub(" ", text)
    fetched = _FED_SHELL.search(text)
    if fetched:
        return " ".join(fetched[0].split())
    parts = [part for part in _COMMANDS.split(text) if part and not part.isspace()]
    for command in parts:
        words = [word.strip("\"'[],") for word in command.removeprefix("RUN ").split()]
        words = list(dropwhile(lambda word: word in _STARTING or word.startswith("--mount"), words))
        left, _ = unwrapped(tuple(Word(word, word) for word in words))
        words = [one.written for one in left]
        if words and _is_foreign(words[0], words[1:]):
            is_shell = words[0].rpartition("/")[2] in SHELLS
            is_fed = is_shell and len(parts) > 1 and all(word.startswith(("-", "<")) for word in words[1:])
            return " ".join(text.removeprefix("RUN ").split() if is_fed else words)
    return ""


def _is_foreign(name: str, rest: Sequence[str]) -> bool:
    if name.rpartition("/")[2] in SHELLS:
        return not any(re.fullmatch(r"-[a-z]*c", word) or word.startswith("<<") for word in rest)
    return name.endswith(_SCRIPTS) or (name.startswith(("./", "../", "/")) and "bin/" not in name)


def fetches_packages(text: str, kind: str) -> str:
    """What brings packages of a language's type without its package manager, if a line does so; else empty."""
    known = ecosystems.commands(kind).programs
    if _BUILDS.search(text):
        return ""
    for words in _words_of_each(text):
        names = (word.rpartition("/")[2] for word in words)
        if any(name in known or name.rstrip("0123456789.") in known for name in names):
            return ""
    found = _FETCHES.search(text)
    return foreign(text) or (_ENDS.split(text[found.start() :], maxsplit=1)[0].strip() if found else "")


class _Lying:
    """The files that a line names, for commands that get them from another command or through a variable."""

    def __init__(self, commands: Sequence[Sequence[str]], known: Commands) -> None:
        self._commands = commands
        self._known = known

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Those that are packages by the ends of their names."""
        ends = self._known.file_ends
        words = (word for command in self._commands for word in command)
        return tuple(dict.fromkeys(word for word in words if ends and word.endswith(ends)))

    def behind(self, word: str) -> tuple[str, ...]:
        """The files that a variable stands for, where the line sets it."""
        found = _VARIABLE.match(word)
        return self._set.get(found[1], ()) if found else ()

    @cached_property
    def _set(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for words in self._commands:
            if "for" in words and (at := words.index("for")) + 2 < len(words) and words[at + 2] == "in":
                found[words[at + 1]] = tuple(filter(self._known.is_file, words[at + 3 :]))
            if "read" in words:
                found[words[-1]] = self.files
            for at, word in enumerate(words):
                name, equals, value = word.partition("=")
                if equals and _NAME.fullmatch(name):
                    value = value or "".join(words[at + 1 : at + 2])  # what stood in quotes
                    found[name] = (value,) if self._known.is_file(value) else ()
        return found


def _install(words: list[str], kind: str, known: Commands, lying: _Lying) -> FileInstall | None:
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        program = known.programs.get(name) or known.programs.get(name.rstrip("0123456789."))
        if program is not None:
            start = _operands(words, at + 1, program)
            if not start:
                return None
            found = _read(words[start:], kind, known, program, lying)
            if found.files:
                return found
            fed = not _FEEDING.isdisjoint(one.rpartition("/")[2] for one in words[:at])
            files = lying.files if fed or program.only_files else ()
            if program.only_files and not files:
                files = (" ".join(words[at:]),)
            return FileInstall(files, found.named, found.asked, _folder(words[at + 1 :], program))
    return None


def _operands(words: list[str], start: int, program: Program) -> int:
    """Where the operands begin; 0 if the command installs nothing."""
    if program.bare_operands:
        return start
    if program.actions:
        acts = any(
            word in program.actions or (word[:2] in program.actions and not word.startswith("--"))
            for word in words[start:]
        )
        return start if acts else 0
    for at in range(start, len(words)):
        if words[at] in program.verbs or words[at] in _FETCHING:
            return at + 1
        if " ".join(words[at : at + 2]) in program.verbs:
            return at + 2
    return 0


def _read(words: list[str], kind: str, known: Commands, program: Program, lying: _Lying) -> FileInstall:
    normalize = ecosystems.of(kind).normalize
    files: list[str] = []
    named: dict[str, str] = {}
    asked: list[str] = []
    for before, word in _taken(words, program):
        spec = program.read(word)
        if before in _EDITABLE or known.is_file(word):
            files.append(word)
            told = _EGG.search(word) or _AT.match(word)
            if told or isinstance(spec, PackageSpec):
                named[normalize(told[1] if told else spec.name)] = word  # type: ignore[union-attr]
            elif before == "@" and asked:  # name @ address (PEP 508)
                named[asked.pop()] = word
        elif behind := lying.behind(word):
            files += behind
        elif isinstance(spec, PackageSpec):
            asked.append(normalize(spec.name))
    return FileInstall(tuple(files), named, frozenset(asked), _folder(words, program))


def _folder(words: Sequence[str], program: Program) -> str:
    """The place on the disk that takes the index's; empty if an index is asked, or an address that may be one."""
    given = dict.fromkeys((*program.beside, *program.instead), "")
    closed = ""
    for at, word in enumerate(words):
        option, _, value = word.partition("=")
        if option in given:
            given[option] = value or "".join(words[at + 1 : at + 2])
        elif word in program.closed:
            closed = word
    instead = [one for option, one in given.items() if one and option in program.instead]
    places = [one for one in given.values() if one] if closed else instead
    if any(one.startswith("$") or ("://" in one and not one.startswith("file:")) for one in places):
        return ""
    return next(iter(places), closed)


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
    joined = _CONTINUED.sub(" ", text).replace("\\n", "\n")  # printf's
    dated = _SETTINGS.search(text) is not None
    for command in _ENDS.split(joined):
        words = command.removeprefix("RUN").split(None, 1)
        if words and words[0].rpartition("/")[2] not in DOWNLOADERS:
            found = frozen(command, dated=dated)
            if found:
                return found
    return local(joined)
