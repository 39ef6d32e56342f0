"""Bills of materials that lie in an image: what names packages that may be there, or may not."""

from __future__ import annotations

from typing import Final

NAME: Final = "bills"
"""Of the reader."""
KIND: Final = "software bills of materials"
_SPDX: Final = ("", *(".json", ".tv", ".tag", ".xml", ".rdf", ".rdf.xml", ".yaml", ".yml", ".jsonld"))
_SURE: Final = (
    *(f".spdx{end}" for end in _SPDX),
    *(f".{name}.{end}" for name in ("cdx", "cyclonedx") for end in ("json", "xml")),
    *(".spdx3.json", ".syft.json"),
)
"""Ends of names that only bills of materials have."""
_LIKELY: Final = tuple(f"{name}.{end}" for name in ("bom", "sbom") for end in ("json", "xml"))
"""Names, or ends of names, that other files have too."""
_PACKED: Final = (".gz", ".xz", ".zst", ".bz2")
GLOBS: Final = tuple(
    f"**/{glob}{packed}"
    for packed in ("", *_PACKED)
    for glob in (*(f"*{end}" for end in _SURE), *(f"*.{name}" for name in _LIKELY), *_LIKELY)
)
_TELLING: Final = (*_SURE, *(f"{end}{packed}" for packed in _PACKED for end in (*_SURE, *_LIKELY)))
_MARKS: Final = (
    *(b"bomFormat", b"spdxVersion", b"/anchore/syft/", b"garboard-inventory-", b"CycloneDX", b"SPDX"),
    *(b"cyclonedx.org/schema/bom", b"spdx.org/rdf/3."),
)


def is_bill(path: str, head: bytes) -> bool:
    """Whether a file of such a name is one; ``bom.json`` may be something else, unless it is compressed."""
    return path.endswith(_TELLING) or any(mark in head for mark in _MARKS)
