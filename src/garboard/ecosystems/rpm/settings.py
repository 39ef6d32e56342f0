"""What the settings of dnf, yum and zypper say of where packages come from and which of them stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.frozen_archives import frozen, local
from garboard.model.image import File
from garboard.model.package import Fact, Frozen, Hold

PURL_TYPE: Final = "rpm"
_FOLDERS: Final = ("etc/dnf/", "etc/yum", "etc/zypp/")
_LOCKED: Final = (
    re.compile(r"\d+:(.+)-[^-]+-[^-]+"),  # yum: epoch:name-version-release.arch
    re.compile(r"(.+)-(?:\d+|\*):[^-]+(?:-[^-]+)?"),  # dnf: name-epoch:version-release.arch
    re.compile(r"(.+)-\d[^-]*-[^-]+"),
    re.compile(r"(.+)"),
)
_TOML_NAME: Final = re.compile(r"""(?m)^[ \t]*name[ \t]*=[ \t]*["']([^"'\n]+)["']""")
_ZYPP_NAME: Final = re.compile(r"(?m)^[ \t]*solvable_name[ \t]*:[ \t]*(\S+)")
_SECTION: Final = re.compile(r"(?m)^(?=\[)")
_EXCLUDED: Final = re.compile(r"(?m)^exclude(?:pkgs)?[ \t]*=[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)")
_DISABLED: Final = re.compile(r"(?mi)^enabled[ \t]*=[ \t]*(?:0|no|false|off)[ \t]*$")
_ADDRESSES: Final = re.compile(r"(?m)^(?:baseurl|mirrorlist|metalink)[ \t]*=[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)")


def is_settings(path: str) -> bool:
    """Whether a file is one of those that are read here."""
    return path.startswith(_FOLDERS)


def settings(file: File) -> Iterator[Fact]:
    """Packages that are locked or left out, and an archive that never changes."""
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    name = file.path.rpartition("/")[2]
    if name == "versionlock.list":
        yield from _held((_locked(line.strip()) for line in text.split("\n")), "locked by versionlock")
    elif name == "versionlock.toml":
        yield from _held(_TOML_NAME.findall(text), "locked by versionlock")
    elif name == "locks":
        yield from _held(_ZYPP_NAME.findall(text), "locked by zypper")
    elif name.endswith((".conf", ".repo")):
        used = [one for one in _SECTION.split(text) if not _DISABLED.search(one)]
        words = (word for one in used for found in _EXCLUDED.findall(one) for word in re.split(r"[\s,]+", found))
        yield from _held(words, f"left out by {file.path}")
        addresses = [address for one in used for address in _ADDRESSES.findall(one)]
        archive = frozen("\n".join(addresses)) or local("\n".join(f"baseurl={one}" for one in addresses))
        if archive:
            yield Frozen(type=PURL_TYPE, archive=archive)


def _held(names: Iterator[str] | list[str], how: str) -> Iterator[Fact]:
    found = tuple(dict.fromkeys(filter(None, names)))
    if found:
        yield Hold(type=PURL_TYPE, names=found, how=how)


def _locked(line: str) -> str:
    """The name in a line of ``versionlock.list``; what is excluded there (``!``) stays as well."""
    words = line.removeprefix("!").split()
    matches = (pattern.fullmatch(words[0]) for pattern in _LOCKED) if words else iter(())
    return next((found[1] for found in matches if found), "")
