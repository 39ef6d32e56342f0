"""Bills of materials that lie in an image: what names packages that may be there, or may not."""

from __future__ import annotations

from typing import Final

NAME: Final = "bills"
"""Of the reader."""
KIND: Final = "software bills of materials"
GLOBS: Final = (
    "**/*.spdx",
    "**/*.spdx.json",
    "**/*.cdx.json",
    "**/*.cyclonedx.json",
    "**/*.bom.json",
    "**/*.sbom.json",
    "**/bom.json",
    "**/sbom.json",
)
_SURE: Final = tuple(glob.rpartition("*")[2] for glob in GLOBS[:4])
_MARKS: Final = (b"bomFormat", b"spdxVersion", b"/anchore/syft/", b"garboard-inventory-", b"CycloneDX", b"SPDX")


def is_bill(path: str, head: bytes) -> bool:
    """Whether a file of such a name is one; ``bom.json`` may be something else."""
    return path.endswith(_SURE) or any(mark in head for mark in _MARKS)
