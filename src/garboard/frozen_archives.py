"""Addresses of package archives that never change: snapshots of one moment, and releases that nobody updates any more."""

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


def frozen(text: str, *, dated: bool = True) -> str:
    """The first address in a text of an archive that never changes, or the moment of one; empty without any.

    With ``dated`` any address counts that has a day as a folder.
    """
    for pattern in (_HOST, _DATED, _SNAPSHOT) if dated else (_HOST, _SNAPSHOT):
        found = pattern().search(text)
        if found:
            return found[0]
    return ""
