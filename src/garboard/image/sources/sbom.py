"""Software bills of materials instead of an image: CycloneDX 1.2 to 1.7 and SPDX 2.2 and 2.3, both as JSON.

Packages are identified by package URL; a package without one cannot be compared with advisories, and is a gap.
"""

from __future__ import annotations

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
_MARKS = (b'"bomFormat"', b'"spdxVersion"')


class _Kind(msgspec.Struct):
    bom_format: str = msgspec.field(name="bomFormat", default="")
    spec_version: str = msgspec.field(name="specVersion", default="")
    spdx_version: str = msgspec.field(name="spdxVersion", default="")


def detect(name: str, options: Options, /) -> bool:  # noqa: ARG001 - the Source protocol's
    """Report whether the name is a ``.json`` file that identifies itself as CycloneDX or SPDX."""
    path = Path(name)
    if path.suffix != ".json":
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
    from garboard.sbom import cyclonedx_reader, spdx_reader

    data = _read(Path(name).expanduser(), name)
    try:
        kind = msgspec.json.decode(data, type=_Kind)
        if kind.bom_format == "CycloneDX":
            image, inventory = cyclonedx_reader.parse(data, name)
        elif kind.spdx_version.startswith("SPDX-2."):
            image, inventory = spdx_reader.parse(data, name)
        else:
            raise ImageError(
                f"{name} is no SBOM that is known here", "known are CycloneDX and SPDX 2 as JSON (not XML or tag-value)"
            )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(
            f"the SBOM {name} is malformed: {error}", "write it again with the tool that made it"
        ) from error
    return OpenedInventory(image=image, inventory=inventory)


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ImageError(f"cannot read the SBOM {name}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ImageError(f"the SBOM {name} is longer than the limit of {LARGEST} bytes")
    return data
