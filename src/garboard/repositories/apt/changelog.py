"""A ``.deb``'s own changelog: deb(5), deb-changelog(5), and the CVEs named in its newer entries."""

from __future__ import annotations

import itertools
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from garboard.model.limits import MIB
from garboard.repositories import decompress
from garboard.repositories.apt.deb822 import key
from garboard.repositories.errors import Refused

_CHANGELOG_BYTES: Final = 64 * MIB
_DATA_BYTES: Final = 4096 * MIB
"""The limit of a package's data that may be skipped until its changelog is found."""
_MEMBERS: Final = 1_000_000
_HEADER: Final = re.compile(r"^(\w[^\s(]*) \(([^()\s]+)\)([^;\n]*);", re.MULTILINE)
_TRAILER: Final = re.compile(r"^ -- .*?>  ?(.+?)\s*$", re.MULTILINE)
_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b")
_ASIDE: Final = re.compile(
    r"\b(?:apply|regressions? (?:of|from|in|caused by|introduced by)|regression fix(?:es)? for|incomplete fix (?:of|for)"
    r"|follow-?up (?:to|for)|variant of|similar to|introduced by|caused by|see|cf\.?)"
    r" (?:the )?(?:fix(?:es)? (?:of|for) )?$",
    re.IGNORECASE,
)
"""The text before a CVE that an entry mentions without fixing it now."""
_OF_NO_CONCERN: Final = re.compile(
    r"-regression|[\s:,(]*(?:is |are |was |does |do )?(?:not (?:affect|vulnerable|applicable)|only appl)", re.IGNORECASE
)
"""The text after a CVE that the package does not have."""


@dataclass(frozen=True, slots=True)
class ChangelogEntry:
    """One entry: its version, its CVEs, the first line that names each, and its date as written."""

    version: str
    cves: tuple[str, ...]
    lines: tuple[str, ...]
    date: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The package's documentation is a link to that of this package."""

    package: str


def changelog(deb: bytes, package: str) -> str | Elsewhere | None:
    """Return the text of a package's changelog, or the package that has it; None if there is none.

    Raises:
        Refused: The package is damaged.
    """
    stream = decompress.opened(_data(deb), _DATA_BYTES)
    folder = f"usr/share/doc/{package}"
    names = {
        f"{folder}/{name}": rank
        for rank, name in enumerate(("changelog.Debian.gz", "changelog.Debian", "changelog.gz", "changelog"))
    }
    best: tuple[int, bytes] | None = None
    for member, file in _members(stream):
        name = member.name.removeprefix("./").rstrip("/")
        if name == folder and member.issym():
            return Elsewhere(member.linkname.rstrip("/").rpartition("/")[2])
        rank = names.get(name)
        if rank is not None and member.issym():
            return _linked(member.linkname, package)
        if rank is not None and member.isreg() and (best is None or rank < best[0]):
            best = rank, decompress.unfold(_read(file, member), _CHANGELOG_BYTES)
            if rank == 0:
                break
        if best is not None and not name.startswith(folder):
            break
    return best[1].decode("utf-8", "replace") if best else None


def _linked(target: str, package: str) -> Elsewhere | None:
    """Follow ``../other/changelog.Debian.gz``."""
    parts = target.split("/")
    return Elsewhere(parts[-2]) if len(parts) > 1 and parts[-2] not in {"", "..", package} else None


def _data(deb: bytes) -> bytes:
    """Return the member ``data.tar…`` of the ar archive."""
    if not deb.startswith(b"!<arch>\n"):
        raise Refused("is no Debian package")
    at = 8
    while at + 60 <= len(deb):
        name = deb[at : at + 16].rstrip(b" /")
        size = deb[at + 48 : at + 58].strip()
        if not size.isdigit():
            break
        if name.startswith(b"data.tar"):
            return deb[at + 60 : at + 60 + int(size)]
        at += 60 + int(size) + int(size) % 2
    raise Refused("has no data.tar")


def _members(stream: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    try:
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as archive:
            for count, member in enumerate(archive):
                if count > _MEMBERS:
                    raise Refused(f"has more than {_MEMBERS} files, the limit")
                yield member, archive
                archive.members = []  # type: ignore[attr-defined]  # otherwise all of them are kept
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        raise error if isinstance(error, Refused) else Refused(f"its data.tar is damaged: {error}") from error


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _CHANGELOG_BYTES:
        raise Refused(f"its changelog is larger than {_CHANGELOG_BYTES // MIB} MiB")
    file = archive.extractfile(member)
    return file.read() if file else b""


def entries(text: str) -> Iterator[ChangelogEntry]:
    """Yield the entries of a changelog, newest first."""
    heads = list(_HEADER.finditer(text))
    for head, following in itertools.zip_longest(heads, heads[1:]):
        body = text[head.end() : following.start() if following else None]
        trailer = _TRAILER.search(body)
        named: dict[str, str] = {}
        for item in _items(body):
            for match in _CVE.finditer(item):
                aside = _ASIDE.search(item, max(match.start() - 80, 0), match.start())
                if not aside and not _OF_NO_CONCERN.match(item, match.end()):
                    named.setdefault(match[0], item)
        yield ChangelogEntry(head[2], tuple(named), tuple(named.values()), trailer[1] if trailer else "")


def _items(body: str) -> Iterator[str]:
    """Yield each change on one line."""
    parts: list[str] = []
    for line in body.split("\n"):
        text = line.strip()
        if (text.startswith(("*", "-", "+")) or not text) and parts:
            yield " ".join(parts)
            parts = []
        if text:
            parts.append(text.lstrip("*-+ "))
    if parts:
        yield " ".join(parts)


def fixes(text: str, installed: str, candidate: str) -> tuple[dict[str, ChangelogEntry], bool]:
    """Return the CVEs named since the installed version, each with the lowest version that has it.

    The history follows the order of the file, not that of versions: ``2-1~deb12u1`` is above an entry ``2-1``, which is
    a higher version but still part of the history. The second value reports whether the changelog reaches back to the
    installed version; if not, it was truncated.
    """
    history = list(entries(text))
    end = next((at for at, one in enumerate(history) if one.version == installed), None)
    if end is None:
        end = next((at for at, one in enumerate(history) if key(one.version) <= key(installed)), None)
    found: dict[str, ChangelogEntry] = {}
    reached = ""
    for entry in history[:end]:
        if key(entry.version) <= key(candidate):
            reached = entry.version
        if reached:
            found.update(dict.fromkeys(entry.cves, replace(entry, version=reached)))
    return found, end is not None
