"""The command line of opkg."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, Upgrades, verbs, words

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]*")


def opkg(word: str) -> PackageSpec | str:
    """A name; a version cannot be asked for."""
    return PackageSpec(word) if _NAME.fullmatch(word) and not word.endswith(".ipk") else A_FILE


def _remedy(fix: Fix) -> tuple[str, str]:
    names = " ".join(shlex.quote(package.name) for package, _ in fix.pins)
    return f"upgrade to {FIXED}", f"opkg update && opkg upgrade {names}".rstrip()


COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "opkg": Program(
                opkg,
                verbs=verbs("install"),
                with_value=words("-f --conf -d --dest -o --offline-root --cache -t --tmp-dir -l --lists-dir"),
            )
        }
    ),
    remedy=_remedy,
    upgrades=Upgrades(
        programs=("opkg",),
        everything=frozenset(),
        named=words("install upgrade"),
        possible=words("install upgrade"),
        line=MappingProxyType({}),
        command="opkg upgrade",
    ),
    file_ends=(".ipk",),
)
