"""What a Rust program was built of: the list that ``cargo auditable`` writes into it (its section ``.dep-v0``)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.executables import BadExecutable, Executable
from garboard.model.base import Value
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "cargo"
ORDER: Final = "semver"
SECTION: Final = ".dep-v0"
_MOST: Final = 8 * 1024 * 1024
"""Bytes of the list; real ones have some hundred KiB."""
_RUNTIME: Final = "runtime"
_LOCAL: Final = "local"


class Crate(Value):
    """One crate: where it came from (``crates.io``, ``git``, ``local``, ``registry``), and whether only the build used it."""

    name: str
    version: str
    source: str = ""
    kind: str = _RUNTIME
    dependencies: tuple[int, ...] = ()
    root: bool = False


class Crates(Value):
    """The whole list; ``dependencies`` count in it."""

    packages: tuple[Crate, ...]


def catalog(file: File, /) -> Iterator[Fact]:
    """The crates that are in the program; those that only built it are not."""
    try:
        crates = read(Executable(file.view))
    except (BadExecutable, zlib.error, msgspec.DecodeError) as error:
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason=f"the list of a Rust program's crates cannot be read: {worded(error)}",
        )
        return
    for crate in crates:
        if crate.kind == _RUNTIME:
            yield Package(
                type=TYPE,
                name=crate.name,
                version=crate.version,
                scheme=ORDER,
                application=crate.root and crate.source == _LOCAL,
                requires=tuple(
                    (crates[number].name,)
                    for number in dict.fromkeys(crate.dependencies)
                    if 0 <= number < len(crates) and crates[number].kind == _RUNTIME
                ),
            )


def read(program: Executable) -> tuple[Crate, ...]:
    """The crates in the list's order.

    Raises:
        BadExecutable: there is none, or it is too large.
        zlib.error: it is damaged.
        msgspec.DecodeError: it is in another form.
    """
    section = program.section(SECTION)
    if section is None:
        raise BadExecutable("the section is missing")
    inflater = zlib.decompressobj()
    text = inflater.decompress(section, _MOST)
    if inflater.unconsumed_tail:
        raise BadExecutable(f"it has more than {_MOST} bytes, the limit")
    return msgspec.json.decode(text, type=Crates).packages
