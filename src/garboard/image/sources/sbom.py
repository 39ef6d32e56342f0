"""Software bills of materials instead of an image.

CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value), SPDX 3.0 (JSON-LD), Syft's. This program's own inventories and reports are read too. Packages are identified by package URL; a package without one
cannot be compared with advisories, and is a gap.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from garboard.image.handle import AnyOpened, OpenedInventory
from garboard.image.options import Options
from garboard.model.errors import ImageError

SCHEMES: tuple[str, ...] = ("sbom",)
LARGEST = 512 * 1024 * 1024
"""The size limit of a document."""
_HEAD = 64 * 1024
"""Bytes in which `detect` looks for the document's format name."""
_MARKS = (
    *(b'"bomFormat"', b'"spdxVersion"', b"/anchore/syft/", b'"garboard-inventory-', b'"judgedCount"'),
    *(b"cyclonedx.org/schema/bom", b"SPDXVersion:", b"spdx.org/rdf/3."),
)
_ENDS = frozenset({".json", ".xml", ".spdx", ".cdx", ".tv", ".tag"})
STANDARD_INPUT = "-"


def detect(name: str, options: Options, /) -> bool:  # noqa: ARG001 - the Source protocol's
    """Report whether the name is a file that identifies itself as CycloneDX or SPDX."""
    path = Path(name)
    if path.suffix not in _ENDS:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if any(mark in head for mark in _MARKS):
                return True
            file.seek(max(0, path.stat().st_size - _HEAD))  # key order is free: some writers put it last
            return any(mark in file.read(_HEAD) for mark in _MARKS)
    except OSError:
        return False


def open(name: str, options: Options, /) -> AnyOpened:  # noqa: A001, ARG001 - the Source protocol's
    """Return the packages that an SBOM lists.

    Raises:
        ImageError: The file cannot be read or is of another kind.
    """
    data = _read(name)
    label = "standard input" if name == STANDARD_INPUT else name
    if data.lstrip()[:1] == b"[" and data.rstrip()[-1:] == b"]":
        raise ImageError(f"{label} holds a list, not one SBOM", "take one out of it, as with jq '.[0]'")
    from garboard.sbom import documents

    try:
        image, inventory = documents.parse(data, label)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(
            f"the SBOM {label} is malformed: {error}", "write it again with the tool that made it"
        ) from error
    return OpenedInventory(image=image, inventory=inventory)


def _read(name: str) -> bytes:
    try:
        if name == STANDARD_INPUT and sys.stdin is None:
            raise ImageError("standard input is closed", "name a file: sbom:FILE")
        if name == STANDARD_INPUT:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).expanduser().open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise ImageError(f"cannot read the SBOM {name}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ImageError(f"the SBOM {name} is longer than the limit of {LARGEST} bytes")
    return data
