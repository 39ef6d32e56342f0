"""Distributions in archives: wheels, zipped eggs, zip applications (PEP 441) and those of pex and shiv."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import zipped
from garboard.ecosystems.python import WITHOUT_METADATA, cataloger
from garboard.model.bounded import bounded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

_DESCRIBING: Final = (
    ".dist-info/METADATA",
    ".dist-info/direct_url.json",
    ".egg-info/PKG-INFO",
    "EGG-INFO/PKG-INFO",
    "/vendor.txt",
    "/vendored.txt",
)
_NESTED: Final = (".whl", ".egg", ".pyz", ".pex")


def catalog(file: File, /) -> Iterator[Fact]:
    """The distributions that an archive is and holds, to any depth; nothing of what others bring for their tests."""
    if not cataloger.in_fixtures(file.path):
        yield from bounded(file.path, _facts(file))


def _facts(file: File) -> Iterator[Fact]:
    found = False
    for member in zipped.walk(file.view, _describes, _nests):
        place = f"{file.path}{zipped.SEPARATOR}{member.place}" if member.place else file.path
        if member.trouble:
            found = True
            yield Gap(stage="catalog", subject=place, reason=member.trouble)
            continue
        for fact in cataloger.described(place, bytes(member.data)):
            found = True
            yield msgspec.structs.replace(fact, inside=member.place) if isinstance(fact, Package) else fact
    if not found:
        yield Unread(kind=WITHOUT_METADATA)


def _describes(name: str) -> bool:
    return name.endswith(_DESCRIBING)


def _nests(name: str) -> bool:
    return name.endswith(_NESTED)
