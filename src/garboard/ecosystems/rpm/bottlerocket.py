"""Bottlerocket's list of the RPM packages that an image was made of; the images have no database of them.

Format: https://bottlerocket.dev/en/os/latest/concepts/variants/#software-inventory
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.ecosystems.rpm.updateinfo import evr
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

MOST: Final = 20_000
"""Packages of one list."""
_SEVERAL: Final = 5


class _Entry(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    name: str
    version: str
    release: str = ""
    epoch: str | int = ""
    architecture: str = ""
    publisher: str = ""


class _Inventory(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    content: tuple[msgspec.Raw, ...]


_INVENTORY: Final = msgspec.json.Decoder(_Inventory)
_ENTRY: Final = msgspec.json.Decoder(_Entry)


def packages(file: File) -> Iterator[Fact]:
    """The packages of the list; one that cannot be read is a gap, as is a list of another kind.

    Lists of old releases state the release of Bottlerocket for every package, and not the package's own version.
    """
    try:
        content = _INVENTORY.decode(file.data).content
    except (msgspec.MsgspecError, RecursionError) as error:
        yield _gap(file, f"is not Bottlerocket's list of its software: {worded(error)}")
        return
    if len(content) > MOST:
        yield _gap(file, f"lists {len(content)} packages, and was not read: the limit is {MOST}")
        return
    entries = []
    for number, raw in enumerate(content):
        try:
            entry = _ENTRY.decode(raw)
        except (msgspec.MsgspecError, RecursionError) as error:
            yield _gap(file, f"entry {number} is no package: {worded(error)}")
            continue
        if entry.name and entry.version:
            entries.append(entry)
        else:
            yield _gap(file, f"entry {number} has no name or no version")
    if len(entries) > _SEVERAL and len({entry.version for entry in entries}) == 1:
        yield _gap(
            file,
            f"states {entries[0].version} of all {len(entries)} packages, which is the system's version and not theirs",
        )
        return
    yield from map(_package, entries)


def _package(entry: _Entry) -> Package:
    epoch = str(entry.epoch)
    full = evr(epoch if epoch.isdecimal() else "", entry.version, entry.release) if entry.release else entry.version
    return Package(
        type="rpm",
        name=entry.name,
        version=full,
        scheme="rpm",
        arch=entry.architecture,
        vendor=entry.publisher,
    )


def _gap(file: File, reason: str) -> Gap:
    return Gap(stage="catalog", subject=file.path, reason=reason[:300])
