"""Configuration files of an image, kept as they are while they are small."""

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
"""Of one file; keyrings of whole distributions stay under 100 KiB."""


AT_ONCE: Final = 4
"""Documents of a round that have no place that keeps the number small."""


class Amiss:
    """What of an image's settings and their mirrors cannot be used, each a gap, up to a limit that is a gap too."""

    def __init__(self, limit: int = DEFAULT.repositories) -> None:
        self.gaps: list[Gap] = []
        self._limit = limit
        self._full: set[str] = set()

    def add(self, subject: str, reason: str) -> None:
        """One more; past the limit they are left out."""
        if len(self.gaps) < self._limit:
            self.gaps.append(Gap(stage="mirrors", subject=subject, reason=reason))
        else:
            self.once(subject, f"cannot be used as {self._limit} others cannot, the limit: no more of them are told")

    def once(self, subject: str, reason: str) -> None:
        """A limit that was passed; reported once."""
        if reason not in self._full:
            self._full.add(reason)
            self.gaps.append(Gap(stage="mirrors", subject=subject, reason=reason))

    def too_many(self, subject: str) -> None:
        """More repositories are named than are looked at."""
        self.once(subject, f"names more than {DEFAULT.repositories} repositories, the limit: the others were not read")


def rounds(wanted: Sequence[WantedDocument]) -> Iterator[tuple[WantedDocument, ...]]:
    """The same in their order, some at a time, so that the answers of a round stay within a bound together."""
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
    """The file (or ``data`` in its stead); a gap where it is too large."""
    data = file.data if data is None else data
    if len(data) > limit:
        yield Gap(stage="mirrors", subject=file.path, reason=f"is larger than {limit // MIB} MiB, and was not read")
    else:
        yield Kept(path=file.path, data=data)


def by_path(installed: InstalledSystem) -> Mapping[str, bytes]:
    """The kept files' bytes by path, without a leading slash."""
    return MappingProxyType({file.path: file.data for file in installed.files})


def lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not empty and no comment (``#``), stripped, with their numbers from 1."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text:
            yield number, text


def without_login(url: str) -> str:
    """An address without a name and password: an image's are neither used nor shown. ``unreadable:`` for what is none."""
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
    except ValueError:
        return "unreadable:"


def commonest(packages: Iterable[Package], kind: str) -> str:
    """The architecture of most packages of a kind: that of the system; empty where none states one."""
    counts = Counter(
        one.arch for one in packages if one.type == kind and one.arch not in {"", "noarch", "all", "(none)"}
    )
    return max(sorted(counts), key=lambda arch: counts[arch], default="")


def number(text: str) -> int:
    """A whole number of at most 18 digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
