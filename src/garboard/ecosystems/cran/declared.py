"""The packages that ``renv.lock`` declares, and what the ``DESCRIPTION`` of a project asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Named, Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "cran"
ORDER: Final = "numbers"
_FIELDS: Final = frozenset({"Depends", "Imports", "LinkingTo"})
_FIELD: Final = re.compile(r"([A-Za-z][\w./@-]*):")
_NEED: Final = re.compile(r"(?:^|,)\s*([A-Za-z][\w.]*)")
_OWN: Final = frozenset(
    {"R", "base", "compiler", "datasets", "grDevices", "graphics", "grid", "methods", "parallel", "splines", "stats"}
    | {"stats4", "tcltk", "tools", "utils"}
)
"""R, and the packages that are part of it."""
_BUILT: Final = b"\nBuilt:"
"""Stands in what is installed, which is read as such."""


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package of CRAN; one from elsewhere is no version of it."""
    if file.path.endswith("DESCRIPTION"):
        if _BUILT not in file.data:
            yield from lock_text.asked(file, _required, type_=TYPE, hint="`renv::snapshot()` writes renv.lock")
        return
    yield from lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="renv")


def _required(text: str) -> Named:
    """The fields of needs; a line that begins with a space goes on with its field."""
    field = ""
    for number, line in enumerate(text.split("\n"), 1):
        stated = line
        if not line[:1].isspace():
            found = _FIELD.match(line)
            field = found[1] if found is not None else ""
            stated = line[len(field) + 1 :]
        if field in _FIELDS:
            for name in _NEED.findall(stated):
                if name not in _OWN:
                    yield name, number


def _packages(text: str) -> Iterator[Pinned]:
    lines = lock_text.lines(text, r'\s*"([\w.]+)"\s*:\s*\{')
    for name, entry in lock_text.listed(msgspec.json.decode(text), "Packages").items():
        source = entry.get("Source", "")
        known = source == "Repository"
        needs = tuple(entry.get("Requirements") or ())
        yield Pinned(
            name if known else f"{name} ({source})", entry["Version"] if known else "", needs, line=lines.get(name, 0)
        )
