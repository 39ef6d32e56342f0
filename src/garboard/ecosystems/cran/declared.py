"""The packages that ``renv.lock`` declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "cran"
ORDER: Final = "numbers"


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package of CRAN; one from elsewhere is no version of it."""
    return lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="renv")


def _packages(text: str) -> Iterator[Pinned]:
    lines = lock_text.lines(text, r'\s*"([\w.]+)"\s*:\s*\{')
    for name, entry in lock_text.listed(msgspec.json.decode(text), "Packages").items():
        source = entry.get("Source", "")
        known = source == "Repository"
        needs = tuple(entry.get("Requirements") or ())
        yield Pinned(
            name if known else f"{name} ({source})", entry["Version"] if known else "", needs, line=lines.get(name, 0)
        )
