"""Libraries in Java archives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.ecosystems.maven import documents
from garboard.ecosystems.maven.archive import ORDER, TYPE, ArchiveReading
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.zipped import Malformed

_SIGN: Final = b"PK"
_COMMON: Final = (".jar", ".war", ".ear", ".aar")
"""How the names of archives end that nothing else has."""
_TEXT: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*+")
_BUILT: Final = ("target/classes/", "build/classes/", "build/resources/")
_LONGEST: Final = 64 * 1024


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What an archive is and holds, to any depth; one that is none, or cannot be read, is a gap."""
    del owned
    if file.path.endswith("/pom.properties"):
        yield from _unpacked(file)
        return
    if bytes(file.view[:2]) != _SIGN and _SIGN not in bytes(file.view[-65557:]):
        if bytes(file.view[:4]) == b"Rar!" or (not file.path.endswith(_COMMON) and _TEXT.fullmatch(file.view[:512])):
            return  # another archive that is called .rar, or a text of something else
        yield Gap(stage="catalog", subject=file.path, reason="is called a Java archive and is no zip archive")
        return
    yield from ArchiveReading(file.path).facts(file.view)


def _unpacked(file: File) -> Iterator[Fact]:
    """The library of which a file lies in an unpacked archive; a project's own where that was built is not one."""
    if any(f"/{folder}META-INF/" in f"/{file.path}" for folder in _BUILT):
        return
    try:
        group, artifact, version = documents.properties(bytes(file.view[:_LONGEST]))
    except Malformed:
        group = artifact = version = ""
    if group and artifact and version:
        yield Package(type=TYPE, namespace=group, name=artifact, version=version, scheme=ORDER)
    else:
        reason = "states no group, artifact and version that can be known"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
