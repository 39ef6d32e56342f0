"""The command lines of gem and bundle."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, spec, verbs, words

_GEM: Final = re.compile(r"([A-Za-z0-9][\w.-]*)(?::(\S+))?")


def gem(word: str) -> PackageSpec | str:
    """``name`` or ``name:version``."""
    found = None if word.endswith(".gem") else _GEM.fullmatch(word)
    return spec(found[1], found[2], ":") if found else A_FILE


def _remedy(fix: Fix) -> tuple[str, str]:
    if fix.indirect:
        names = dict.fromkeys(p.name for p, _ in fix.pins)
        return (
            f"another gem needs it; if that allows it, get {FIXED} or later",
            f"bundle update --conservative {' '.join(map(shlex.quote, names))}",
        )
    wanted = dict.fromkeys(f"{p.name}:>={version}" if version else p.name for p, version in fix.pins)
    return (
        f"require {FIXED} or later; where a Gemfile lists it, change that and run `bundle update`",
        f"gem install {' '.join(map(shlex.quote, wanted))}",
    )


_BUNDLE: Final = Program(
    gem,
    verbs=verbs("add"),
    with_value=words(
        "-v --version -g --group -s --source --jobs -j --path --gemfile --without --with --retry --git --branch"
    ),
    version_options=words("-v --version"),
    opaque=verbs("install, update, "),
)

COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "gem": Program(
                gem,
                verbs=verbs("install, i"),
                with_value=words(
                    "-v --version -s --source -i --install-dir -n --bindir --platform -P --trust-policy -p --http-proxy "
                    "--config-file --without --build-root -B"
                ),
                version_options=words("-v --version"),
                manifests=words("-g --file"),
                closed=words("-l --local"),
            ),
            "bundle": _BUNDLE,
            "bundler": _BUNDLE,
        }
    ),
    remedy=_remedy,
    pin_signs=(":",),
    raised="{name}:{version}",
    file_ends=(".gem",),
)
