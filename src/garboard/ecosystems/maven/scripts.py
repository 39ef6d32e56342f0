"""What scripts of the JVM's languages state in themselves: jbang, Kotlin, Groovy, Scala CLI and Ammonite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.ecosystems.maven.effective import exact
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

_SCALA: Final = re.compile(r'(?m)^//>[ \t]*using[ \t]+scala(?:Version)?[ \t]+"?(\d+)(?:\.(\d+))?')
_LINE: Final = re.compile(
    r"(?m)^(?://DEPS[ \t]|//>[ \t]*using[ \t]+(?:test\.|compileOnly\.)?(?:lib|libs|dep|deps|dependency|dependencies)[ \t])"
    r"([^\n]*)"
)
_CALL: Final = re.compile(r"""@(?:file:[ \t]*DependsOn|Grab)[ \t]*\(([^)\n]*)\)""")
_IMPORT: Final = re.compile(r"\$(?:ivy|dep)\.`([^`\n]*)`")
_ARGUMENT: Final = re.compile(r"""\b(group|module|version)[ \t]*[:=][ \t]*["']([^"'\n]*)["']""")
_PARTS: Final = re.compile(r"[\s,;\"'`]+")
_COORDINATES: Final = re.compile(r"([\w.-]+)(:{1,3})([\w.-]+)(?::{1,2}([^:@\s]+))?(?:[:@].*)?")


def catalog(file: File, /) -> Iterator[Fact]:
    """The artifacts that a script asks for."""
    text = lock_text.legible(file.data)
    return lock_text.script(
        file.path, _stated(text), type_="maven", order="maven", separator=":", partial=lock_text.DIRECT
    )


def _stated(text: str) -> Iterator[Pinned]:
    scala = _SCALA.search(text)
    suffix = "" if scala is None else f"_{scala[1]}" if scala[1] != "2" else f"_2.{scala[2]}" if scala[2] else ""
    for found in (*_LINE.finditer(text), *_CALL.finditer(text), *_IMPORT.finditer(text)):
        line = text.count("\n", 0, found.start()) + 1
        by_name = {str(one[1]): str(one[2]) for one in _ARGUMENT.finditer(found[1])}
        if {"group", "module"} <= by_name.keys():
            name = f"{by_name['group']}:{by_name['module']}"
            yield Pinned(name, exact(by_name.get("version", "")), asked=True, line=line)
        for word in _PARTS.split(found[1]):
            if (parts := _COORDINATES.fullmatch(word)) is not None:
                yield _artifact(parts, suffix, line)


def _artifact(parts: re.Match[str], suffix: str, line: int) -> Pinned:
    """One of Scala (``::``) is called by that language's version, too."""
    group, colons, name, version = parts.groups()
    of_scala = colons != ":"
    known = bool(version) and "+" not in version and (not of_scala or bool(suffix))
    return Pinned(f"{group}:{name}{suffix * of_scala}", exact(version) if known else "", asked=True, line=line)
