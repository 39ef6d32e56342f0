"""PHP packages: composer."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, Editor, PlainCatalog, VersionOrder
    from garboard.model.program import Commands, Fix, PackageSpec


_LISTS: Final = ("/installed.json", "/installed.php")


def composer(word: str) -> PackageSpec | str:
    """``vendor/name`` or ``vendor/name:constraint``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"(?i)([a-z0-9][\w.-]*/[a-z0-9][\w.-]*|php|ext-[\w-]+)(?:[:=](\S+))?", word)
    return spec(found[1], found[2], ":") if found else A_FILE


def _lower(name: str) -> str:
    return name.lower()


def _vendor(path: str) -> str:
    """The folder that Composer fills."""
    return parent_folder(parent_folder(path))


def _folders(path: str) -> tuple[str, ...]:
    """All of ``vendor``; what Drupal describes lies in the folder of its file, its core in that of ``core``."""
    if path.endswith(_LISTS):
        return (_vendor(path),)
    return (path.removesuffix("/lib/Drupal.php"),) if path.endswith("/Drupal.php") else (parent_folder(path),)


def _repeats(path: str) -> str | None:
    """What describes itself repeats Composer's list, and what that loads of itself the list in full."""
    return None if path.endswith("/installed.json") else ANYWHERE


def _catalog() -> Catalog:
    from garboard.ecosystems.php.cataloger import catalog

    return catalog


def _archives() -> PlainCatalog:
    from garboard.ecosystems.php.archive import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.php import version

    return version


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = " ".join(quote(package.full_name) for package, _ in fix.pins)
    if fix.indirect:
        return (
            f"another package needs it; if that allows it, get {FIXED} or later",
            f"composer update {names} --with-dependencies",
        )
    wanted = " ".join(quote(f"{package.full_name}:^{version}") for package, version in fix.pins)
    return f"require {FIXED} or later", f"composer require {wanted}"


def _declared() -> PlainCatalog:
    from garboard.ecosystems.php.declared import catalog

    return catalog


def _editor(_path: str) -> Editor:
    from garboard.ecosystems.php.edited_composer import raising

    return raising


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        composer,
        verbs=verbs("require, req, global require"),
        with_value=words("-d --working-dir --prefer-install --ignore-platform-req --apcu-autoloader-prefix"),
        opaque=verbs("install, update, i"),
    )
    programs = MappingProxyType({"composer": program})
    return Commands(programs=programs, remedy=_remedy, pin_signs=(":", "="), raised="{name}:{version}")


ECOSYSTEM: Final = Ecosystem(
    name="php",
    type="composer",
    namespaced=True,
    manager="composer",
    osv="Packagist",
    order="composer",
    load_order=_order,
    globs=(
        "**/composer/installed.json",
        "**/composer/installed.php",
        "**/core/lib/Drupal.php",
        "**/includes/bootstrap.inc",
        "**/*.info.yml",
    ),
    archives=("**/*.phar", "**/bin/composer", "**/bin/wp"),
    load_archives=_archives,
    version=6,
    repeats=_repeats,
    packed=("**/composer/installed.json", "**/composer/installed.php"),
    load_catalog=_catalog,
    install_folder=_vendor,
    folders=_folders,
    locks=("composer.lock",),
    normalize=_lower,
    programs=("composer",),
    declares=("**/composer.lock",),
    manifests=("**/composer.json",),
    load_declared=_declared,
    edited=("**/composer.json",),
    load_editor=_editor,
    projects=("composer.json",),
    tied=(("composer.lock", "composer require --no-install '{name}:^{version}'"),),
    load_commands=_commands,
    caches=("**/composer/cache", "**/.composer/cache"),
    index="Packagist",
    interpreter="php",
    scripts=(".php", ".phar"),
    traces=("composer.lock",),
    interpreted=True,
    runtimes=r"(?:libapache2-mod-)?php[\d.]*(?:-(?:cli|cgi|fpm|apache2))?",
    misses="PHP archives compressed as a whole or in the form of a tar or a zip, those without Composer's list of packages (gaps); modules of Drupal 7",
    reference="https://getcomposer.org/doc/",
)
