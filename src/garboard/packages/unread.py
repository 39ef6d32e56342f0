"""What lies in an image that holds or lists packages, and that no cataloger reads: told as a gap, never passed over.

A kind of file is taken off the tables here when a cataloger for it is added to `garboard.ecosystems`; a file that pins
packages of an ecosystem is in its record there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import SYSTEM_TYPES, Fact, Package, Script, Unread
from garboard.patterns import lazy, of_globs

NAME: Final = "unread"
VERSION: Final = 2
HEAD: Final = 4096
"""Bytes of a program within which a Go linker's build id lies."""
PROGRAMS: Final = True

LISTS: Final = MappingProxyType(
    {
        "Java archives": tuple(f"**/*.{one}" for one in ("jar", "war", "ear", "par", "sar", "kar", "jpi", "hpi")),
        "Conda packages": ("**/conda-meta/*.json",),
        ".NET dependency lists": ("**/*.deps.json", "**/packages.config"),
        "PHP packages (Composer)": ("**/composer/installed.json",),
        "PHP packages (PEAR, PECL)": ("**/.registry/*.reg", "**/.channel.pecl.php.net/*.reg"),
        "Arch Linux packages": ("var/lib/pacman/local/*/desc",),
        "OpenWrt packages": ("usr/lib/opkg/status", "var/lib/opkg/status", "usr/lib/opkg/info/*.control"),
        "Gentoo packages": ("var/db/pkg/*/*/CONTENTS",),
        "Nix packages": ("nix/var/nix/db/db.sqlite",),
        "Guix packages": ("var/guix/db/db.sqlite",),
        "Void Linux packages": ("var/db/xbps/*.plist",),
        "Slackware packages": ("var/log/packages/*", "var/lib/pkgtools/packages/*"),
        "Clear Linux bundles": ("usr/share/clear/bundles/*",),
        "Homebrew packages": ("**/INSTALL_RECEIPT.json",),
        "snaps": ("var/lib/snapd/snaps/*.snap",),
        "Yarn Plug'n'Play packages": ("**/.pnp.cjs", "**/.pnp.js"),
        "Python zip applications": ("**/*.pyz", "**/*.pex"),
        "R packages": ("**/*library/*/DESCRIPTION",),
        "Perl distributions": ("**/.packlist",),
        "Lua rocks": ("**/*.rockspec",),
        "Erlang and Elixir applications": ("**/ebin/*.app",),
        "OCaml packages": ("**/.opam-switch/packages/*/opam",),
        "Haskell packages": ("**/package.conf.d/*.conf",),
        "WordPress": ("**/wp-includes/version.php",),
        "WordPress plugins": ("**/wp-content/plugins/*/readme.txt",),
        "vendored Go modules": ("**/vendor/modules.txt",),
        "software bills of materials": ("**/*.spdx", "**/*.spdx.json", "**/*.cdx.json"),
    }
)
"""Files that hold or list installed packages, by what a report calls these."""
_OTHER_LOCKS: Final = (
    "pom.xml",
    "gradle.lockfile",
    "packages.lock.json",
    "project.assets.json",
    "mix.lock",
    "rebar.lock",
    "pubspec.lock",
    "Package.resolved",
    "Podfile.lock",
    "conan.lock",
    "renv.lock",
)
"""Files that pin packages of ecosystems without a record of their own."""
_LOCKED: Final = MappingProxyType({lock: one for one in ECOSYSTEMS for lock in one.locks})
GLOBS: Final = (
    *(glob for globs in LISTS.values() for glob in globs),
    *(f"**/{name}" for name in (*_LOCKED, *_OTHER_LOCKS)),
)

_GO: Final = "Go programs"
_LOCK: Final = "dependency lists without an installation"
_PROGRAM: Final = "programs that no package manager installed"
_ELF: Final = b"\x7fELF"
_OF_GO: Final = (b"\x04\0\0\0Go\0\0", b"\xff Go buildinf:")
"""Type and name of the ELF note that Go's linker writes (``.note.go.buildid``), and the mark of its build information."""
_SCRIPT: Final = b"#!"
_WORD: Final = lazy(r"(?<![\w.$-])[a-z][a-z0-9.+-]{1,30}(?![\w.-])")
_OF_THE_SYSTEM: Final = ("usr/bin/", "usr/sbin/", "usr/lib", "usr/share/", "bin/", "sbin/", "lib", "etc/", "var/")
_SYSTEM_FOLDERS: Final = ("usr/lib", "lib", "usr/libexec/", "usr/share/", "usr/src/", "usr/include/", "boot/")
_OF_PACKAGES: Final = ("/site-packages/", "/dist-packages/", "/node_modules/", "/gems/", "/conda-meta/")
_INSTALLERS: Final = frozenset(name for one in ECOSYSTEMS for name in one.installers)
_NAMED: Final = 3


def catalog(file: File, /) -> Iterator[Fact]:
    """What kind of unread file this is, and what a script of the image's own may call; of ``file.data`` the beginning."""
    if file.data.startswith(_SCRIPT):
        if not file.path.startswith(_OF_THE_SYSTEM):
            yield Script(words=tuple(dict.fromkeys(_WORD().findall(file.data.decode("utf-8", "replace")))))
    elif file.data.startswith(_ELF):
        if _may_be_a_program(file.path):
            yield Unread(kind=_GO if any(mark in file.data for mark in _OF_GO) else _PROGRAM)
    elif (kind := _kind(file.path)) is not None:
        yield Unread(kind=kind)


def _may_be_a_program(path: str) -> bool:
    """Whether a program here may have come without a package: libraries and the system's helpers have."""
    folder, _, name = path.rpartition("/")
    if ".so" in name:
        return False
    return folder.endswith("bin") or not path.startswith(_SYSTEM_FOLDERS)


def _kind(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name in _LOCKED or name in _OTHER_LOCKS:
        return _LOCK
    return next((kind for kind, globs in LISTS.items() if _matches(globs)(path)), None)


@cache
def _matches(globs: tuple[str, ...]) -> Callable[[str], object]:
    return re.compile(of_globs(globs)).fullmatch


class Found(NamedTuple):
    """An unread file: its path, and what a report calls files of its kind."""

    path: str
    kind: str


def gaps(found: Iterable[Found], packages: Iterable[Package]) -> Iterator[Gap]:
    """A gap for each kind, but for lock files whose packages are installed and for what lies within a package."""
    places = _Places(packages)
    kinds: dict[str, list[str]] = defaultdict(list)
    for one in found:
        if not places.tells(one):
            kinds[one.kind].append(one.path)
    for kind, paths in sorted(kinds.items()):
        some = ", ".join(sorted(paths)[:_NAMED])
        more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        yield Gap(stage="catalog", subject=kind, reason=f"are there and are not read: {some}{more}")


class _Places:
    """Where the packages are that were read."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._folders: dict[str, list[str]] = defaultdict(list)
        for package in packages:
            if not package.application and package.type not in SYSTEM_TYPES and package.name not in _INSTALLERS:
                self._folders[package.type] += (location.path for location in package.locations)

    def tells(self, one: Found) -> bool:
        """Whether the packages that were read answer for this file."""
        within = any(folder in f"/{one.path}" for folder in _OF_PACKAGES)
        if one.kind == _PROGRAM:
            return within
        folder, _, name = one.path.rpartition("/")
        ecosystem = _LOCKED.get(name)
        if ecosystem is None:
            return False
        paths = self._folders.get(ecosystem.type, ())
        return within or any(path.startswith(f"{folder}/") or not ecosystem.below_locks for path in paths)
