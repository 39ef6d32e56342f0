"""Package archives that never change: snapshots of one moment, releases that nobody updates, and folders on the disk."""

from __future__ import annotations

import re
from typing import Final

from garboard.patterns import lazy

_DATE: Final = r"20\d\d-?[01]\d-?[0-3]\d"
_MOMENT: Final = rf"{_DATE}T\d{{6}}Z"
_HOSTS: Final = (
    r"snapshot(?:-\w+)?\.debian\.org|snapshot\.ubuntu\.com|archive\.debian\.org|old-releases\.ubuntu\.com|"
    r"vault\.centos\.org|vault\.almalinux\.org|(?:dl|download)\.rockylinux\.org/vault|archives?\.fedoraproject\.org"
)
_HOST: Final = lazy(rf"(?<![\w.-])(?:{_HOSTS})[^\s\"'|;)\]]{{0,200}}", re.IGNORECASE)
_DATED: Final = lazy(rf"(?:https?|ftp)://[^\s/\"'|]{{1,200}}[^\s\"'|]{{0,200}}?/{_DATE}(?:T\d{{6}}Z?)?(?=[/\s\"'|]|$)")
_SNAPSHOT: Final = lazy(rf"(?<![\w-]){_MOMENT}(?!\w)")

_LOCAL_SCHEMES: Final = ("file:", "copy:", "cdrom:", "dir:", "hd:", "iso:", "cd:", "dvd:")
_PLACE: Final = rf"(?:{'|'.join(_LOCAL_SCHEMES)})[^\s\"'|;,)\\]{{1,200}}"
_LOCAL: Final = (
    lazy(rf"\bdeb(?:-src)?[ \t]+(?:\[[^\]\n]{{0,300}}\][ \t]*)?({_PLACE})"),
    lazy(rf"(?i:\bURIs:)[^\n]{{0,300}}?[ \t]({_PLACE})"),
    lazy(rf"(?<![\w-])baseurl[ \t]*=[ \t]*[\"']?({_PLACE})"),
    lazy(rf"--repofrompath[= ][\"']?[^\s,\"']{{1,80}},[\"']?({_PLACE}|/[^\s\"']{{1,200}})"),
    lazy(rf"(?<!\S)(?:-X|--repository)(?:[ \t]+|=)?[\"']?({_PLACE}|\.{{0,2}}/[^\s\"']{{1,200}})"),
    lazy(rf"--add-repo(?:[ \t]+|=)[\"']?({_PLACE}|/[^\s\"']{{1,200}})(?<!\.repo)(?![\w./-])"),
    lazy(
        rf"\bzypper(?:[ \t]+[^\s;&|]+){{0,8}}?[ \t]+(?:ar|addrepo|-p|--plus-repo)(?:[ \t=]+[^\s;&|]+){{0,4}}?[ \t=]+[\"']?({_PLACE}|/[^\s\"']{{1,200}})"
    ),
    lazy(
        r"\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?[\"']?(?:@\w+[ \t]+)?(/[^\s\"'|;>\\]{1,200})[^\n;&>]{0,40}(?:>>?|\btee\b(?:[ \t]+-a)?)[ \t]*[\"']?/etc/apk/repositories"
    ),
)
"""Each as a line or a setting names it: apt, apt (deb822), dnf, dnf, apk, dnf and yum, zypper, apk."""


def frozen(text: str, *, dated: bool = True) -> str:
    """The first address in a text of an archive that never changes, or the moment of one; empty without any.

    With ``dated`` any address counts that has a day as a folder.
    """
    for pattern in (_HOST, _DATED, _SNAPSHOT) if dated else (_HOST, _SNAPSHOT):
        found = pattern().search(text)
        if found:
            return found[0]
    return ""


def local(text: str) -> str:
    """The first folder, disc or file that a text names to a package manager as an archive; empty without any.

    The text is that of a command line, or of a package manager's settings.
    """
    for pattern in _LOCAL:
        found = pattern().search(text)
        if found:
            return found[1]
    return ""


def is_local(archive: str) -> bool:
    """Whether `local` found an archive, not `frozen`."""
    return archive.startswith((*_LOCAL_SCHEMES, ".", "/"))
