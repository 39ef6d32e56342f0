"""Libraries in Java archives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.ecosystems.maven.archive import ArchiveReading
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact

_SIGN: Final = b"PK"
_COMMON: Final = (".jar", ".war", ".ear", ".aar")
"""How the names of archives end that nothing else has."""
_TEXT: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*+")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What an archive is and holds, to any depth; one that is none, or cannot be read, is a gap."""
    del owned
    if bytes(file.view[:2]) != _SIGN and _SIGN not in bytes(file.view[-65557:]):
        if bytes(file.view[:4]) == b"Rar!" or (not file.path.endswith(_COMMON) and _TEXT.fullmatch(file.view[:512])):
            return  # another archive that is called .rar, or a text of something else
        yield Gap(stage="catalog", subject=file.path, reason="is called a Java archive and is no zip archive")
        return
    yield from ArchiveReading(file.path).facts(file.view)
