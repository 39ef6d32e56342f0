"""The catalogers of all ecosystems, in the form that the image reader takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Catalog, Ecosystem
from garboard.model.image import File, Reader
from garboard.model.package import Fact
from garboard.packages import distro, unread
from garboard.packages.guard import guarded
from garboard.patterns import of_globs


class OwnablePaths:
    """The paths that globs describe, and programs, as `MetadataPaths`."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs = tuple(glob for glob in globs if glob.startswith("**/"))
        self._ends = tuple(dict.fromkeys(glob.rpartition("/")[2].rpartition("*")[2] for glob in self._globs))
        self._hints = tuple(end.encode() for end in self._ends)
        self._pattern: re.Pattern[str] | None = None

    def mentioned(self, data: bytes, /) -> bool:
        """See `MetadataPaths.mentioned`."""
        return b"bin" in data or b".so" in data or any(hint in data for hint in self._hints)

    def describes(self, path: str, /) -> bool:
        """See `MetadataPaths.describes`."""
        folder, _, name = path.rpartition("/")
        if unread.is_library(name):
            return True
        if not path.endswith(self._ends):
            if path.startswith("opt/"):
                return folder.endswith("bin") or not path.endswith(_NO_PROGRAM)
            return folder.endswith("bin") or (
                path.startswith(_HELPERS) and "." not in name and not any(one in path for one in _OF_PACKAGES)
            )
        if self._pattern is None:
            self._pattern = re.compile(of_globs(self._globs))
        return self._pattern.fullmatch(path) is not None

    def among(self, paths: Iterable[str], /) -> tuple[str, ...]:
        """See `MetadataPaths.among`."""
        ends = self._ends
        likely = [
            path
            for path in paths
            if "bin/" in path or ".so" in path or path.endswith(ends) or path.startswith(_ELSEWHERE)
        ]
        return tuple(path for path in likely if self.describes(path))


_HELPERS: Final = ("usr/lib",)
_OF_PACKAGES: Final = ("-packages/", "node_modules/")
_ELSEWHERE: Final = (*_HELPERS, "opt/")
_NO_PROGRAM: Final = (".js", ".map", ".ts", ".py", ".pyc", ".html", ".css", ".svg", ".png", ".txt", ".md", ".h", ".rb")
METADATA: Final = OwnablePaths((*(glob for one in ECOSYSTEMS if not one.system for glob in one.globs), *unread.OWNABLE))


class Cataloger:
    """A `Reader` of one ecosystem's files; the parser is imported with the first file."""

    __slots__ = ("_catalog", "ecosystem")

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self._catalog: Catalog | None = None

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name."""
        return self.ecosystem.name

    @property
    def VERSION(self) -> int:  # noqa: N802
        """The ecosystem's version."""
        return self.ecosystem.version

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs."""
        return self.ecosystem.globs

    @property
    def LARGE(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are databases."""
        return self.ecosystem.databases

    @property
    def MAPPED(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are read in parts."""
        return self.ecosystem.mapped

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The facts that a file states, whatever is in it."""
        if self._catalog is None:
            assert self.ecosystem.load_catalog is not None
            self._catalog = self.ecosystem.load_catalog()
        return guarded(self._catalog(file, METADATA), file)


CATALOGERS: Final[tuple[Reader, ...]] = (
    distro,
    *(Cataloger(one) for one in ECOSYSTEMS if one.load_catalog is not None),
    unread,
)
