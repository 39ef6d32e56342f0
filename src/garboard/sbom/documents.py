"""A bill of materials of any kind that is read here, told by what it says of itself."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from garboard.model.errors import ImageError
from garboard.model.image import Image
from garboard.model.package import Inventory

KNOWN: Final = "CycloneDX as JSON or XML, SPDX 2 as JSON or tag-value, SPDX 3 as JSON-LD, Syft's as JSON"
_HEAD: Final = 4096
"""Bytes in which a document that is not JSON says what it is."""


class _Kind(msgspec.Struct):
    bom_format: str = msgspec.field(name="bomFormat", default="")
    spec_version: str = msgspec.field(name="specVersion", default="")
    spdx_version: str = msgspec.field(name="spdxVersion", default="")
    format: Any = ""
    schema: Any = None
    context: Any = msgspec.field(name="@context", default=None)
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
    return _not_json(data, name) or _json(data, name)


def _not_json(data: bytes, name: str) -> tuple[Image, Inventory] | None:
    from garboard.sbom import cyclonedx_reader, cyclonedx_xml, spdx_reader, spdx_tag_value

    head = data[:_HEAD]
    if cyclonedx_xml.is_one(head):
        return cyclonedx_reader.of_others(cyclonedx_xml.as_json(data, name), name)
    if spdx_tag_value.is_one(head):
        return spdx_reader.of_others(spdx_tag_value.as_json(data, name), name)
    return None


def _json(data: bytes, name: str) -> tuple[Image, Inventory]:
    from garboard.sbom import cyclonedx_reader, garboard_json, spdx3, spdx_reader, syft_reader

    kind = msgspec.json.decode(data, type=_Kind)
    if kind.bom_format == "CycloneDX":
        return cyclonedx_reader.parse(data, name)
    if kind.spdx_version.startswith("SPDX-2."):
        return spdx_reader.parse(data, name)
    if spdx3.is_one(kind.context):
        return spdx_reader.of_built(spdx3.as_spdx2(data), name)
    if kind.is_syfts:
        return syft_reader.parse(data, name)
    if str(kind.format).startswith(garboard_json.INVENTORY):
        return garboard_json.inventory(data, name)
    if kind.judged_count is not None:
        return garboard_json.report(data, name)
    raise ImageError(
        f"{name} is no SBOM that is known here",
        f"known are {KNOWN}, and garboard's own JSON",
    )
