"""A bill of materials of any kind that is read here, told by what it says of itself."""

from __future__ import annotations

from typing import Any

import msgspec

from garboard.model.errors import ImageError
from garboard.model.image import Image
from garboard.model.package import Inventory


class _Kind(msgspec.Struct):
    bom_format: str = msgspec.field(name="bomFormat", default="")
    spec_version: str = msgspec.field(name="specVersion", default="")
    spdx_version: str = msgspec.field(name="spdxVersion", default="")
    format: Any = ""
    schema: Any = None
    judged_count: Any = msgspec.field(name="judgedCount", default=None)

    @property
    def is_syfts(self) -> bool:
        """Whether the schema that it names is Syft's."""
        return isinstance(self.schema, dict) and "/anchore/syft/" in str(self.schema.get("url"))


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """Return what a document describes, and its packages.

    Raises:
        ImageError: It is of no known kind.
        msgspec.DecodeError: It is malformed; so do ``UnicodeDecodeError`` and ``RecursionError`` say.
    """
    from garboard.sbom import cyclonedx_reader, garboard_json, spdx_reader, syft_reader

    kind = msgspec.json.decode(data, type=_Kind)
    if kind.bom_format == "CycloneDX":
        return cyclonedx_reader.parse(data, name)
    if kind.spdx_version.startswith("SPDX-2."):
        return spdx_reader.parse(data, name)
    if kind.is_syfts:
        return syft_reader.parse(data, name)
    if str(kind.format).startswith(garboard_json.INVENTORY):
        return garboard_json.inventory(data, name)
    if kind.judged_count is not None:
        return garboard_json.report(data, name)
    raise ImageError(
        f"{name} is no SBOM that is known here",
        "known are CycloneDX, SPDX 2 and Syft's as JSON (not XML or tag-value), and garboard's own JSON",
    )
