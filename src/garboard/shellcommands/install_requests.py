"""The packages that a RUN asks for, each with its command; what cannot be named is an UnknownRequest.

Nothing is guessed: a variable without a known value, a manifest, a file, a pattern or a foreign script is not a
package.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from garboard import ecosystems
from garboard.dockerfile.heredocs import delimiter
from garboard.dockerfile.variables import Scope
from garboard.model.dockerfile import Instruction, PackageRequest, Request, UnknownRequest
from garboard.model.package import UNMANAGED
from garboard.model.program import Program
from garboard.shellcommands.argv import Line, program, take_apart, unwrapped
from garboard.shellcommands.programs import DOWNLOADERS
from garboard.shellcommands.shell import SHELLS, Command, Obscure, Word, commands

_ADDRESS: Final = re.compile(r"(?:https?|ftp)://\S+")
_PYTHON: Final = re.compile(r"python(?:\d(?:\.\d+)?)?|pypy3?")
_INTERPRETER: Final = re.compile(r"#!\s*(\S+)(?:[ \t]+(?:-\S+[ \t]+)*(\S+))?")
_SHELL_WITH_VALUE: Final = frozenset(("-o", "-O", "+o", "+O", "--rcfile", "--init-file"))
_INSTALLING: Final = ("install", "add", "-i")
_DEEPEST: Final = 8  # `sh -c` in `sh -c`


def requests(instruction: Instruction, scope: Scope) -> tuple[Request, ...]:
    """What a RUN (or an ONBUILD RUN) installs, in written order; nothing for any other instruction.

    ``scope`` has the variables and the shell that are in force before it.
    """
    run = instruction.trigger or instruction
    if run.name != "RUN" or not run.arguments:
        return ()
    if run.exec_form is not None:
        words = tuple(Word(text, text) for text in run.exec_form)
        return tuple(_Reading(scope).of(Command(words, " ".join(run.exec_form))))
    if not _is_shell(scope.shell[0]):
        reason = f"the shell is {scope.shell[0]}"
        return (UnknownRequest(manager="", text=run.values[0], reason=reason, command=_squeezed(run.values[0])),)
    return tuple(_Reading(scope).script(script_of(run)))


def script_of(run: Instruction) -> str:
    """The script that the shell gets: the one heredoc if the command is nothing else, or the command with its own."""
    command = run.values[0]
    if len(run.heredocs) == 1 and delimiter(command) is not None:
        return run.heredocs[0].text
    return "\n".join([command, *(f"{one.text}{one.name}" for one in run.heredocs)]) + "\n"


def _is_shell(name: str) -> bool:
    return posixpath.basename(name.replace("\\", "/")).lower().removesuffix(".exe") in SHELLS


def _squeezed(text: str) -> str:
    return " ".join(text.split())


class _Reading:
    """One reading of the commands of a RUN; scripts in commands are read too."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._depth = 0

    def script(self, text: str, *, conditional: bool = False) -> Iterator[Request]:
        foreign = _interpreter(text)
        if foreign:
            yield UnknownRequest(
                manager="", text=foreign, reason=f"a script for {foreign}", command=_squeezed(text.split("\n", 1)[0])
            )
            return
        self._depth += 1
        for command in commands(text, self._scope.lookup, self._scope.budget) if self._depth <= _DEEPEST else ():
            if isinstance(command, Obscure):
                yield UnknownRequest(
                    manager="", text=command.text, reason=command.reason, command=command.text, limit=command.limit
                )
            else:
                yield from self.of(command._replace(conditional=command.conditional or conditional))
        self._depth -= 1

    def of(self, command: Command) -> Iterator[Request]:
        """What one command installs."""
        words, fed = unwrapped(command.words)
        if not words:
            return
        name = program(words[0])
        rest = words[1:]
        if name is None:
            if any(word.text in _INSTALLING for word in rest):
                yield _unknown(command, "", words[0].written, "the command's name cannot be known")
        elif name in SHELLS or name in ("su", "eval"):
            yield from self._shell(name, rest, command)
        elif _PYTHON.fullmatch(name):
            if len(rest) > 1 and rest[0].text == "-m":
                yield from self.of(command._replace(words=rest[1:]))
        elif name in DOWNLOADERS:
            yield from _downloads(command, name, take_apart(rest, DOWNLOADERS[name]))
        else:
            name = _without_release(name)
            ecosystem = ecosystems.OF_PROGRAM.get(name)
            if ecosystem is not None:
                manager = ecosystems.commands(ecosystem.type).programs[name]
                yield from _Installing(command, name, ecosystem.type, manager).of(rest, fed=fed)

    def _shell(self, name: str, rest: tuple[Word, ...], command: Command) -> Iterator[Request]:
        """``sh -c 'script'``, ``su -c 'script'``, ``eval script``, ``sh <<EOF``."""
        if command.script:
            yield from self.script(command.script, conditional=command.conditional)
            return
        inner = rest if name == "eval" else _after_c(rest)
        known = [word.text for word in inner if word.text is not None]
        if len(known) != len(inner):
            if any(one in word.written for word in inner for one in _INSTALLING):
                yield _unknown(command, "", inner[0].written, "the script cannot be known")
        elif known:
            yield from self.script(" ".join(known), conditional=command.conditional)


def _without_release(name: str) -> str:
    """``pip3.11`` and ``gem3.1`` are ``pip`` and ``gem``, unless the name itself is a package manager's."""
    bare = name.rstrip("0123456789.")
    return bare if name not in ecosystems.OF_PROGRAM and bare in ecosystems.OF_PROGRAM else name


