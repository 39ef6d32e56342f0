"""Which functions a Go program holds, by the table of their names that its runtime needs (``gopclntab``), stripped or not.

Functions that were inlined everywhere are in it too, as stack traces name them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from zlib import crc32

if TYPE_CHECKING:
    from garboard.executables import Executable

LINES: Final = "gopclntab"
"""The section with the lines of the source, which every program of Go has."""

_MAGICS: Final = {0xFFFFFFF1: 3, 0xFFFFFFF0: 3, 0xFFFFFFFA: 2}
"""Versions of the table (of Go 1.20, 1.18, 1.16), and at which word behind the head the names' place stands."""
_HEAD: Final = 8
_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_NAMES: Final = 1_000_000
_GENERIC: Final = re.compile(rb"\[.*\]")
_WITHIN: Final = re.compile(r"(?:-fm|\.(?:func|gowrap|deferwrap)\d[\w.]*)$")
_STANDARD: Final = re.compile(r"(?!main\b)[^./]+(?:/|$)")


def by_module(program: Executable, modules: Iterable[str], standard: str) -> dict[str, bytes]:
    """For each module, what `has` looks into; empty where the table cannot be read.

    Packages of the standard library are those of the module ``standard``.
    """
    known = frozenset(modules)
    packages: dict[str, str] = {}
    found: dict[str, set[int]] = defaultdict(set)
    for name in _names(program):
        package, symbol = _split(name)
        if package not in packages:
            packages[package] = owner = _module(package, known, standard)
            found[owner].add(_digest(unquote(package)))
        if symbol:
            found[packages[package]].add(_digest(f"{unquote(package) if '%' in package else package}.{symbol}"))
    found.pop("", None)
    return {path: b"".join(one.to_bytes(4, "big") for one in sorted(some)) for path, some in found.items()}


def has(functions: bytes, name: str) -> bool:
    """Whether a function (``net/http.Client.Do``), or anything of a package, may be among those of a module."""
    wanted, low, high = _digest(name).to_bytes(4, "big"), 0, len(functions) // 4
    while low < high:
        middle = (low + high) // 2
        if functions[4 * middle : 4 * middle + 4] < wanted:
            low = middle + 1
        else:
            high = middle
    return functions[4 * low : 4 * low + 4] == wanted


def _module(package: str, known: frozenset[str], standard: str) -> str:
    if _STANDARD.match(package):
        return standard
    path = unquote(package)
    while path and path not in known:
        path = path.rpartition("/")[0]
    return path


def _digest(name: str) -> int:
    return crc32(name.encode())


def _split(name: bytes) -> tuple[str, str]:
    """The package and the function as advisories write them: without pointers, type arguments, and what lies within it."""
    text = (_GENERIC.sub(b"", name) if b"[" in name else name).decode("utf-8", "replace")
    slash = text.rfind("/") + 1
    dot = text.find(".", slash)
    if dot < 0:
        return text, ""
    symbol = text[dot + 1 :]
    if "func" in symbol or "wrap" in symbol or "-fm" in symbol:
        symbol = _WITHIN.sub("", symbol)
    return text[:dot], symbol.replace("(*", "").replace(")", "") if "(" in symbol else symbol


def _names(program: Executable) -> list[bytes]:
    table = next((part for part in program.all_sections() if part.name.endswith(LINES)), None)
    if table is None:
        return []
    data = program.data[table.at : table.at + table.size]
    order: Final = "little" if program.order == "<" else "big"
    word = _MAGICS.get(int.from_bytes(data[:4], order), 0)
    size = data[7] if len(data) > _HEAD else 0
    if not word or size not in (4, 8):
        return []
    places = [int.from_bytes(data[at : at + size], order) for at in (_HEAD + (word + step) * size for step in (0, 1))]
    start, end = places
    if not 0 < start < end <= len(data) or end - start > _MOST_BYTES:
        return []
    names = bytes(data[start:end]).split(b"\0", _MOST_NAMES)
    return [] if len(names) > _MOST_NAMES else names
