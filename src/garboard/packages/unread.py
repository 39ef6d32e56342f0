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

import msgspec

from garboard.ecosystems import ECOSYSTEMS, of
from garboard.ecosystems.generic import LIBRARIES as _DLL
from garboard.ecosystems.generic import PROGRAMS as _EXECUTABLES
from garboard.ecosystems.generic import java
from garboard.executables import MACH_O, PE, SIGNS
from garboard.model.ecosystem import Ecosystem
from garboard.model.gap import Gap
from garboard.model.image import Bare, File
from garboard.model.package import NOT_READ, SYSTEM_TYPES, UNMANAGED, Fact, Package, Script, Unread
from garboard.packages import archives, bills, programs
from garboard.patterns import lazy, of_globs

NAME: Final = "unread"
VERSION: Final = 9 + programs.VERSION
HEAD: Final = 4096
"""Bytes of a program within which a Go linker's build id lies."""
explained = programs.explained
knows = programs.knows
"""See `garboard.model.image.ProgramReader`."""

_CLASSES: Final = "compiled Java classes"
_BOWER: Final = "Bower packages"
_COMPOSER: Final = "PHP packages without Composer's list"
_NUGET: Final = ".NET packages (NuGet)"
_EGG_LINKS: Final = "links to Python projects"
_WEB_ASSEMBLY: Final = "WebAssembly modules"
_OF_MACOS: Final = "macOS programs"
_ZIPPED: Final = "zip applications"
_WORDPRESS: Final = "WordPress plugins"
_PERL: Final = "Perl distributions"
LISTS: Final = MappingProxyType(
    {
        _CLASSES: ("**/*.class",),
        ".NET dependency lists": ("**/packages.config",),
        "Clear Linux bundles": ("usr/share/clear/bundles/*",),
        "packages in the cache of Conan 2": ("**/.conan2/p/cache.sqlite3",),
        "snaps": ("var/lib/snapd/snaps/*.snap",),
        _BOWER: ("**/.bower.json", "**/bower.json"),
        _COMPOSER: ("**/vendor/*/*/composer.json",),
        _NUGET: ("**/*.nuspec",),
        _EGG_LINKS: ("**/*.egg-link",),
        _WEB_ASSEMBLY: ("**/*.wasm",),
        _PERL: ("**/.packlist",),
        _WORDPRESS: ("**/wp-content/plugins/*/readme.txt",),
        "vendored Go modules": ("**/vendor/modules.txt",),
        bills.KIND: bills.GLOBS,
    }
)
"""Files that hold or list installed packages, by what a report calls these."""
_NO_STANZA: Final = "file lists of packages that are not in dpkg's status"
_ROOT: Final = "package databases of another root file system"
_DATABASES: Final = (
    *(path for one in ECOSYSTEMS for path in one.roots),
    *(glob for globs in LISTS.values() for glob in globs if not glob.startswith("**/")),
)
"""What lists the packages of a root file system, seen from its root."""
ROOTS: Final = tuple(f"**/*/{path}" for path in _DATABASES if not path.endswith("/*"))
"""Those in a root file system within this one, but for folders of such files."""
BARE: Final = (
    *(bare for one in ECOSYSTEMS for bare in one.bare),
    *(
        Bare(
            within=f"/{folder}/".encode(),
            folder=rb"[^/\0]*".join(map(re.escape, f"/{folder}".encode().split(b"*"))) + rb"(?=/)",
            files=(),
            contents=(b"",),
            kind=_ROOT,
        )
        for folder in (path.removesuffix("/*") for path in _DATABASES if path.endswith("/*"))
    ),
)
_ARCHIVES: Final = tuple(
    f"**/*{spelled}"
    for end in (
        *(f".{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file),
        *(end for one in ECOSYSTEMS for end in one.other_files),
        *(".pkg.tar.zst", ".pkg.tar.xz", ".snap", ".flatpak"),
    )
    for spelled in (end, end.upper())
)
_RUNTIMES: Final = ("**/lib/modules", "**/release")
_OF_RUNTIMES: Final = (b"\xda\xda\xfe\xca", b"\xca\xfe\xda\xda", b"JAVA_VERSION=", b"IMPLEMENTOR=")
"""How these begin in a Java runtime: an image of classes in either byte order (``jimage``), and the file with its version."""
_MODULES: Final = tuple(glob for one in ECOSYSTEMS for glob in one.modules)
_MODULE_LISTS: Final = tuple(glob for one in ECOSYSTEMS for glob in one.module_lists)
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
"""Files that pin packages of ecosystems whose installed packages are not known by their files."""
_BARE: Final = MappingProxyType(
    {
        bare.kind: (one, tuple(name.decode() for other in one.bare if other.kind == bare.kind for name in other.files))
        for one in ECOSYSTEMS
        for bare in one.bare
    }
)
"""By the kind of a folder: its ecosystem, and the files one of which would name the package in it."""
_UNMET: Final = MappingProxyType({one.unmet: one.type for one in ECOSYSTEMS if one.unmet})
_HINTS: Final = MappingProxyType({one.unmet: one.unmet_hint for one in ECOSYSTEMS if one.unmet_hint})
_LIST_ENDS: Final = (".list", ".md5sums")
_LISTING: Final = MappingProxyType({folder: one.type for one in ECOSYSTEMS for folder in one.lists})
_LOCKED: Final = MappingProxyType({lock: one for one in ECOSYSTEMS for lock in one.locks})
OWNABLE: Final = (
    *(glob for globs in LISTS.values() for glob in globs),
    *(f"**/{name}" for name in (*_LOCKED, *_OTHER_LOCKS) if name != _REQUIREMENTS_NAME),
    *_REQUIREMENTS,
    *_ARCHIVES,
    *_DLLS,
    *_RUNTIMES,
    *_MODULES,
)
"""Those that a package of the distribution may have brought, which then answers for them."""
_CHECKSUMS: Final = tuple(
    f"{folder}/*.md5sums" for one in ECOSYSTEMS for folder in one.lists if f"{folder}/*" not in one.globs
)
GLOBS: Final = (*(glob for glob in OWNABLE if glob not in _DLLS), *ROOTS, *_CHECKSUMS, *_MODULE_LISTS)

_GO: Final = "Go programs"
_LOCK: Final = "dependency lists without an installation"
_PACKED: Final = "programs packed by UPX"
_PROGRAM: Final = "programs that no package manager installed"
_LIBRARY: Final = "shared libraries that no package manager installed"
_ARCHIVE: Final = "package files"
_RUNTIME: Final = "Java runtimes"
_MODULE: Final = "folders of Python packages without metadata"
_MODULE_LIST: Final = "names of such folders"
_DOTNET: Final = ".NET dependency lists"
_KINDS: Final = MappingProxyType(
    {
        _MODULE_LIST: _MODULE_LISTS,
        _MODULE: _MODULES,
        _NO_STANZA: _CHECKSUMS,
        _ROOT: ROOTS,
        _DLL: _DLLS,
        **LISTS,
        _ARCHIVE: _ARCHIVES,
        _RUNTIME: _RUNTIMES,
    }
)
_ENDS: Final = MappingProxyType(
    {
        kind: tuple({end: None for glob in globs if (end := glob.rpartition("/")[2].rpartition("*")[2])})
        for kind, globs in _KINDS.items()
    }
)
"""How files of each kind end, where they do not lie in a folder in which all files are of it."""
_ALL_ENDS: Final = tuple({end: None for ends in _ENDS.values() for end in ends})
_WHOLE: Final = tuple(glob.removesuffix("*") for globs in _KINDS.values() for glob in globs if glob.endswith("/*"))
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
_NOT_LOADED: Final = frozenset({b"\1\0", b"\0\1", b"\4\0", b"\0\4"})
"""Types of ELF files, in both byte orders, that are parts of a program still to be linked, and dumps of memory."""
_OF_GO: Final = (b"\x04\0\0\0Go", b"\xff Go buildinf:")
"""Type and beginning of the name of the ELF note that Go's linker writes (``.note.go.buildid``), and the mark of its build information."""
_UPX: Final = b"UPX!"
"""In the header that UPX writes after those of the format."""
_SCRIPT: Final = b"#!"
_BEGINNING: Final = lazy(r"(?m)^([^/,\n]+)")
_WORD: Final = lazy(r"(?<![\w.$-])[a-z][a-z0-9.+-]{1,30}(?![\w.-])")
_OF_THE_SYSTEM: Final = ("usr/bin/", "usr/sbin/", "usr/lib", "usr/share/", "bin/", "sbin/", "lib", "etc/", "var/")
_INSTALLERS: Final = frozenset(name for one in ECOSYSTEMS for name in one.installers)
_NAMED: Final = 3
_PLACES: Final = 20
"""Files of one product that are named."""


def catalog(file: File, /) -> Iterator[Fact]:  # noqa: C901  (one case for each kind of file)
    """What kind of unread file this is, and what a script of the image's own may call; of ``file.data`` the beginning."""
    kind = _kind(file.path)
    if kind == _RUNTIME and (found := tuple(java.runtime(file))):
        yield from found
    elif kind is not None:
        names, folder = _stated(file, kind)
        if names or not _says_nothing(file, kind):
            yield Unread(kind=kind, names=names, folder=folder)
    elif file.data.startswith(_SCRIPT):
        if programs.is_archive(file.data):
            yield Unread(kind=_ZIPPED)
        elif not file.path.startswith(_OF_THE_SYSTEM):
            yield Script(words=tuple(dict.fromkeys(_WORD().findall(file.data.decode("utf-8", "replace")))))
    elif file.data.startswith(SIGNS) and _UPX in file.data:
        yield Unread(kind=_PACKED, reason="what is in them is not known")
    elif file.data.startswith(PE):
        yield Unread(kind=_EXECUTABLES)
    elif file.data.startswith(MACH_O):
        yield Unread(kind=_OF_MACOS)
    elif file.data.startswith(_ELF):
        folder, _, name = file.path.rpartition("/")
        if _OF_GO[0] in file.data or _OF_GO[1] in file.data:
            yield Unread(kind=_GO)
        elif file.data[16:18] not in _NOT_LOADED and folder not in _LISTING:
            yield Unread(kind=_LIBRARY if is_library(name) else _PROGRAM)


def is_library(name: str) -> bool:
    """Whether a file of this name is a shared library."""
    return name.endswith(".so") or ".so." in name


def _kind(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name in _LOCKED or name in _OTHER_LOCKS:
        return _LOCK
    if name.endswith(".txt") and _matches(_REQUIREMENTS)(path):
        return None if _DEVELOPMENT().fullmatch(path, path.rfind("requirements")) else _LOCK
    whole = path.startswith(_WHOLE)
    if not whole and not path.endswith(_ALL_ENDS):
        return None
    likely = ((kind, globs) for kind, globs in _KINDS.items() if whole or path.endswith(_ENDS[kind]))
    return next((kind for kind, globs in likely if _matches(globs)(path)), None)


def _stated(file: File, kind: str) -> tuple[tuple[str, ...], str]:
    """The names that a file states, and the folder that it stands for."""
    folder = file.path.rpartition("/")[0]
    if kind == _LOCK:
        return _named(file), ""
    if kind == _MODULE:
        return (), folder
    if kind == _EGG_LINKS:
        return (file.data.decode("utf-8", "replace").partition("\n")[0].strip().strip("/"),), ""
    if kind == _MODULE_LIST:
        lines = file.data if len(file.data) < HEAD else file.data[: file.data.rfind(b"\n")]
        return tuple(dict.fromkeys(_BEGINNING().findall(lines.decode("utf-8", "replace")))), folder.rpartition("/")[0]
    return (), ""


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
    if kind == bills.KIND:
        return not bills.is_bill(file.path, file.data)
    if kind == _RUNTIME:
        return not file.data.startswith(_OF_RUNTIMES)
    name = file.path.rpartition("/")[2]
    if kind != _LOCK or not name.endswith(".txt") or name == _REQUIREMENTS_NAME:
        return False
    return _ONLY_OPTIONS().fullmatch(file.data.decode("utf-8", "replace")) is not None


class Found(NamedTuple):
    """An unread file: its path and what was stated of it (see `Unread`)."""

    path: str
    kind: str
    names: tuple[str, ...] = ()
    folder: str = ""
    reason: str = NOT_READ
    software: Package | None = None


def lists(
    found: Iterable[Found], read: Iterable[str], packages: Iterable[Package], absent: AbstractSet[tuple[str, str]]
) -> Iterator[Found]:
    """What was ``found``, and the lists of files among what was ``read``.

    Without the lists of packages that are installed, or known to be ``absent``, or that have a file of their own beside.
    """
    known = {name for package in packages for name in (package.name, f"{package.name}:{package.arch}")}
    read = frozenset(read)

    def named(path: str) -> bool:
        folder, _, file = path.rpartition("/")
        name = file.rpartition(".")[0]
        return name in known or (_LISTING[folder], name.partition(":")[0]) in absent or f"{folder}/{name}" in read

    yield from (one for one in found if one.kind != _NO_STANZA or not named(one.path))
    for path in sorted(path for path in read if path.endswith(_LIST_ENDS)):
        if path.rpartition("/")[0] in _LISTING and not named(path):
            yield Found(path, _NO_STANZA)


def products(
    found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]
) -> tuple[tuple[Package, ...], tuple[Found, ...]]:
    """The software of which files say to be parts, where nothing that was read answers for them; and the other files.

    Each is named once for all of its files.
    """
    found = tuple(found)
    if not any(one.software for one in found):
        return (), found
    places = _Places(found, packages, read)
    products: dict[tuple[str, str], Package] = {}
    others = []
    for one in found:
        if one.software is None or places.tells(one):
            others.append(one)
            continue
        key = (one.software.name, one.software.version)
        known = products.get(key, one.software)
        if known is not one.software and len(known.locations) < _PLACES:
            known = msgspec.structs.replace(known, locations=(*known.locations, *one.software.locations))
        products[key] = known
    return tuple(products.values()), tuple(others)


def gaps(found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]) -> Iterator[Gap]:
    """A gap for each kind, but for lock files whose packages are installed and for what lies within a package.

    ``read`` are the paths of the files that other catalogers read.
    """
    found = tuple(found)
    places = _Places(found, packages, read)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in found:
        if not places.tells(one):
            named = f" ({', '.join(one.names)})" if one.reason != NOT_READ and one.names else ""
            kinds[one.kind, one.reason].add(f"{one.folder or one.path}{named}")
    for (kind, reason), paths in sorted(kinds.items()):
        some = ", ".join(sorted(paths)[:_NAMED])
        more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        hint = f"; {_HINTS[kind]}" if kind in _HINTS else ""
        yield Gap(stage="catalog", subject=kind, reason=f"{reason}: {some}{more}{hint}")


