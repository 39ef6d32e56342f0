"""What apt's settings say of where packages come from and which of them stay: sources.list(5), apt_preferences(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.frozen_archives import frozen, local
from garboard.model.ecosystem import MetadataPaths
from garboard.model.image import File
from garboard.model.package import Fact, Frozen, Hold
from garboard.patterns import paragraphs

PURL_TYPE: Final = "deb"
_BLANK: Final = re.compile(r"\n[ \t\r]*\n")
_SNAPSHOT: Final = re.compile(r'(?im)^[ \t]*APT::Snapshot[ \t]+"?(20\d{6}T\d{6}Z?)"?[ \t]*;')
_PREFERENCES: Final = re.compile(r"(?:.*/)?preferences(?:\.d/(?:[A-Za-z0-9_-]+|[A-Za-z0-9_.-]+\.pref))?")
_USUAL: Final = 500
"""The priority of archives that no preferences mention: of equal ones the newest version counts."""
_SECURITY: Final = re.compile(r"(?i)security|(?:^|,)[ \t]*o=(?:debian|ubuntu)[ \t]*$")
"""A pin that security updates fit, alone or with the rest of the distribution."""
_RELEASE: Final = re.compile(r"(?:^|[ \t,])[na]=(?!\*|[^,]*-backports|[^,*]*\*)[^,]+")
"""A pin of one release, without its updates: ``n=bookworm`` does not fit ``bookworm-security``, ``n=bookworm*`` does."""
_PRIORITY: Final = re.compile(r"[+-]?\d{1,6}")


def sources(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """An archive that never changes, of those that are in use."""
    text = _plain(file)
    if file.path.endswith(".sources"):
        stanzas = (dict(_fields(stanza)) for stanza in paragraphs(text, _BLANK))
        used = "\n".join(
            "\n".join(f"{name}: {value}" for name, value in one.items())
            for one in stanzas
            if one.get("enabled", "yes").lower() != "no"
        )
    elif file.path.endswith(".list"):
        used = "\n".join(line for line in text.split("\n") if line.split(None, 1)[:1] == ["deb"])
    else:
        return
    archive = frozen(used) or local(used)
    if archive:
        yield Frozen(type=PURL_TYPE, archive=archive)


def snapshot(text: str) -> Iterator[Fact]:
    """The moment whose archive apt is told to use (apt.conf(5))."""
    found = _SNAPSHOT.search(text)
    if found:
        yield Frozen(type=PURL_TYPE, archive=found[1])


def preferences(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """Packages of which one version or one archive alone is wanted, or none but what is there."""
    if not _PREFERENCES.fullmatch(file.path):
        return
    names: list[str] = []
    pinned: dict[str, list[str]] = {}
    whole: list[tuple[int, str]] = []
    for stanza in paragraphs(_plain(file), _BLANK):
        fields = dict(_fields(stanza))
        priority = fields.get("pin-priority", "")
        number = int(priority) if _PRIORITY.fullmatch(priority) else 0
        named = fields.get("package", "").split()
        kind, _, value = fields.get("pin", "").partition(" ")
        value = value.strip()
        if (number > 0 and kind.lower() == "version" and value != "*") or (number < 0 and "*" not in named):
            names += named
        elif kind.lower() in ("release", "origin") and number:
            if "*" in named:
                whole.append((number, value))
            elif number > _USUAL and not _SECURITY.search(value):
                pinned.setdefault(f"{kind.lower()} {value}", []).extend(named)
    if names:
        yield Hold(type=PURL_TYPE, names=tuple(dict.fromkeys(names)), how="pinned by apt's preferences")
    for archive, held in pinned.items():
        yield Hold(type=PURL_TYPE, names=tuple(dict.fromkeys(held)), how=f"pinned to {archive} by apt's preferences")
    archive = _before_security(whole)
    if archive:
        yield Hold(type=PURL_TYPE, names=("*",), how=f"pinned to {archive} by apt's preferences")


def _before_security(pins: list[tuple[int, str]]) -> str:
    """The release that pins of all packages prefer to the distribution's updates; empty if they prefer none.

    Other archives are of their own packages, of which a pin says nothing more.
    """
    of_security = max((number for number, value in pins if _SECURITY.search(value)), default=_USUAL)
    number, value = max(((number, value) for number, value in pins if _RELEASE.search(value)), default=(0, ""))
    if number > max(of_security, _USUAL):
        return f"release {value}"
    return "archives without security updates" if of_security < _USUAL else ""


def _plain(file: File) -> str:
    """The text without comments."""
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))


def _fields(stanza: str) -> Iterator[tuple[str, str]]:
    """The fields of a stanza by their names in lower case; continued lines are joined."""
    for line in re.sub(r"\n[ \t]+", " ", stanza).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
