"""Readers of files that say which packages a build installs: lock files and manifests of source trees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem, PlainCatalog
from garboard.model.image import File, Reader
from garboard.model.package import Fact, Package
from garboard.packages import dockerfiles
from garboard.packages.guard import guarded

_INSTALLED: Final = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|dist-packages|bower_components|\.venv|\.tox|\.m2|\.gradle|\.cargo|\.bundle|\.stack-work|gems|"
    r"pkg/mod|vendor/(?:bundle|cache|[^/]+/[^/]+(?=/composer\.))|deps/[^/]+(?=/(?:mix|rebar)\.)|Pods)/"
)
"""Folders of packages that are installed or kept: the lock files in them are of their authors' own work."""


class Declarations:
    """A `Reader` of one ecosystem's files; the parser is imported with the first file."""

    __slots__ = ("_catalog", "ecosystem")

    LARGE: Final = True
    """Lock files of large monorepos have tens of MiB."""

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self._catalog: PlainCatalog | None = None

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name, and what is read."""
        return f"{self.ecosystem.name}-declared"

    @property
    def VERSION(self) -> int:  # noqa: N802
        """The ecosystem's version."""
        return self.ecosystem.version

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs."""
        return (*self.ecosystem.declares, *self.ecosystem.manifests)

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The packages that a file declares, each marked so."""
        if _INSTALLED.search(file.path) is not None:
            return
        if self._catalog is None:
            assert self.ecosystem.load_declared is not None
            self._catalog = self.ecosystem.load_declared()
        for fact in guarded(self._catalog(file), file):
            yield msgspec.structs.replace(fact, declared=True) if isinstance(fact, Package) else fact


DECLARATIONS: Final[tuple[Reader, ...]] = (
    *(Declarations(one) for one in ECOSYSTEMS if one.load_declared is not None),
    dockerfiles,
)