@cache
def _cached() -> re.Pattern[str]:
    return re.compile(
        f"(?:{of_globs(cache for one in ECOSYSTEMS for cache in one.caches if cache[:2] != './')})(?:/.*)?"
    )


def _in_a_cache(folder: str) -> bool:
    """Whether a package manager keeps in this folder what it installed from."""
    return _cached().fullmatch(folder) is not None


def _above(path: str) -> Iterator[str]:
    """The folders that a path is in, nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


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

    def described(self, one: Found) -> bool:
        """Whether the file that names the package in a folder was read, or tests alone need that package."""
        ecosystem, files = _BARE[one.kind]
        return ecosystem.for_tests(one.path) or not self._read.isdisjoint(f"{one.folder}/{name}" for name in files)

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
        paths = {one.path for one in self._found if one.kind in {_PROGRAM, _GO, _DOTNET, _PACKED}}
        paths |= {place.path for one in self._packages if one.type == UNMANAGED for place in one.locations}
        folders = {path.rpartition("/")[0] for path in paths if not is_library(path.rpartition("/")[2])}
        whole = {folder.rpartition("/")[0] if folder.endswith("bin") else folder for folder in folders}
        return frozenset(whole - {"", "usr"})

    def left_over(self, one: Found) -> bool:
        """Whether a package file is only what an installation left: it lies in a cache, or some version is installed."""
        folder, _, file = one.path.rpartition("/")
        if _in_a_cache(folder) or not self._caches.isdisjoint(_above(one.path)):
            return True
        stem, _, extension = file.rpartition(".")
        between, installed = self._package_files.get(extension.lower(), ("-", frozenset()))
        parts = stem.split(between)
        return any(
            between.join(parts[:count]) in installed for count in range(1, len(parts)) if parts[count][:1].isdigit()
        )

    @cached_property
    def _caches(self) -> frozenset[str]:
        located = ((of(package.type), location.path) for package in self._packages for location in package.locations)
        return frozenset(
            f"{one.install_folder(path)}/{cache[2:]}"
            for one, path in located
            for cache in one.caches
            if cache.startswith("./")
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

    def unpacked(self, one: Found) -> bool:
        """Whether an archive lies within a package, in a cache, or beside the folder that was made of it."""
        folder, _, file = one.path.rpartition("/")
        if self.within(one) or _in_a_cache(folder):
            return True
        stem = file.rpartition(".")[0].removesuffix(".tar")
        made = (stem, stem.removesuffix("-bin"), stem.removesuffix("-all"))
        return any(f"{folder}/{name}".lstrip("/") in self._around for name in made)

    @cached_property
    def _around(self) -> frozenset[str]:
        """The folders in which packages were found."""
        places = {location.path.rpartition("/")[0] for one in self._packages for location in one.locations}
        return frozenset(folder for place in places for folder in (place, *_above(place)))

    def listed(self, one: Found) -> bool:
        """Whether Composer's list of what it installed lies above it."""
        return any(f"{folder}/composer/installed.json" in self._read for folder in _above(one.path))

    def headed(self, one: Found) -> bool:
        """Whether a file beside it stated the plugin."""
        return one.path.rpartition("/")[0] in self._beside

    @cached_property
    def _beside(self) -> frozenset[str]:
        return frozenset(location.path.rpartition("/")[0] for one in self._packages for location in one.locations)

    def distributed(self, one: Found) -> bool:
        """Whether a distribution of the name was read that its folder below ``auto`` spells (``auto/A/B``: ``A-B``)."""
        name = one.path.rpartition("/auto/")[2].removesuffix("/.packlist").replace("/", "-")
        return name in self._distributions

    @cached_property
    def _distributions(self) -> AbstractSet[str]:
        return {one.name for one in self._packages if of(one.type).language == "perl"}

    def linked(self, one: Found) -> bool:
        """Whether the package was read to which it leads."""
        return any(
            of(package.type).install_folder(location.path) in one.names
            for package in self._packages
            for location in package.locations
        )

    def named(self, one: Found) -> bool:
        """Whether a package is known that brought the folder."""
        home, _, name = one.folder.rpartition("/")
        known = self._modules[home]
        return name in known or any(one.normalize(name) in known for one in ECOSYSTEMS if one.modules)

    @cached_property
    def _modules(self) -> Mapping[str, AbstractSet[str]]:
        """By the folder in which packages lie, the names of their own folders, and of these packages."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self._found:
            if one.kind == _MODULE_LIST:
                found[one.folder].update(one.names)
        for package in self._packages:
            if of(package.type).modules:
                for location in package.locations:
                    found[of(package.type).install_folder(location.path)].add(package.name)
        return found

    def told(self, one: Found) -> bool:  # noqa: ARG002
        """That is never told: it is there to answer for others."""
        return True

    def met(self, one: Found) -> bool:
        """Whether anything that an application needs is installed where that looks for it, or it is part of a package.

        So it is where a lock file that was read declares it, in its folder or above.
        """
        homes = ("node_modules/", *(f"{folder}/node_modules/" for folder in _above(one.path)))
        above = frozenset(("", *_above(one.path)))
        return self.within(one) or any(
            path.startswith(homes)
            or ((declared or not path.endswith("/package.json")) and path.rpartition("/")[0] in above)
            for name in one.names
            for path, declared in self._located[_UNMET[one.kind], name]
        )

    @cached_property
    def _located(self) -> Mapping[tuple[str, str], list[tuple[str, bool]]]:
        found: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
        for package in self._packages:
            if package.type in _UNMET.values() and not package.application:
                found[package.type, package.full_name] += (
                    (location.path, package.declared) for location in package.locations
                )
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
        **dict.fromkeys(_BARE, _Places.described),
        **{kind: _Places.within for one in ECOSYSTEMS for kind in one.unread},
        _PROGRAM: _Places.within,
        _PACKED: _Places.within,
        _LIBRARY: _Places.part,
        _RUNTIME: _Places.within,
        _DLL: _Places.part,
        **dict.fromkeys(_UNMET, _Places.met),
        _CLASSES: _Places.within,
        _BOWER: _Places.within,
        _COMPOSER: _Places.listed,
        _NUGET: _Places.within,
        _EGG_LINKS: _Places.linked,
        _WEB_ASSEMBLY: _Places.part,
        _EXECUTABLES: _Places.part,
        _OF_MACOS: _Places.part,
        _MODULE: _Places.named,
        _MODULE_LIST: _Places.told,
        _ARCHIVE: _Places.left_over,
        archives.KIND: _Places.unpacked,
        _ROOT: _Places.read,
        _DOTNET: _Places.read,
        bills.KIND: _Places.read,
        _WORDPRESS: _Places.headed,
        _PERL: _Places.distributed,
        _LOCK: _Places.pinned,
    }
)
"""Which packages may answer for files of a kind; for other kinds none do."""
