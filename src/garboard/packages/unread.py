"""What lies in an image that holds or lists packages, and that no cataloger reads: told as a gap, never passed over.

A kind of file is taken off the tables here when a cataloger for it is added to `garboard.ecosystems`; a file that pins
packages of an ecosystem is in its record there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems import ECOSYSTEMS, of
from garboard.ecosystems.node import EXTENSIONS
from garboard.model.ecosystem import Ecosystem
from garboard.model.gap import Gap
from garboard.model.image import Bare, File
from garboard.model.package import SYSTEM_TYPES, Fact, Package, Script, Unread
from garboard.packages import programs
from garboard.patterns import lazy, of_globs

NAME: Final = "unread"
VERSION: Final = 4 + programs.VERSION
HEAD: Final = 4096
"""Bytes of a program within which a Go linker's build id lies."""
PROGRAMS: Final = True
explained = programs.explained
"""See `Reader`."""

_CLASSES: Final = "compiled Java classes"
LISTS: Final = MappingProxyType(
    {
        _CLASSES: ("**/*.class",),
        "Conda packages": ("**/conda-meta/*.json",),
        ".NET dependency lists": ("**/packages.config",),
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
        "Python wheels and zip applications": ("**/*.whl", "**/*.pyz", "**/*.pex"),
        "PHP archives": ("**/*.phar",),
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
_NO_METADATA: Final = "Python packages without metadata"
_NO_MANIFEST: Final = "npm packages without a package.json"
_NO_STANZA: Final = "file lists of packages that are not in dpkg's status"
_BESIDE_METADATA: Final = tuple(
    f"**/*.{folder}/{name}"
    for folder, names in (
        ("dist-info", ("RECORD", "WHEEL", "top_level.txt")),
        ("egg-info", ("SOURCES.txt", "installed-files.txt", "top_level.txt")),
    )
    for name in names
)
"""What lies beside the file that names a Python package."""
BARE: Final = (
    Bare(
        within=b"node_modules/",
        folder=rb"node_modules/(?:@[^/\0]+/)?[^/\0@.][^/\0]*",
        file=b"package.json",
        contents=(b".js", b".cjs", b".mjs"),
        fact=Unread(kind=_NO_MANIFEST),
    ),
)
ROOTS: Final = tuple(
    f"**/*/{path}"
    for path in (
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/*.md5sums",
        "lib/apk/db/installed",
        "var/lib/pacman/local/*/desc",
        *(f"{folder}/Packages{end}" for folder in ("var/lib/rpm", "usr/share/rpm") for end in ("", ".db")),
        *(f"{folder}/rpmdb.sqlite" for folder in ("var/lib/rpm", "usr/share/rpm", "usr/lib/sysimage/rpm")),
    )
)
"""Databases of packages in a root file system within this one."""
_ARCHIVES: Final = tuple(f"**/*.{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file)
_DLLS: Final = ("**/*.dll", "**/*.DLL")
_REQUIREMENTS_NAME: Final = "requirements.txt"
_REQUIREMENTS: Final = ("**/requirements*.txt", "**/requirements/*.txt")
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
_LISTING: Final = MappingProxyType({folder: one.type for one in ECOSYSTEMS for folder in one.lists})
_LOCKED: Final = MappingProxyType({lock: one for one in ECOSYSTEMS for lock in one.locks})
OWNABLE: Final = (
    *(glob for globs in LISTS.values() for glob in globs),
    *(f"**/{name}" for name in (*_LOCKED, *_OTHER_LOCKS) if name != _REQUIREMENTS_NAME),
    *_REQUIREMENTS,
    *_ARCHIVES,
    *_DLLS,
)
"""Those that a package of the distribution may have brought, which then answers for them."""
GLOBS: Final = (*OWNABLE, *_BESIDE_METADATA, *ROOTS)

_GO: Final = "Go programs"
_LOCK: Final = "dependency lists without an installation"
_PROGRAM: Final = "programs that no package manager installed"
_LIBRARY: Final = "shared libraries that no package manager installed"
_ROOT: Final = "package databases of another root file system"
_ARCHIVE: Final = "package files"
_CACHES: Final = frozenset({"cache", ".cache"})
_DLL: Final = ".NET and Windows libraries"
_DOTNET: Final = ".NET dependency lists"
_KINDS: Final = MappingProxyType(
    {_NO_METADATA: _BESIDE_METADATA, _ROOT: ROOTS, _ARCHIVE: _ARCHIVES, _DLL: _DLLS, **LISTS}
)
_LOCKED_NAME: Final = lazy(r"""(?m)^name = "([^"\n]+)"|^[ ]{4}([A-Za-z0-9][\w.-]*)[ ]\(|^[ ]{8}"([\w.-]+)":[ ]\{""")
"""A name in poetry.lock and its like, in Gemfile.lock, and in Pipfile.lock."""
_REQUIRED_NAME: Final = lazy(r"(?m)^([A-Za-z0-9][\w.-]*)()()[ \t]*(?:\[[^]\n]*\][ \t]*)?(?:[=<>~!;@][^\n]*)?$")
"""A name in requirements.txt."""
_PIPFILE_NAME: Final = lazy(r"""(?m)^"?([A-Za-z0-9][\w.-]*)"?[ \t]*=()()""")
_GEMFILE_NAME: Final = lazy(r"""(?m)^[ \t]*gem[ \t(]+["']([\w.-]+)["']()()""")
_DEVELOPMENT: Final = lazy(
    r"(?:.*[/._-])?(?:dev|devel|develop|development|tests?|testing|docs?|documentation|lint|linting|ci|build|typing|mypy|tox|"
    r"bench|benchmarks?|examples?|optional|extras?|local)(?:[._-].*)?\.txt"
)
"""A file of requirements that an image does without."""
_ONLY_OPTIONS: Final = lazy(r"(?:[ \t]*(?:#[^\n]*|-[^\n]*)?(?:\n|\Z))*")
_ELF: Final = b"\x7fELF"
_OF_GO: Final = (b"\x04\0\0\0Go", b"\xff Go buildinf:")
"""Type and beginning of the name of the ELF note that Go's linker writes (``.note.go.buildid``), and the mark of its build information."""
_SCRIPT: Final = b"#!"
_WORD: Final = lazy(r"(?<![\w.$-])[a-z][a-z0-9.+-]{1,30}(?![\w.-])")
_OF_THE_SYSTEM: Final = ("usr/bin/", "usr/sbin/", "usr/lib", "usr/share/", "bin/", "sbin/", "lib", "etc/", "var/")
_SYSTEM_FOLDERS: Final = ("usr/lib", "lib", "usr/libexec/", "usr/share/", "usr/src/", "usr/include/", "boot/")
_INSTALLERS: Final = frozenset(name for one in ECOSYSTEMS for name in one.installers)
_NAMED: Final = 3


def catalog(file: File, /) -> Iterator[Fact]:
    """What kind of unread file this is, and what a script of the image's own may call; of ``file.data`` the beginning."""
    if file.data.startswith(_SCRIPT):
        if not file.path.startswith(_OF_THE_SYSTEM):
            yield Script(words=tuple(dict.fromkeys(_WORD().findall(file.data.decode("utf-8", "replace")))))
    elif file.data.startswith(_ELF):
        if _OF_GO[0] in file.data or _OF_GO[1] in file.data:
            yield Unread(kind=_GO)
        elif is_library(file.path.rpartition("/")[2]):
            yield Unread(kind=_LIBRARY)
        elif _may_be_a_program(file.path):
            yield Unread(kind=_PROGRAM)
    elif (kind := _kind(file.path)) is not None:
        names = _named(file) if kind == _LOCK else ()
        if names or not _says_nothing(file, kind):
            yield Unread(kind=kind, names=names)


def is_library(name: str) -> bool:
    """Whether a file of this name is a shared library."""
    return name.endswith(".so") or ".so." in name


def _may_be_a_program(path: str) -> bool:
    """Whether a program here may have come without a package: libraries and the system's helpers have."""
    folder = path.rpartition("/")[0]
    return folder.endswith("bin") or not path.startswith(_SYSTEM_FOLDERS)


def _kind(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name in _LOCKED or name in _OTHER_LOCKS:
        return _LOCK
    if name.endswith(".txt") and _matches(_REQUIREMENTS)(path):
        return None if _DEVELOPMENT().fullmatch(path, path.rfind("requirements")) else _LOCK
    return next((kind for kind, globs in _KINDS.items() if _matches(globs)(path)), None)


@cache
def _matches(globs: tuple[str, ...]) -> Callable[[str], object]:
    return re.compile(of_globs(globs)).fullmatch


def _named(file: File) -> tuple[str, ...]:
    """The first packages that a lock file names, where they are not installed below its folder."""
    ecosystem = _ecosystem(file.path)
    if ecosystem is None or ecosystem.below_locks:
        return ()
    text = file.data.decode("utf-8", "replace")
    name = file.path.rpartition("/")[2]
    pattern = _LOCKED_NAME()
    if name.endswith(".txt"):
        pattern = _REQUIRED_NAME()
    elif name == "Pipfile":
        pattern, text = _PIPFILE_NAME(), text.partition("[packages]")[2].partition("\n[")[0]
    elif name in {"Gemfile", "gems.rb"}:
        pattern = _GEMFILE_NAME()
    found = pattern.findall(text)
    return tuple(dict.fromkeys(ecosystem.normalize(name) for groups in found for name in groups if name))


def _ecosystem(path: str) -> Ecosystem | None:
    """The ecosystem whose packages a file pins; None where it is none of those that have a record of their own."""
    name = path.rpartition("/")[2]
    return _LOCKED.get(_REQUIREMENTS_NAME if name.endswith(".txt") else name)


def _says_nothing(file: File, kind: str) -> bool:
    """Whether it is a database that is empty, or one of several files of requirements with no more than others' names."""
    if kind == _ROOT:
        return not file.data  # RPM makes an empty one first
    name = file.path.rpartition("/")[2]
    if kind != _LOCK or not name.endswith(".txt") or name == _REQUIREMENTS_NAME:
        return False
    return _ONLY_OPTIONS().fullmatch(file.data.decode("utf-8", "replace")) is not None


class Found(NamedTuple):
    """An unread file: its path, what a report calls files of its kind, and the first packages that a lock file names."""

    path: str
    kind: str
    names: tuple[str, ...] = ()


def lists(read: Iterable[str], packages: Iterable[Package], absent: AbstractSet[tuple[str, str]]) -> Iterator[Found]:
    """The lists of files among what was ``read`` of packages that are neither installed nor known to be ``absent``."""
    known = {name for package in packages for name in (package.name, f"{package.name}:{package.arch}")}
    for path in read:
        folder, _, name = path.rpartition("/")
        if (type_ := _LISTING.get(folder)) is not None and name.endswith(".list"):
            name = name.removesuffix(".list")
            if name not in known and (type_, name.partition(":")[0]) not in absent:
                yield Found(path, _NO_STANZA)


def gaps(found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]) -> Iterator[Gap]:
    """A gap for each kind, but for lock files whose packages are installed and for what lies within a package.

    ``read`` are the paths of the files that other catalogers read.
    """
    found = tuple(found)
    places = _Places(found, packages, read)
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if not places.tells(one):
            kinds[one.kind].add(_told_as(one))
    for kind, paths in sorted(kinds.items()):
        some = ", ".join(sorted(paths)[:_NAMED])
        more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        yield Gap(stage="catalog", subject=kind, reason=f"are there and are not read: {some}{more}")


def _told_as(one: Found) -> str:
    """The path by which a file is told of: that of the folder, where it stands for that."""
    if one.kind == _NO_METADATA:
        return one.path.rpartition("/")[0]
    return _module_folder(one.path) if one.kind == _NO_MANIFEST else one.path


def _module_folder(path: str) -> str:
    """The folder of the npm package in which a file lies."""
    before, inside, tail = path.rpartition("node_modules/")
    return f"{before}{inside}{'/'.join(tail.split('/')[: 2 if tail.startswith('@') else 1])}"


def _above(path: str) -> Iterator[str]:
    """The folders that a path is in, nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


def _in_fixtures(path: str) -> bool:
    from garboard.ecosystems.node.cataloger import in_fixtures

    return in_fixtures(path.rpartition("node_modules/")[0])


class _Places:
    """Where the packages are that were read."""

    def __init__(self, found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]) -> None:
        self._found = found
        self._packages = tuple(packages)
        self._read = frozenset(read)
        self._folders: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, set[str]] = defaultdict(set)
        for package in self._packages:
            if not package.application and package.type not in SYSTEM_TYPES and package.name not in _INSTALLERS:
                self._folders[package.type] += (location.path for location in package.locations)
                self._names[package.type].add(package.name)

    def tells(self, one: Found) -> bool:
        """Whether the packages that were read answer for this file."""
        rule = _RULES.get(one.kind)
        return rule is not None and rule(self, one)

    def metadata(self, one: Found) -> bool:
        """Whether the file that names the Python package beside it was read."""
        return not self._read.isdisjoint(f"{_told_as(one)}/{name}" for name in ("METADATA", "PKG-INFO"))

    def manifest(self, one: Found) -> bool:
        """Whether the file that names the npm package around it was read, or tests alone need that package."""
        return f"{_told_as(one)}/package.json" in self._read or _in_fixtures(one.path)

    def within(self, one: Found) -> bool:
        """Whether it lies in a folder of packages of a language that were read."""
        return not self._homes.isdisjoint(_above(one.path))

    @cached_property
    def _homes(self) -> frozenset[str]:
        located = (
            (of(package.type).folders, location.path)
            for package in self._packages
            if not package.application or of(package.type).whole
            for location in package.locations
        )
        return frozenset(folder for folders, path in located for folder in folders(path))

    def part(self, one: Found) -> bool:
        """Whether a shared library lies within a package, or belongs to a program that is told of."""
        return self.within(one) or not self._installations.isdisjoint(_above(one.path))

    @cached_property
    def _installations(self) -> frozenset[str]:
        """The folders of what is told of already: that in which ``bin`` lies, else the program's own."""
        folders = {one.path.rpartition("/")[0] for one in self._found if one.kind in {_PROGRAM, _GO, _DOTNET}}
        whole = {folder.rpartition("/")[0] if folder.endswith("bin") else folder for folder in folders}
        return frozenset(whole - {"", "usr"})

    def left_over(self, one: Found) -> bool:
        """Whether a package file is only what an installation left: it lies in a cache, or some version is installed."""
        *folders, file = one.path.split("/")
        if not _CACHES.isdisjoint(folders):
            return True
        stem, _, extension = file.rpartition(".")
        between, installed = self._package_files.get(extension, ("-", frozenset()))
        parts = stem.split(between)
        return any(
            between.join(parts[:count]) in installed for count in range(1, len(parts)) if parts[count][:1].isdigit()
        )

    @cached_property
    def _package_files(self) -> Mapping[str, tuple[str, AbstractSet[str]]]:
        """By the extension of package files: what stands between name and version, and the names that are installed."""
        found: dict[str, tuple[str, set[str]]] = {}
        for package in self._packages:
            if form := of(package.type).package_file:
                before, _, extension = form.rpartition(".")
                found.setdefault(extension, (before[len("{name}")], set()))[1].add(package.name)
        return found

    def read(self, one: Found) -> bool:
        """Whether another cataloger read it: a link led there."""
        return one.path in self._read

    def pinned(self, one: Found) -> bool:
        """Whether what a lock file pins is installed."""
        folder = one.path.rpartition("/")[0]
        ecosystem = _ecosystem(one.path)
        if self.read(one):
            return True
        if ecosystem is None:
            return False
        if self.within(one):
            return True
        if not ecosystem.below_locks:
            there = sum(name in self._names[ecosystem.type] for name in one.names)
            return bool(one.names) and 2 * there >= len(one.names)  # a lock file names what only development needs too
        return any(path.startswith(f"{folder}/") for path in self._folders.get(ecosystem.type, ()))


_RULES: Final[Mapping[str, Callable[[_Places, Found], bool]]] = MappingProxyType(
    {
        _NO_METADATA: _Places.metadata,
        _NO_MANIFEST: _Places.manifest,
        _PROGRAM: _Places.within,
        _LIBRARY: _Places.part,
        _DLL: _Places.part,
        EXTENSIONS: _Places.within,
        _CLASSES: _Places.within,
        _ARCHIVE: _Places.left_over,
        _ROOT: _Places.read,
        _LOCK: _Places.pinned,
    }
)
"""Which packages may answer for files of a kind; for other kinds none do."""
