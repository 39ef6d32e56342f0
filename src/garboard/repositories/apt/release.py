"""A repository's Release: its description, and the digests of its indexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from garboard.repositories.apt.deb822 import paragraphs
from garboard.repositories.config_files import number
from garboard.repositories.errors import Refused

_ENDINGS: Final = (".xz", ".zst", ".gz", ".bz2", "")
_SKEW: Final = dt.timedelta(minutes=10)
"""How far a repository's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class ListedIndex:
    """An index listed in Release: path below its folder, digest (hex SHA-256) and bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Release:
    """A Release: its fields by lower-case name, and its files by path."""

    fields: Mapping[str, str]
    files: Mapping[str, ListedIndex]

    @property
    def by_hash(self) -> bool:
        """Whether indexes can be requested by their digests."""
        return self.fields.get("acquire-by-hash", "").lower() == "yes"

    def index(self, path: str) -> ListedIndex | None:
        """Return an index with the best of its compressions."""
        return next((self.files[path + ending] for ending in _ENDINGS if path + ending in self.files), None)

    def has(self, architecture: str) -> bool:
        """Report whether it lists packages for an architecture; true for all if it names none."""
        named = self.fields.get("architectures", "").split()
        return not named or architecture in named

    @property
    def separate_all(self) -> bool:
        """Whether architecture-independent packages have an index of their own."""
        return (
            "all" in self.fields.get("architectures", "").split()
            and self.fields.get("no-support-for-architecture-all", "").lower() != "packages"
        )


def parse(data: bytes) -> Release:
    """Parse a Release.

    Raises:
        Refused: The data are not a Release or have no SHA-256 digests.
    """
    fields = next(paragraphs(data.decode("utf-8", "replace")), {})
    if not fields:
        raise Refused("its Release is empty")
    if "sha256" not in fields:
        raise Refused("its Release has no SHA-256 digests, only weaker ones or none")
    files = {}
    for line in fields["sha256"].split("\n"):
        words = line.split()
        if len(words) == 3 and len(words[0]) == 64:
            files[words[2]] = ListedIndex(words[2], words[0].lower(), number(words[1]))
    return Release(fields, files)


def judge_time(release: Release, now: dt.datetime, *, expires: bool) -> None:
    """Check the dates of a Release.

    Raises:
        Refused: The Release is from the future, or it is expired and ``expires`` is set.
    """
    made, until = (_time(release.fields.get(name, "")) for name in ("date", "valid-until"))
    if made is not None and made > now + _SKEW:
        raise Refused(f"its Release is of the future ({release.fields['date']})")
    if expires and until is not None and until < now:
        raise Refused(f"its Release expired ({release.fields['valid-until']}): the mirror is out of date")


def _time(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text.replace(" UTC", " +0000"))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
