"""Files of a source tree whose names are those that readers want, but for capitals: some systems and tools do not tell these apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from garboard.image.layers.globs import Matcher
from garboard.model.image import Reader


class _Lowered:
    """A reader's globs in lower case."""

    def __init__(self, reader: Reader, globs: Iterable[str]) -> None:
        self.NAME = reader.NAME
        self.VERSION = reader.VERSION
        self.GLOBS = tuple(dict.fromkeys(glob.lower() for glob in globs))
        self.catalog = reader.catalog


class Recased(NamedTuple):
    """Who wants a file, and the path by which its tools know it."""

    reader: str
    path: bytes


class NamesInOtherCases:
    """The names in any case of the readers that have ``CASES``."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        wanting = [(one, tuple(getattr(one, "CASES", ()))) for one in readers]
        wanting = [(one, globs) for one, globs in wanting if globs]
        self._matcher = Matcher(tuple(_Lowered(one, globs) for one, globs in wanting))
        names = (glob.rpartition("/")[2].encode() for _, globs in wanting for glob in globs)
        self._names = {name.lower(): name for name in names if b"*" not in name and not name.isupper()}
        self.lowered = frozenset(lower for lower, name in self._names.items() if lower != name)
        """Names in lower case that are no name as it is wanted: of names without capitals, only these are looked at."""

    def of(self, path: bytes, last: bytes) -> Recased | None:
        """Who wants the file at this path, with ``last`` as its name, which nobody wants as it is."""
        lower = last.lower()
        if lower not in self._matcher.names and not lower.endswith(self._matcher.ends(path.lower(), lower)):
            return None
        readers = self._matcher.readers(path.lower())
        folder = path[: len(path) - len(last)]
        return Recased(readers[0], folder + self._names.get(lower, lower)) if readers else None
