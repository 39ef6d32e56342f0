"""Debian's package ``debian-security-support``: source packages whose security support is limited, or ends early.

There is one list for each release, of columns: source package, ``limited`` or ``non-supported``, then for those that are
not supported the last version with support and the day, and a text for people. A name may end in ``.*``; ``supported``
marks exceptions from such names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from garboard.feeds.readers import bounded
from garboard.feeds.readers.single_shard import SingleShard
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, Record
from garboard.model.gap import Gap
from garboard.model.lifecycle import Support

NAME = "debian-security-support"
CAVEAT = ""
URL = "https://salsa.debian.org/debian/debian-security-support/-/raw/master"
RELEASES: Final = tuple(range(9, 16))
LARGEST = 4 * 1024 * 1024
"""Bytes of one list."""

_LIMITED = re.compile(r"(\S+)\s+(limited|supported)(?:\s+(.*))?", re.ASCII)
_ENDS = re.compile(r"(\S+)\s+non-supported(?:\s+(\S+))?(?:\s+(\d{4}-\d\d-\d\d))?(?:\s+(.*))?", re.ASCII)


_LISTS = tuple(f"security-support.deb{release}" for release in RELEASES)
_SHARD = SingleShard(
    NAME,
    "",
    "all releases are in",
    tuple(FeedDocument(url=f"{URL}/{one}", path=f"{NAME}/{one}", optional=True) for one in _LISTS),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield what is said of each package; a line that cannot be read is a gap.

    Raises:
        FeedError: There is no list at all, or one is too long.
    """
    if not any(streams):
        raise FeedError(f"{shard} has no document")
    for release, stream in zip(RELEASES, streams, strict=True):
        if stream is not None:
            yield from _list(f"Debian:{release}", _text(stream, release))


def _text(stream: BinaryIO, release: int) -> str:
    data = b""
    for piece in bounded.chunks(stream):
        data += piece
        if len(data) > LARGEST:
            raise FeedError(f"the list of release {release} is longer than {LARGEST} bytes")
    return data.decode("utf-8", "replace")


def _list(ecosystem: str, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.strip()
        if not stated or stated.startswith("#"):
            continue
        if limited := _LIMITED.fullmatch(stated):
            full = limited[2] == "supported"
            yield Support(ecosystem=ecosystem, package=_name(limited[1]), full=full, note=limited[3] or "")
        elif ends := _ENDS.fullmatch(stated):
            until, note = ends[3] or "", ends[4] or ""
            yield Support(ecosystem=ecosystem, package=_name(ends[1]), ends=True, until=until, note=note)
        else:
            yield Gap(stage="feeds", subject=f"{NAME} {ecosystem} line {number}", reason="not a line of the list")


def _name(text: str) -> str:
    """A name, with one ``*`` at its end if it stands for several: the lists write ``golang.*`` and ``golang*``."""
    stem = text.rstrip("*")
    return text if stem == text else f"{stem.removesuffix('.')}*"
