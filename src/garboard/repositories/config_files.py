"""Configuration files of an image, kept unchanged if they are small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.limits import DEFAULT, MIB
from garboard.model.mirror import InstalledSystem, WantedDocument
from garboard.model.package import Fact, Kept, Package

KEPT_BYTES = 2 * MIB
"""The size limit of one file; keyrings of whole distributions stay under 100 KiB."""


AT_ONCE: Final = 4
"""The most documents in one round."""


class Amiss:
    """Collects the unusable parts of an image's settings and their mirrors as gaps, up to a limit that is a gap too."""

    def __init__(self, limit: int = DEFAULT.repositories) -> None:
        self.gaps: list[Gap] = []
        self._limit = limit
        self._full: set[str] = set()

    def add(self, subject: str, reason: str) -> None:
        """Add a gap; past the limit, gaps are left out."""
        if len(self.gaps) < self._limit:
            self.gaps.append(Gap(stage="mirrors", subject=subject, reason=reason))
        else:
            self.once(subject, f"cannot be used as {self._limit} others cannot, the limit: no more of them are told")

    def once(self, subject: str, reason: str) -> None:
        """Add the gap of an exceeded limit, only once."""
        if reason not in self._full:
            self._full.add(reason)
            self.gaps.append(Gap(stage="mirrors", subject=subject, reason=reason))

    def too_many(self, subject: str) -> None:
        """Add the gap for more repositories than are examined."""
        self.once(subject, f"names more than {DEFAULT.repositories} repositories, the limit: the others were not read")


def rounds(wanted: Sequence[WantedDocument]) -> Iterator[tuple[WantedDocument, ...]]:
    """Yield the same documents in order, a few at a time, so that the answers of one round stay within a bound."""
    some: list[WantedDocument] = []
    size = 0
    for one in wanted:
        if some and (len(some) == AT_ONCE or size + one.limit > DEFAULT.answers_bytes):
            yield tuple(some)
            some, size = [], 0
        some.append(one)
        size += one.limit
    if some:
        yield tuple(some)


def keep(file: File, data: bytes | None = None, limit: int = KEPT_BYTES) -> Iterator[Fact]:
    """Keep the file (or ``data`` instead of its content); a gap if it is too large."""
    data = file.data if data is None else data
    if len(data) > limit:
        yield Gap(stage="mirrors", subject=file.path, reason=f"is larger than {limit // MIB} MiB, and was not read")
    else:
        yield Kept(path=file.path, data=data)


def by_path(installed: InstalledSystem) -> Mapping[str, bytes]:
    """Return the bytes of the kept files by path, without a leading slash."""
    return MappingProxyType({file.path: file.data for file in installed.files})


def lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor comments (``#``), stripped, with their numbers from 1."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text:
            yield number, text


def without_login(url: str) -> str:
    """Return an address without user name and password, which are neither used nor shown.

    An invalid address gives ``unreadable:``.
    """
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
    except ValueError:
        return "unreadable:"


def commonest(packages: Iterable[Package], kind: str) -> str:
    """Return the architecture of most packages of a kind, which is the system's; empty if no package states one."""
    counts = Counter(
        one.arch for one in packages if one.type == kind and one.arch not in {"", "noarch", "all", "(none)"}
    )
    return max(sorted(counts), key=lambda arch: counts[arch], default="")


def number(text: str) -> int:
    """Parse a whole number of at most 18 digits; return 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
