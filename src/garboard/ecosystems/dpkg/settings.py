"""What apt's settings say of where packages come from and which of them stay: sources.list(5), apt_preferences(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.frozen_archives import frozen
from garboard.model.ecosystem import MetadataPaths
from garboard.model.image import File
from garboard.model.package import Fact, Frozen, Hold
from garboard.patterns import paragraphs

PURL_TYPE: Final = "deb"
_BLANK: Final = re.compile(r"\n[ \t\r]*\n")
_SNAPSHOT: Final = re.compile(r'(?im)^[ \t]*APT::Snapshot[ \t]+"?(20\d{6}T\d{6}Z?)"?[ \t]*;')
_PREFERENCES: Final = re.compile(r"(?:.*/)?preferences(?:\.d/(?:[A-Za-z0-9_-]+|[A-Za-z0-9_.-]+\.pref))?")
_PRIORITY: Final = re.compile(r"[+-]?\d{1,6}")


def sources(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """An archive that never changes, of those that are in use."""
    text = _plain(file)
    if file.path.endswith(".sources"):
        stanzas = (dict(_fields(stanza)) for stanza in paragraphs(text, _BLANK))
        used = "\n".join(" ".join(one.values()) for one in stanzas if one.get("enabled", "yes").lower() != "no")
    elif file.path.endswith(".list"):
        used = "\n".join(line for line in text.split("\n") if line.split(None, 1)[:1] == ["deb"])
    else:
        return
    archive = frozen(used)
    if archive:
        yield Frozen(type=PURL_TYPE, archive=archive)


def snapshot(text: str) -> Iterator[Fact]:
    """The moment whose archive apt is told to use (apt.conf(5))."""
    found = _SNAPSHOT.search(text)
    if found:
        yield Frozen(type=PURL_TYPE, archive=found[1])


def preferences(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """Packages of which one version alone is wanted, or none but what is there."""
    if not _PREFERENCES.fullmatch(file.path):
        return
    names: list[str] = []
    for stanza in paragraphs(_plain(file), _BLANK):
        fields = dict(_fields(stanza))
        priority = fields.get("pin-priority", "")
        number = int(priority) if _PRIORITY.fullmatch(priority) else 0
        named = fields.get("package", "").split()
        kind, _, value = fields.get("pin", "").partition(" ")
        if (number > 0 and kind.lower() == "version" and value.strip() != "*") or (number < 0 and "*" not in named):
            names += named
    if names:
        yield Hold(type=PURL_TYPE, names=tuple(dict.fromkeys(names)), how="pinned by apt's preferences")


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
