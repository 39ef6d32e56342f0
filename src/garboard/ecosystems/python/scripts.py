"""What Python's scripts state in themselves (PEP 723), and what notebooks install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.python.locked import ORDER, TYPE
from garboard.ecosystems.python.names import normalize
from garboard.ecosystems.python.requirements import parsed
from garboard.lock_text import Pinned, Remark
from garboard.model.faults import worded
from garboard.model.image import File, Glance
from garboard.model.package import Fact, Unread

_HEADER: Final = "# /// script"
_HEAD: Final = Glance(end=b"", signs=()).head
"""Bytes of a script that are looked at."""
_HINT: Final = "`uv lock --script` pins it beside the script"
_INSTALL: Final = re.compile(
    r'"[ \t]*(?:!|%)[ \t]*(?:\{?[\w./]+\}?[ \t]+-m[ \t]+)?(?:uv[ \t]+)?pip3?[ \t]+install[ \t]([^"\\\n]*(?:\\.[^"\\\n]*)*)"'
)
"""A line of a cell, as JSON has it."""
_WORD: Final = re.compile(r"""'[^'\n]*'|"[^"\n]*"|[^\s'"]+""")
_WITH_VALUE: Final = frozenset(
    {*"crfit", "index-url", "extra-index-url", "find-links", "target", "requirement", "constraint"}
)
"""Options of pip that a value follows."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The distributions that a script or a notebook asks for."""
    text = lock_text.legible(file.data)
    if file.path.endswith(".ipynb"):
        return _notebook(file.path, text)
    whole = len(file.data) < _HEAD
    return lock_text.script(file.path, _stated(text, whole=whole), type_=TYPE, order=ORDER, hint=_HINT)


def _stated(text: str, *, whole: bool) -> Iterator[Pinned | Remark]:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.rstrip() == _HEADER), len(lines))
    content: list[str] = []
    for line in lines[start + 1 :]:
        if line.rstrip() == "# ///":
            break
        if not line.startswith("#"):
            return  # no header, as the form has it
        content.append(line[2:])
    else:
        if not whole and start < len(lines):
            yield Remark("states more about itself than is looked at: what it needs was not judged")
        return
    try:
        needs = toml_text.loads("\n".join(content)).get("dependencies")
    except ValueError as error:
        yield Remark(f"states what it needs in a form that cannot be read: {worded(error)}")
        return
    yield from _needed(needs, content, start + 2)


def _needed(needs: Any, content: list[str], first: int) -> Iterator[Pinned]:
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, str):
            line = next((number for number, one in enumerate(content, first) if need in one), 0)
            yield from _pinned(need, line)


def _pinned(need: str, line: int) -> Iterator[Pinned]:
    """A requirement, with its version if it states one."""
    found = parsed(need)
    yield from (Pinned(one.name, one.version, asked=True, line=line) for one in found.entries)
    yield from (Pinned(name, "", asked=True, line=line) for name, _ in found.left)
    yield from (Pinned(name, "", asked=True, line=line) for name in found.folders if name[0] != ".")


def _notebook(path: str, text: str) -> Iterator[Fact]:
    """What its cells install; what states no version is told unless the tree has it."""
    entries = [one for found in _INSTALL.finditer(text) for need in _words(found[1]) for one in _pinned(need, 0)]
    pinned = dict.fromkeys(one for one in entries if one.version)
    yield from lock_text.packaged(path, tuple(pinned), type_=TYPE, order=ORDER)
    names = tuple(dict.fromkeys(normalize(one.name) for one in entries if not one.version))
    if names:
        yield Unread(kind=lock_text.NOTEBOOKS, names=names, reason="leave open in which versions: not judged")


def _words(line: str) -> Iterator[str]:
    skip = False
    for found in _WORD.finditer(line.replace('\\"', '"').replace("\\n", " ")):
        word = found[0].strip("'\"")
        if skip or word[:1] in "-.$/{&|>":
            if word[:1] in "&|>":
                return
            skip = not skip and word.lstrip("-") in _WITH_VALUE
        elif word:
            yield word
