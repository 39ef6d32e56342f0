"""PHP packages: composer."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import VersionOrder
    from garboard.model.program import Commands, PackageSpec


def composer(word: str) -> PackageSpec | str:
    """``vendor/name`` or ``vendor/name:constraint``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"(?i)([a-z0-9][\w.-]*/[a-z0-9][\w.-]*|php|ext-[\w-]+)(?:[:=](\S+))?", word)
    return spec(found[1], found[2], ":") if found else A_FILE


def _lower(name: str) -> str:
    return name.lower()


def _order() -> VersionOrder:
    from garboard.ecosystems.php import version

    return version


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        composer,
        verbs=verbs("require, req, global require"),
        with_value=words("-d --working-dir --prefer-install --ignore-platform-req --apcu-autoloader-prefix"),
        opaque=verbs("install, update, i"),
    )
    return Commands(programs=MappingProxyType({"composer": program}), pin_signs=(":", "="), raised="{name}:{version}")


ECOSYSTEM: Final = Ecosystem(
    name="php",
    type="composer",
    manager="composer",
    osv="Packagist",
    order="composer",
    load_order=_order,
    locks=("composer.lock",),
    normalize=_lower,
    programs=("composer",),
    load_commands=_commands,
    index="Packagist",
    interpreter="php",
    scripts=(".php", ".phar"),
    unread=("composer/installed.json", "composer.lock"),
    runtimes=r"(?:libapache2-mod-)?php[\d.]*(?:-(?:cli|cgi|fpm|apache2))?",
    interpreted=True,
)
