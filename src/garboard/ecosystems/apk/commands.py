"""The command line of apk."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import (
    A_FILE,
    A_PATTERN,
    FIXED,
    Commands,
    Fix,
    PackageSpec,
    Program,
    Upgrades,
    verbs,
    words,
)

_APK: Final = re.compile(r"([A-Za-z0-9][\w.+-]*)(?:@[\w-]+)?(?:([=<>~]+)(\S+))?")


def apk(word: str) -> PackageSpec | str | None:
    """``name``, ``name=version``, ``name~version``, ``name>version``, ``name@repository``; ``!name`` removes."""
    if word.startswith("!"):
        return None
    if word.startswith(("/", "./")) or word.endswith(".apk"):
        return A_FILE
    found = _APK.fullmatch(word)
    if found is None:
        return A_PATTERN
    if not found[2]:
        return PackageSpec(found[1])
    return PackageSpec(found[1], found[3] if found[2] == "=" and "*" not in found[3] else "", found[2] + found[3])


def _remedy(fix: Fix) -> tuple[str, str]:
    names = [shlex.quote(f"{p.name}>={version}" if version else p.name) for p, version in fix.pins]
    return f"upgrade to {FIXED}", f"apk add --no-cache --upgrade {' '.join(names)}"


COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "apk": Program(
                apk,
                verbs=verbs("add"),
                with_value=words(
                    "-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --wait --cache-dir "
                    "--cache-max-age --progress-fd --timeout"
                ),
            )
        }
    ),
    remedy=_remedy,
    pin_signs=("=", "~", "<"),
    upgrades=Upgrades(
        programs=("apk",),
        everything=words("upgrade"),
        named=words("add"),
        possible=words("upgrade fix"),
        line=MappingProxyType({"apk-tools": "apk upgrade --no-cache"}),
        command="apk upgrade",
    ),
    file_ends=(".apk",),
)
