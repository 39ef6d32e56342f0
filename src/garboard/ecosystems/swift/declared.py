"""The packages that ``Package.resolved`` declares, versions 1 to 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "swift"
ORDER: Final = "semver"
_NAMED: Final = r'\s*"(?:location|repositoryURL)"\s*:\s*"([^"]+)"'


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package by its repository; one at a branch or commit has no version."""
    return lock_text.facts(file, _pins, type_=TYPE, order=ORDER, writer="SwiftPM")


def _pins(text: str) -> Iterator[Pinned]:
    document = msgspec.json.decode(text)
    lines = lock_text.lines(text, _NAMED)
    for pin in (document.get("object") or document).get("pins", ()):
        place = pin.get("location") or pin.get("repositoryURL") or ""
        name = place.rpartition("://")[2].removesuffix(".git").rpartition("@")[2].replace(":", "/")
        yield Pinned(name, pin.get("state", {}).get("version") or "", line=lines.get(place, 0))
