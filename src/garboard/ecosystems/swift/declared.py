"""The packages that ``Package.resolved`` declares, versions 1 to 3, and what ``Package.swift`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Named, Pinned, Pins, Remark
from garboard.model.gap import some
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "swift"
ORDER: Final = "semver"
_REQUIRED: Final = re.compile(r'\burl:\s*"([^"]+)"|\.package\(\s*(?:name:\s*"[^"\n]*",\s*)?id:\s*"([^"]+)"')
"""A repository, or the name of a package in a registry."""
_EXACT: Final = re.compile(r'\s*,\s*(?:exact:\s*|\.exact\(\s*)"(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)"')
"""What follows the address of a package that is taken in one version."""
_REMARK: Final = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)')
"""A text, or a comment."""
_NAMED: Final = r'\s*"(?:location|repositoryURL)"\s*:\s*"([^"]+)"'
_IDENTITY: Final = r'\s*"identity"\s*:\s*"([^"]+)"'


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package by its repository, or its name in a registry; one at a branch or commit has no version."""
    if file.path.endswith(".swift"):
        return lock_text.asked(
            file, _required, type_=TYPE, hint="`swift package resolve` writes Package.resolved", pins=_PINS
        )
    return lock_text.facts(file, _pins, type_=TYPE, order=ORDER, writer="SwiftPM")


def _plain(text: str) -> str:
    """The lines without their comments."""
    return _REMARK.sub(lambda one: one[1] or "\n" * one[0].count("\n"), text)


def _required(text: str) -> Named:
    plain = _plain(text)
    line, read_to = 1, 0
    for found in _REQUIRED.finditer(plain):
        line, read_to = line + plain.count("\n", read_to, found.start()), found.start()
        yield found[2] or _name(found[1]), line


def _exact(text: str) -> Mapping[str, str]:
    """Of packages that repositories have: advisories name them by these."""
    plain = _plain(text)
    stated = ((found, _EXACT.match(plain, found.end())) for found in _REQUIRED.finditer(plain) if found[1])
    return lock_text.agreed((_name(found[1]), exact[1] if exact is not None else "") for found, exact in stated)


_PINS: Final = Pins(ORDER, _exact)


def _name(place: str) -> str:
    return place.rpartition("://")[2].removesuffix(".git").rpartition("@")[2].replace(":", "/")


def _pins(text: str) -> Iterator[Pinned | Remark]:
    document = msgspec.json.decode(text)
    lines = lock_text.lines(text, _NAMED)
    yield from lock_text.newer(document.get("version"), ("1", "2", "3"))
    named = lock_text.lines(text, _IDENTITY)
    registered: list[str] = []
    local: list[str] = []
    for pin in lock_text.listed(document.get("object") or document, "pins"):
        kind, identity = str(pin.get("kind", "")), str(pin.get("identity", ""))
        if kind == "registry":
            registered.append(identity)
            version = pin.get("state", {}).get("version") or ""
            yield Pinned(identity.replace(".", "/", 1), version, line=named.get(identity, 0))
            continue
        if kind.startswith("local"):
            local.append(identity)
            continue
        place = pin.get("location") or pin.get("repositoryURL") or ""
        name = _name(place)
        yield Pinned(name, pin.get("state", {}).get("version") or "", line=lines.get(place, 0))
    if registered:
        listed = some(registered)
        yield Remark(
            f"takes packages from a registry, and advisories name them by their repositories: {listed}: not judged",
            listed.names,
        )
    if local:
        listed = some(local)
        yield Remark(f"takes packages from folders of the machine that wrote it: {listed}: not judged", listed.names)
