"""Packages in PHP archives: those that Composer installed there, Composer itself and WP-CLI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import zipped
from garboard.ecosystems.php import cataloger, phar
from garboard.model.bounded import bounded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

WITHOUT_LIST: Final = "PHP archives without Composer's list of packages"
_LIST: Final = "vendor/composer/installed.json"
_OWN: Final = (
    ("src/Composer/Composer.php", "composer/composer", re.compile(rb"const VERSION = '(\d[\w.+-]*)'")),
    ("vendor/wp-cli/wp-cli/VERSION", "wp-cli/wp-cli", re.compile(rb"\s*v?(\d[\w.+-]*)\s*")),
)
"""Where a program tells its own version: the member, the package, and what finds the version in it."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages of an archive; a program of these names that is no archive is none."""
    if file.path.endswith(".phar") or b"__HALT_COMPILER();" in bytes(file.view[: 1 << 20]):
        yield from bounded(file.path, _facts(file))


def _facts(file: File) -> Iterator[Fact]:
    own: dict[str, Fact] = {}
    listed: list[Fact] = []
    try:
        for member in phar.members(file.view):
            if f"/{member.name}".endswith(f"/{_LIST}"):
                place = f"{file.path}{zipped.SEPARATOR}{member.name}"
                facts = cataloger.installed(place, phar.read(file.view, member))
                listed += (_inside(fact, member.name) for fact in facts)
            for name, package, version in _OWN:
                if member.name == name and (found := version.search(phar.read(file.view, member))):
                    fact = cataloger.package(package, found[1].decode("ascii"), licenses=("MIT",))
                    own[package] = _inside(fact, name)
    except phar.BadPhar as error:
        yield Gap(stage="catalog", subject=file.path, reason=str(error))
        if not own and not listed:
            return
    yield from own.values()
    yield from (fact for fact in listed if not (isinstance(fact, Package) and fact.full_name in own))
    if not own and not listed:
        yield Unread(kind=WITHOUT_LIST)


def _inside(fact: Fact, member: str) -> Fact:
    return msgspec.structs.replace(fact, inside=member) if isinstance(fact, Package) else fact
