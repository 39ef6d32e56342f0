"""Libraries in Java archives."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.ecosystems.maven.archive import ArchiveReading
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact

_SIGN = b"PK"


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What an archive is and holds, to any depth; one that is none, or cannot be read, is a gap."""
    del owned
    if bytes(file.view[:2]) != _SIGN and _SIGN not in bytes(file.view[-65557:]):
        if bytes(file.view[:4]) == b"Rar!":  # the other archives that are called .rar
            return
        yield Gap(stage="catalog", subject=file.path, reason="is called a Java archive and is no zip archive")
        return
    yield from ArchiveReading(file.path).facts(file.view)