def _after_c(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The script after ``-c``, alone or at the end of other letters; none if a file is run."""
    waiting = list(reversed(words))
    while waiting:
        text = waiting.pop().text
        if text is None:
            return ()
        if text in _SHELL_WITH_VALUE:
            del waiting[-1:]
        elif re.fullmatch(r"-[a-z]*c[a-z]*|--command", text):
            while len(waiting) > 1 and (waiting[-1].text or "").startswith(("-", "+")):
                waiting.pop()
            return tuple(waiting[-1:])
    return ()


def _interpreter(text: str) -> str:
    """The program that a script's first line names, if it is not a shell; else ``""``."""
    found = _INTERPRETER.match(text)
    if found is None:
        return ""
    name = posixpath.basename(found[1])
    name = posixpath.basename(found[2]) if name == "env" and found[2] else name
    return "" if name in SHELLS else name


class _Installing:
    """The reading of one command of a package manager."""

    def __init__(self, command: Command, name: str, kind: str, manager: Program) -> None:
        self._command = command
        self._name = name
        self._kind = kind
        self._manager = manager

    def of(self, words: tuple[Word, ...], *, fed: bool) -> Iterator[Request]:
        """What it installs; ``fed`` says that ``xargs`` adds unseen words."""
        manager = self._manager
        line = take_apart(words, manager.with_value)
        verb, operands = _verb(manager, line)
        if verb is None:
            hidden = any(word.text is None for word in line.operands)
            if hidden and any(word.text in _INSTALLING for word in line.operands):
                yield self._unknown(line.operands[0].written, "the words before the verb cannot be known")
            return
        if verb in manager.opaque:
            yield self._unknown(verb or self._name, "a manifest, a group or a lock file says what")
            return
        manifests = [option for option in manager.manifests if option in line.options]
        for option in manifests:
            value = line.options[option]
            yield self._unknown(value.written if value else option, "a file or a folder says what")
        if _names_groups(manager, line):
            yield from (self._unknown(word.written, "a pattern, a patch or a product") for word in operands)
            return
        if not operands and not manifests and manager.bare and not fed:
            yield self._unknown(manager.bare, "a manifest says what")
        for word in operands:
            yield from self._package(line, word)
        if fed:
            yield self._unknown("xargs", "the names come from another command")

    def _package(self, line: Line, word: Word) -> Iterator[Request]:
        if word.text is None:
            yield self._unknown(word.written, "a variable or a substitution without a known value")
            return
        named = self._manager.read(word.text) if word.text else None
        if isinstance(named, str):
            yield self._unknown(word.text, named)
        elif named is not None:
            version, specifier = _version(self._manager, line) or (named.version, named.specifier)
            yield PackageRequest(
                manager=self._name,
                ecosystem=self._kind,
                name=named.name,
                version=version,
                specifier=specifier,
                command=self._command.text,
                conditional=self._command.conditional,
                written=word.written,
            )

    def _unknown(self, text: str, reason: str) -> UnknownRequest:
        return _unknown(self._command, self._name, text, reason)


def _verb(manager: Program, line: Line) -> tuple[str | None, tuple[Word, ...]]:
    """The verb (``""`` if none is needed), and the operands after it; without a verb, nothing is installed."""
    if manager.bare_operands:
        return "", line.operands
    if manager.actions:
        acts = any(option in line.options for option in manager.actions) or any(
            option[:2] in manager.actions and not option.startswith("--") for option in line.options
        )
        return ("" if acts else None), line.operands
    # An unknown word may be an option held in a variable: it is kept as an operand, and so is reported.
    known = [index for index, word in enumerate(line.operands) if word.text is not None]
    unknown = tuple(word for word in line.operands[: known[0] if known else 0] if word.text is None)
    texts = [line.operands[index].text or "" for index in known[:2]]
    for count in (2, 1, 0):
        verb = " ".join(texts[:count])
        if len(texts) >= count and (count or not line.operands) and verb in manager.verbs | manager.opaque:
            return verb, unknown + line.operands[(known[count - 1] + 1) if count else 0 :]
    return None, ()


def _names_groups(manager: Program, line: Line) -> bool:
    """Whether an option turns the operands into patterns, patches or products."""
    given = [line.options[option] for option in manager.groups if option in line.options]
    return any(value is not None and value.text not in ("package", None) for value in given)


def _version(manager: Program, line: Line) -> tuple[str, str] | None:
    """The version and the constraint that an option gives; None without such an option."""
    given = [line.options[option] for option in manager.version_options if option in line.options]
    if not given:
        return None
    value = given[-1]
    if value is None:
        return "", ""
    exact = value.text is not None and re.fullmatch(r"v?\d[\w.+-]*", value.text)
    return (value.text if exact and value.text else ""), value.written


def _downloads(command: Command, name: str, line: Line) -> Iterator[Request]:
    given = line.options.get("--url")
    for word in (*line.operands, *((given,) if given is not None else ())):
        if word.text is None:
            yield _unknown(command, name, word.written, "an address that cannot be known")
        elif _ADDRESS.fullmatch(word.text):
            yield PackageRequest(
                manager=name,
                ecosystem=UNMANAGED,
                name=word.text,
                command=command.text,
                conditional=command.conditional,
            )


def _unknown(command: Command, manager: str, text: str, reason: str) -> UnknownRequest:
    return UnknownRequest(
        manager=manager, text=text, reason=reason, command=command.text, conditional=command.conditional
    )
