"""The packages that ``cabal.project.freeze`` and ``stack.yaml.lock`` declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text, yaml_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "hackage"
ORDER: Final = "numbers"
_FROZEN: Final = re.compile(r"(?<![\w.-])(?:any\.)?([A-Za-z0-9][A-Za-z0-9-]*+)\s*+==\s*+([0-9.]+)")
_COMPLETED: Final = re.compile(r"(.+)-([0-9.]+)(?:@.*)?")


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version."""
    if file.path.endswith(".freeze"):
        return lock_text.facts(file, _frozen, type_=TYPE, order=ORDER, writer="cabal")
    return lock_text.facts(file, _stack, type_=TYPE, order=ORDER, writer="Stack")


def _frozen(text: str) -> Iterator[Pinned]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("--"):
            yield from (Pinned(found[1], found[2], line=number) for found in _FROZEN.finditer(line))


def _stack(text: str) -> Iterator[Pinned]:
    (document,) = yaml_text.read(text)
    for entry in yaml_text.mappings(document["packages"]):
        completed = entry["completed"]
        found = _COMPLETED.fullmatch(completed.get("hackage", ""))
        line = completed.lines.get("hackage", 0)
        yield Pinned(found[1], found[2], line=line) if found else Pinned(completed.get("name", "a package"), "")
    if document.get("snapshots"):
        yield Pinned("the snapshot's packages", "")
