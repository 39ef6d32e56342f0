"""The command line of pacman."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, Upgrades, verbs, words

_PACMAN: Final = re.compile(r"(?:[a-z0-9-]+/)?([A-Za-z0-9@_][\w@.+-]*)")


def pacman(word: str) -> PackageSpec | str:
    """``name`` or ``repository/name``: a version cannot be asked for."""
    found = None if ".pkg.tar" in word else _PACMAN.fullmatch(word)
    return PackageSpec(found[1]) if found else A_FILE


def _remedy(fix: Fix) -> tuple[str, str]:
    names = " ".join(shlex.quote(package.name) for package, _ in fix.pins)
    return (
        f"upgrade everything, which brings {FIXED}: partial upgrades are not supported",
        f"pacman -Syu {names}".rstrip(),
    )


COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "pacman": Program(
                pacman,
                verbs=verbs("-S, -Sy, -Syu, -Syyu, -Su, --sync"),
                with_value=words("-b --dbpath -r --root --cachedir --config --arch --ignore --ignoregroup --overwrite"),
            )
        }
    ),
    remedy=_remedy,
    upgrades=Upgrades(
        programs=("pacman",),
        everything=words("-Syu -Syyu -Su"),
        named=words("-S -Sy --sync"),
        possible=words("-S -Sy -Syu -Syyu -Su --sync"),
        line=MappingProxyType({"pacman": "pacman -Syu --noconfirm"}),
        command="pacman -Syu",
        alone=False,
    ),
)
