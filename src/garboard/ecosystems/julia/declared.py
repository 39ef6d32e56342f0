"""The packages that ``Manifest.toml`` declares."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "julia"
ORDER: Final = "semver"


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version; a part of Julia itself may have none."""
    return lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="Pkg")


def _packages(text: str) -> Iterator[Pinned]:
    document = tomllib.loads(text)
    lines = lock_text.lines(text, r"\[\[(?:deps\.)?([\w.]+)\]\]")
    tables = document.get("deps") if "manifest_format" in document else document
    for name, entries in lock_text.mapping(tables).items():
        for entry in entries:
            yield Pinned(name, entry.get("version", ""), tuple(entry.get("deps") or ()), line=lines.get(name, 0))
