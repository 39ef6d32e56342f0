"""The command lines of npm, yarn and pnpm."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, spec, verbs, words

_NAMED: Final = r"(?:@[\w.~-]+/)?[\w.~-]+"
_NPM: Final = re.compile(r"((?:@[\w.~-]+/)?[\w.~][\w.~-]*)(?:@([\w.^~<>=*| +-]+))?")


def npm(word: str) -> PackageSpec | str:
    """``name``, ``@scope/name``, each with ``@version`` or ``@tag``."""
    found = None if word.endswith((".tgz", ".tar.gz")) or word.startswith(".") else _NPM.fullmatch(word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _remedy(fix: Fix) -> tuple[str, str]:
    names = dict.fromkeys(f"{p.full_name}@{version}" for p, version in fix.pins)
    if fix.indirect:
        first, version = fix.pins[0]
        field = f'"overrides": {{"{first.full_name}": "{version}"}}'
        return (
            f"another package needs it: raise that one, or put {field} into package.json, for {FIXED}",
            f"npm update {shlex.quote(first.full_name)}",
        )
    return f"upgrade to {FIXED}", f"npm install {' '.join(shlex.quote(name) for name in names)}"


_OPTIONS: Final = words(
    "--prefix --registry --cache --tag --omit --include --loglevel --workspace -w --userconfig --globalconfig --only "
    "--install-strategy --script-shell --before -C --dir --network-timeout --cwd --modules-folder --cache-folder "
    "--filter -F --reporter --network-concurrency --store-dir --mutex --fetch-timeout --fetch-retries"
)

COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "npm": Program(
                npm,
                verbs=verbs("install, i, add, in, isntall"),
                with_value=_OPTIONS,
                bare="package.json",
                opaque=words("ci clean-install install-clean"),
                closed=words("--offline"),
            ),
            "yarn": Program(npm, verbs=verbs("add, global add"), with_value=_OPTIONS, opaque=verbs("install, ")),
            "pnpm": Program(npm, verbs=verbs("add, install, i"), with_value=_OPTIONS, bare="package.json"),
        }
    ),
    remedy=_remedy,
    pin_signs=("@",),
    raised="{name}@{version}",
    file_ends=(".tgz", ".tar.gz", ".tar"),
    files=rf"(?:{_NAMED}@)?(?:(?:file|link|portal):.*|[.~]?/.*)",
    references=rf"(?:{_NAMED}@)?(?:(?:git\+|git:|(?:github|gitlab|bitbucket|gist):).*|(?!\.)[\w.-]+/[\w.-]+(?:#.*)?)"
    r"|git@[\w-]+\.[\w.-]+[:/].*|.*\.git(?:#.*)?",
)
