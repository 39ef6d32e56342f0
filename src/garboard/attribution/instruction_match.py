"""Whether a builder may have written an entry of the history for an instruction.

A RUN's text must be the same except for white space. The words of a COPY are compared if the builder kept them. A word
with variables matches anything that they may expand to: the values of a build are not known.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from garboard.attribution.history import HistoryEntry, Style
from garboard.dockerfile.heredocs import delimiter
from garboard.dockerfile.variables import DEFAULT_SHELL
from garboard.model.dockerfile import Instruction

_VARIABLE: Final = re.compile(r"\$(?:\{[^}]*\}|\w+)")
_ARGUMENTS: Final = re.compile(r"\|\d+(?: [A-Za-z_]\w*=.*)?\Z")
_CLASSIC_COPY: Final = re.compile(r"(?:--\S+\s+)*\S+ in (.*)\Z", re.DOTALL)
_SUMMARY: Final = re.compile(r"<<-?['\"]?([^\s'\"]+)['\"]?\s*\((.*)\.\.\.\)")
_QUOTES: Final = re.compile(r"[\"'\\]")


def agrees(entry: HistoryEntry, instruction: Instruction, shell: tuple[str, ...]) -> bool:
    """Whether a builder may have written this entry for this instruction; ``shell`` is the one in force before it."""
    if entry.kind != instruction.name:
        return False
    if instruction.name == "RUN":
        return _run(entry, instruction, shell)
    check = _CHECKS.get(instruction.name)
    return check is None or check(entry, instruction)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _run(entry: HistoryEntry, run: Instruction, shell: tuple[str, ...]) -> bool:
    text = _squeezed(entry.text)
    if entry.style is Style.PLAIN:
        return text in {_squeezed(one) for one in _raw(run)}
    expected = {_squeezed(one) for one in _run_texts(run, entry.style, shell)}
    if text in expected:
        return True
    return any(
        text.endswith(" " + one) and _ARGUMENTS.match(text[: -len(one) - 1]) is not None for one in expected if one
    ) or _summarized(text, run)


def _run_texts(run: Instruction, style: Style, shell: tuple[str, ...]) -> Iterator[str]:
    if run.exec_form is not None:
        yield " ".join(run.exec_form)
        if style is Style.SHELL:  # Buildah takes the JSON for a command
            yield from (" ".join((*DEFAULT_SHELL, one)) for one in _raw(run))
        return
    for runner in {shell, DEFAULT_SHELL} if style is Style.SHELL else {shell}:
        yield from (" ".join((*runner, one)) for one in _scripts(run))


def _scripts(run: Instruction) -> Iterator[str]:
    """The script that the shell was given, in the spellings of builders."""
    command = run.values[0] if run.values else ""
    if len(run.heredocs) == 1 and delimiter(command) is not None:
        body = run.heredocs[0]
        yield body.text
        if body.content.startswith("#!"):
            yield f"/dev/pipes/{body.name}"
    if run.heredocs:
        yield command + "".join(f"\n{one.content}{one.name}" for one in run.heredocs)
    else:
        yield command


def _raw(run: Instruction) -> Iterator[str]:
    if run.exec_form is not None:
        yield json.dumps(run.exec_form, ensure_ascii=False)
        yield json.dumps(run.exec_form, ensure_ascii=False, separators=(",", ":"))
        return
    flags = "".join(f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") + " " for flag in run.flags)
    for script in _scripts(run):
        yield script
        yield flags + script


def _summarized(text: str, run: Instruction) -> bool:
    """``<<EOF (first words...)``, as newer builders shorten a heredoc."""
    found = _SUMMARY.search(text)
    if found is None or len(run.heredocs) != 1:
        return False
    body = run.heredocs[0]
    return found[1] == body.name and bool(found[2].strip()) and _squeezed(body.text).startswith(_squeezed(found[2]))


def _copy(entry: HistoryEntry, copy: Instruction) -> bool:
    words = copy.values
    if entry.style is Style.SHELL:
        found = _CLASSIC_COPY.match(entry.text)
        return found is not None and _alike(found[1].strip(), words[-1])
    if copy.exec_form is not None:
        return _alike_text(entry.text, " ".join(words)) or _alike_text(entry.text, json.dumps(words))
    told = [_heredoc(word) for word in entry.text.split() if not word.startswith("--")]
    words = tuple(_heredoc(word) for word in words)
    if len(told) != len(words) or not _alike(told[-1], words[-1]):
        return False
    if any("$" in word for word in words[:-1]):
        return True
    return Counter(told[:-1]) == Counter(word.strip("\"'") for word in words[:-1]) or told == list(words)


def _heredoc(word: str) -> str:
    """``<<EOF`` for a word that starts a heredoc: BuildKit keeps neither its quotes nor its dash."""
    found = delimiter(word) if "<<" in word else None
    return word if found is None else f"<<{found.name}"


def _alike_text(told: str, written: str) -> bool:
    """Whether the stated text ends in the words that were written (flags come before them)."""
    first, *rest = _fixed(" " + _squeezed(written))
    return _fits(("", first, *rest), " " + _squeezed(told))


def _alike(told: str, written: str) -> bool:
    """Whether a word may be the expansion of the written one, for any values of its variables."""
    return told == written or _fits(_fixed(written), told.replace('"', ""))


def _fixed(written: str) -> tuple[str, ...]:
    """The text around the variables, without quotes."""
    return tuple(_QUOTES.sub("", part) for part in _VARIABLE.split(written))


def _fits(parts: tuple[str, ...], told: str) -> bool:
    """Whether a text consists of these parts in order, with anything between two of them."""
    if len(parts) == 1:
        return told == parts[0]
    at, end = len(parts[0]), len(told) - len(parts[-1])
    if end < at or not (told.startswith(parts[0]) and told.endswith(parts[-1])):
        return False
    for part in parts[1:-1]:
        found = told.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _workdir(entry: HistoryEntry, instruction: Instruction) -> bool:
    """A builder may write the whole path for a relative one."""
    told, written = entry.text.rstrip("/"), instruction.values[0].rstrip("/")
    if _alike(told, written) or written in ("", "."):
        return True
    last = posixpath.basename(posixpath.normpath(written))
    return last == ".." or _alike(posixpath.basename(told), last) or "$" in last


def _assigned(entry: HistoryEntry, instruction: Instruction) -> bool:
    """Whether the names that an ENV or a LABEL sets are in the entry."""
    names = (_QUOTES.sub("", one.name) for one in instruction.assignments)
    return all("$" in name or name in entry.text for name in names)


def _command(entry: HistoryEntry, instruction: Instruction) -> bool:
    """Whether the words of CMD or ENTRYPOINT are in the entry, in order."""
    at = 0
    told = _squeezed(_QUOTES.sub("", entry.text))
    for word in instruction.exec_form or instruction.values:
        found = told.find(_squeezed(_QUOTES.sub("", word)), at)
        if found < 0:
            return False
        at = found
    return True


def _word(entry: HistoryEntry, instruction: Instruction) -> bool:
    return _alike(entry.text, instruction.values[0])


_CHECKS: Final = MappingProxyType[str, Callable[[HistoryEntry, Instruction], bool]](
    {
        "ADD": _copy,
        "CMD": _command,
        "COPY": _copy,
        "ENTRYPOINT": _command,
        "ENV": _assigned,
        "LABEL": _assigned,
        "STOPSIGNAL": _word,
        "USER": _word,
        "WORKDIR": _workdir,
    }
)
"""For the others (ARG, EXPOSE, VOLUME, …) builders keep too little to compare more than the kind."""
