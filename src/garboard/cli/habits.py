"""Options, formats and commands that other scanners have, and what garboard has in their place."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

OPTIONS: Final = MappingProxyType(
    {
        "--cache-dir": "set GARBOARD_CACHE to a folder",
        "--ignorefile": "garboard policy import FILE takes over what another scanner ignores",
        "--ignore-unfixed": "--only-fixed leaves out what has no fix",
        "--image": "name the image without an option",
        "--input": "name the file in place of an image, as in garboard scan image.tar",
        "--list-all-pkgs": "garboard inventory lists all packages",
        "--no-progress": "add --quiet",
        "--offline-scan": "add --offline",
        "--severity-threshold": "add --severity LEVEL",
        "--skip-db-update": "add --offline",
        "--skip-update": "add --offline",
    }
)
"""By the option of another program: what to do."""
FORMATS: Final = MappingProxyType(
    {
        "cyclonedx-json": "garboard inventory has --format cyclonedx",
        "spdx-json": "garboard inventory has --format spdx",
    }
)
COMMANDS: Final = frozenset({"fs", "filesystem", "i", "image", "packages", "rootfs", "sbom", "test", "vuln"})
"""Of other programs, before the name of what is scanned."""
