"""Which packages their package manager leaves as they are, by its settings in the image."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import FileHistory
from garboard.model.package import Frozen, Hold, Package

_PATTERNS: Final = 64
"""Names with wildcards that are compared with every package."""
_LITERAL: Final = re.compile(r"[a-z0-9][a-z0-9+-]+")


class Holds:
    """What is held, by name and by pattern."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._patterns: list[tuple[str, str, str]] = []
        self.gaps: list[Gap] = []

    def add(self, fact: Hold, path: str) -> None:
        """What one file says."""
        for name in fact.names:
            if not re.search(r"[*?\[]", name) and not name.startswith("/"):
                self._names.setdefault((fact.type, name.removesuffix(":any").removesuffix(":all")), fact.how)
            elif len(self._patterns) < _PATTERNS:
                self._patterns.append((fact.type, name, fact.how))
            elif not self.gaps:
                reason = (
                    f"holds packages by more than {_PATTERNS} patterns, the limit: what the others hold is not known"
                )
                self.gaps.append(Gap(stage="catalog", subject=path, reason=reason))

    def marked(self, package: Package) -> Package:
        """The package, with what holds it."""
        how = self._of(package) if self._names or self._patterns else ""
        return msgspec.structs.replace(package, held=how) if how else package

    def _of(self, one: Package) -> str:
        for name in (one.name, f"{one.name}:{one.arch}", f"src:{one.source}"):
            how = self._names.get((one.type, name))
            if how:
                return how
        return next((how for kind, pattern, how in self._patterns if kind == one.type and _fits(pattern, one)), "")


def _fits(pattern: str, one: Package) -> bool:
    name = one.source if pattern.startswith("src:") else one.name
    pattern = pattern.removeprefix("src:")
    if pattern.startswith("/"):  # an expression: what may be meant is held
        return max(_LITERAL.findall(pattern.strip("/^$")), key=len, default="") in name
    return fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(f"{name}:{one.arch}", pattern)


def frozen(histories: Iterable[FileHistory]) -> tuple[Frozen, ...]:
    """Archives that never change, each with the layers in which a file named it."""
    found: dict[Frozen, None] = {}
    for history in histories:
        for at, version in enumerate(history.versions):
            for fact in version.facts or ():
                if isinstance(fact, Frozen):
                    until = history.versions[at + 1].layer if at + 1 < len(history.versions) else None
                    found[Frozen(type=fact.type, archive=fact.archive, since=version.layer, until=until)] = None
    return tuple(found)
