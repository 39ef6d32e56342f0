"""What an image needs to do its work, as far as it tells: nothing of that is ever suggested for removal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile
from types import MappingProxyType
from typing import Final

from garboard import ecosystems
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report
from garboard.shellcommands.argv import unwrapped
from garboard.shellcommands.shell import Word

_STARTS: Final = re.compile(r"^(?:/bin/sh -c #\(nop\)\s*)?(CMD|ENTRYPOINT|HEALTHCHECK)\b(.*)$", re.DOTALL)
_SHELL: Final = re.compile(r"[\s;&|()`\"'=]+")
_COMMANDS: Final = re.compile(r"[;&|\n()`{}]+|\bdo\b|\bthen\b|\belse\b")
_KEYWORDS: Final = frozenset({"RUN", "if", "elif", "while", "until", "!"})
_VERSION: Final = re.compile(r"-?\d[\d.]*$")
_INTERPRETERS: Final = MappingProxyType(
    {".sh": "sh", ".pl": "perl"} | {end: one.interpreter for one in ecosystems.ECOSYSTEMS for end in one.scripts}
)
"""What runs a script, by how its name ends: those of the shell and of Perl belong to no ecosystem."""
_RUNTIMES: Final = MappingProxyType({one.interpreter: one.runtimes for one in ecosystems.ECOSYSTEMS if one.runtimes})


def needed(report: Report) -> frozenset[str]:
    """Ids of packages that the image's command, its own scripts, its other lines or its language packages run."""
    words = set(report.inventory.tools)
    for text in _starts(report):
        words.update(_words(text))
    words.update(_run_by_lines(report))
    words.update(_run_by_packages(report.inventory.packages))
    words.update(_copied(report))
    words |= {runs for word in tuple(words) for end, runs in _INTERPRETERS.items() if word.endswith(end)}
    names = {word.rpartition("/")[2] for word in words}
    return frozenset(one.id for one in report.inventory.packages if one.type in SYSTEM_TYPES and _provides(one, names))


def _provides(package: Package, names: set[str]) -> bool:
    """Whether it is one of these, or has one of them among its programs, with its version in its name or without."""
    return (
        package.name in names
        or not names.isdisjoint(package.programs)
        or any(_VERSION.sub("", one) in names for one in package.programs)
        or any(_runs(name, package.name) for name in names & _RUNTIMES.keys())
    )


def _runs(interpreter: str, name: str) -> bool:
    """Whether a package of the operating system is one of an interpreter's, by its name alone."""
    return re.fullmatch(_RUNTIMES[interpreter], name) is not None


def _starts(report: Report) -> Iterator[str]:
    """The last CMD, ENTRYPOINT and HEALTHCHECK of the image's history."""
    last: dict[str, str] = {}
    for entry in report.image.history:
        found = _STARTS.match(entry.created_by)
        if found:
            last[found[1]] = found[2]
    yield from last.values()


def _words(text: str) -> Iterable[str]:
    """The words of an instruction in its JSON form, or in its shell form, which a shell runs."""
    start = text.find("[")
    if start >= 0:
        try:
            given = json.loads(text[start:].removesuffix("# buildkit"))
        except ValueError:
            given = None
        if isinstance(given, list):
            return [part for word in given for part in _SHELL.split(str(word))]
    return ["sh", *_SHELL.split(text)]


def _run_by_lines(report: Report) -> Iterator[str]:
    """The program of every command in the lines above the base, and those that run it."""
    for layer in report.own_layers:
        if not layer.text.startswith("RUN"):
            continue
        for command in _COMMANDS.split(layer.text.replace("\\\n", " ")):
            words = list(dropwhile(_KEYWORDS.__contains__, command.split()))
            left, _ = unwrapped(tuple(Word(word, word) for word in words))
            ran = words[: len(words) - len(left) + 1]
            yield from (word for word in ran if not word.startswith("-"))


def _copied(report: Report) -> Iterator[str]:
    """The scripts that lines above the base copy, by their names."""
    for layer in report.own_layers:
        if layer.text.startswith(("COPY", "ADD")):
            yield from (word.strip("\"'[],") for word in layer.text.split())


def _run_by_packages(packages: Iterable[Package]) -> Iterator[str]:
    """What runs the packages of languages that no system package brought."""
    for kind in {one.type for one in packages if one.outside_system}:
        known = ecosystems.of(kind)
        if known.interpreted:
            yield known.interpreter
