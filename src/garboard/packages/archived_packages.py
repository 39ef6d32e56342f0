"""Packages of other kinds in the archives that an ecosystem reads: what its cataloger passes over is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import File
from garboard.model.limits import MIB
from garboard.model.package import Fact, Unread
from garboard.packages import archive_contents, archive_names
from garboard.patterns import of_globs

if TYPE_CHECKING:
    from garboard.zipped import Entry

_SIGNS: Final = (b"PK", b"#!")
"""How an archive begins, and a script that one follows."""
_PLAIN_ENDS: Final = tuple(glob.rpartition("*")[2] for glob in (*archive_names.ZIPS, *archive_names.TARS))
_NESTED: Final = 16 * MIB
_ALL_NESTED: Final = 64 * MIB
"""Bytes of archives in an archive that are looked at, of one and of all."""
_NAMED: Final = 3
_OF_OTHERS: Final = "hold packages of other kinds, which were not read"
INSIDE: Final = "archives of packages"


def _own(ecosystem: Ecosystem) -> tuple[str, ...]:
    """How its packages and their archives are named in archives of others, as globs."""
    ends = (f"**/*.{ecosystem.package_file.rpartition('.')[2]}",) if ecosystem.package_file else ()
    return (*ecosystem.packed, *(glob for glob in archive_names.read_by(ecosystem) if "*." in glob), *ends)


@cache
def _ends() -> tuple[bytes, ...]:
    """Texts of which one is in the directory of each zip file that may hold packages of other kinds."""
    ends = {glob.rpartition("/")[2].rpartition("*")[2] for one in ECOSYSTEMS for glob in _own(one)}
    return tuple(end.encode() for end in sorted({*ends, *_PLAIN_ENDS}))


def _mentions(names: bytes) -> bool:
    return any(end in names for end in _ends())


@cache
def _packages_of(name: str, *, others: bool) -> Callable[[str], object]:
    """Whether a member is a package of this ecosystem, or of any other."""
    chosen = (one for one in ECOSYSTEMS if (one.name != name) == others)
    return re.compile(of_globs(glob for one in chosen for glob in _own(one))).fullmatch


def of_others(file: File, ecosystem: Ecosystem) -> Iterator[Fact]:
    """That an archive which is read as one of this ecosystem's holds packages of others, or archives that do."""
    from garboard import zipped

    if bytes(file.view[:2]) not in _SIGNS:
        return
    try:
        if _mentions(bytes(zipped.directory(file.view))):
            found = tuple(islice(_others(file, ecosystem.name), _NAMED))
            if found:
                yield Unread(kind=INSIDE, names=found, reason=_OF_OTHERS)
    except zipped.Malformed:
        return  # the cataloger tells of it


def _others(file: File, ecosystem: str) -> Iterator[str]:
    """The members that tell of packages of other kinds."""
    from garboard import zipped

    own, others = _packages_of(ecosystem, others=False), _packages_of(ecosystem, others=True)
    left = _ALL_NESTED
    for entry in zipped.entries(file.view):
        name = entry.name
        if not entry.size or own(name) or archive_names.for_tests(f"{file.path}/{name}"):
            continue
        if name.endswith(_PLAIN_ENDS):
            known = entry.size <= min(left, _NESTED)
            left -= entry.size if known else 0
            if not known or _reason(file.view, entry):
                yield name
        elif others(name):
            yield name


def _reason(view: memoryview, entry: Entry) -> str:
    """What is said of an archive in an archive."""
    from garboard import zipped

    try:
        nested = zipped.read(view, entry, _NESTED)
    except zipped.Malformed:
        return archive_contents.BROKEN
    return archive_contents.in_any(nested)
