"""Joomla's core: its manifest, and the class ``Version`` where that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "joomla"
_MANIFEST: Final = re.compile(r"<version>\s*([0-9][!-;=-~]{0,63})\s*</version>")
_RELEASE: Final = re.compile(r"\$?RELEASE\s*=\s*'([0-9.]+)'")
_PART: Final = re.compile(r"\bconst\s+(MAJOR_VERSION|MINOR_VERSION|PATCH_VERSION)\s*=\s*([0-9]+)\s*;")
_LEVEL: Final = re.compile(r"\$?DEV_LEVEL\s*=\s*'([0-9]+)'")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The version that a file states; a class ``Version`` of other software is nothing."""
    del owned
    text = file.data.decode("utf-8", "replace")
    if file.path.endswith(".xml"):
        found = _MANIFEST.search(text)
        version = found[1] if found else ""
    elif "Joomla" in text:
        parts = dict(_PART.findall(text))
        release, level = _RELEASE.search(text), _LEVEL.search(text)
        version = (
            ".".join(parts.values()) if len(parts) > 2 else f"{release[1]}.{level[1]}" if release and level else ""
        )
    else:
        return
    if version:
        yield Package(type=TYPE, name=TYPE, version=version, scheme="")
    else:
        yield Gap(stage="catalog", subject=file.path, reason="states no version of Joomla: it was not judged")
