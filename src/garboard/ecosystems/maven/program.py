"""What a GraalVM native image was built of: the bill of materials that ``native-image`` embeds into it.

It is gzip'd CycloneDX JSON, in a section or at the address of a symbol (``--enable-sbom=embed``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import compression
from garboard.ecosystems.maven import NATIVE
from garboard.executables import BadExecutable, Executable
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

TYPE: Final = "maven"
ORDER: Final = "maven"
_SECTION: Final = ".sbom"
_MOST: Final = compression.Bounds(64 * 1024 * 1024)
_COMPRESSED: Final = 8 * 1024 * 1024
_DEEPEST: Final = 50_000
"""Components of a bill; real ones have some hundred."""


class _Component(msgspec.Struct):
    """A library; nested ones are its parts."""

    name: str = ""
    group: str = ""
    version: str = ""
    purl: str = ""
    components: list[_Component] = []


class _Bill(msgspec.Struct):
    """The document."""

    components: list[_Component] = []


def catalog(file: File, /) -> Iterator[Fact]:
    """The libraries in a native image."""
    try:
        data = read(Executable(file.view))
        bill = None if data is None else msgspec.json.decode(data, type=_Bill)
    except (BadExecutable, compression.Damaged, compression.TooLarge, msgspec.MsgspecError, RecursionError) as error:
        reason = f"the bill of materials of a GraalVM native image cannot be read: {worded(error)}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    if bill is None:
        yield Unread(kind=NATIVE, reason="no bill of materials is in them: what they were built of is not known")
        return
    waiting = bill.components[::-1]
    for _ in range(_DEEPEST):
        if not waiting:
            return
        one = waiting.pop()
        waiting += one.components[::-1]
        if one.purl and not one.purl.startswith(f"pkg:{TYPE}/"):
            continue
        if one.name and one.version:
            yield Package(type=TYPE, namespace=one.group, name=one.name, version=one.version, scheme=ORDER)
        else:
            reason = f"{one.name or 'a library'} states no version: it was not judged"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
    reason = f"its bill of materials has more than {_DEEPEST} components, the limit: further ones were not read"
    yield Gap(stage="catalog", subject=file.path, reason=reason)


def read(program: Executable) -> bytes | None:
    """The document; None if the program has none.

    Raises:
        BadExecutable: its place is not in the file.
        compression.Damaged: it is damaged.
        compression.TooLarge: it is too large.
    """
    section = program.section(_SECTION)
    if section is None:
        where, length = program.symbol(b"sbom"), program.symbol(b"sbom_length")
        if where is None or length is None:
            return None
        size = int.from_bytes(program.loaded(length, 8), "little" if program.order == "<" else "big")
        if size > _COMPRESSED:
            raise BadExecutable(f"it has {size} bytes, according to itself")
        section = program.loaded(where, size)
    return compression.decompress(bytes(section[:_COMPRESSED]), _MOST, (compression.GZIP,))
