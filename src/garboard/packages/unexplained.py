"""What answers for files that no cataloger reads: packages beside or above them, caches, lists; the rest are gaps."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard import lock_text
from garboard.ecosystems import ECOSYSTEMS, of
from garboard.ecosystems.generic import LIBRARIES as _DLL
from garboard.ecosystems.generic import PROGRAMS as _EXECUTABLES
from garboard.ecosystems.maven import ECOSYSTEM as JAVA
from garboard.ecosystems.python import PLACES
from garboard.lock_text import RUNTIMES
from garboard.model.gap import Gap, some
from garboard.model.package import NOT_READ, SYSTEM_TYPES, UNMANAGED, Package
from garboard.namespaces import DEEPEST
from garboard.packages import archives, bills, unread_lists
from garboard.packages import unread_kinds as kinds
from garboard.packages.applications import Applications, above
from garboard.patterns import of_globs

_BUILDS_OF_GRADLE: Final = re.compile(r"(?:^|/)(?:buildSrc|build-logic)/")
_CATALOG_OF_GRADLE: Final = re.compile(r"(?:^|/)gradle/[^/]+\.toml$")
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
_RECORD: Final = "/RECORD"
"""A list of all files of a distribution of Python, which says more than the names beside it."""
_INSTALLERS: Final = frozenset(name for one in ECOSYSTEMS for name in one.installers)
_PLACES: Final = 20
"""Files of one product that are named."""


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
        return name in known or (kinds.LISTING[folder], name.partition(":")[0]) in absent or f"{folder}/{name}" in read

    yield from (one for one in found if one.kind != kinds.NO_STANZA or not named(one.path))
    for path in sorted(path for path in read if path.endswith(_LIST_ENDS)):
        if path.rpartition("/")[0] in kinds.LISTING and not named(path):
            yield Found(path, kinds.NO_STANZA)


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


def outside(found: Iterable[Found], packages: Iterable[Package]) -> dict[str, Package]:
    """By its path, the package that was read and put a file outside of its folder, as the list beside its metadata says."""
    lists = {one.path.rpartition("/")[0]: one.names for one in found if one.kind == kinds.OUTSIDE}
    return {
        path: package
        for package in (packages if lists else ())
        for place in package.locations
        for path in lists.get(place.path.rpartition("/")[0], ())
    }


def gaps(found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]) -> Iterator[Gap]:
    """A gap for each kind, but for lock files whose packages are installed and for what lies within a package.

    ``read`` are the paths of the files that other catalogers read.
    """
    found = tuple(found)
    places = _Places(found, packages, read)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in found:
        if not places.tells(one):
            within = f" ({', '.join(one.names)})" if one.reason != NOT_READ and one.names else ""
            kinds[one.kind, one.reason].add(f"{places.place(one)}{within}")
    for (kind, reason), paths in sorted(kinds.items()):
        named = some(sorted(paths))
        hint = f"; {_HINTS[kind]}" if kind in _HINTS else ""
        # A runtime is no package of the tree: what does not say which one brings nothing that was left out.
        stage = "match" if kind == RUNTIMES else "catalog"
        yield Gap(stage=stage, subject=kind, reason=f"{reason}: {named}{hint}", names=named.names)


@cache
def _cached() -> re.Pattern[str]:
    return re.compile(
        f"(?:{of_globs(cache for one in ECOSYSTEMS for cache in one.caches if cache[:2] != './')})(?:/.*)?"
    )


def _in_a_cache(folder: str) -> bool:
    """Whether a package manager keeps in this folder what it installed from."""
    return _cached().fullmatch(folder) is not None


_LIBRARIES: Final = "/BOOT-INF/lib/"
_OWN_CLASSES: Final = "/BOOT-INF/classes/"
_MAVEN: Final = "/META-INF/maven/"
_LOADER: Final = "/org/springframework/boot/loader/"


_TARGET: Final = "target"
_CARGO: Final = ("Cargo.lock", "Cargo.toml")
"""The folder in which cargo puts what it builds, and the files of a project or workspace beside it."""
_TASKS: Final = frozenset({"var/task"})
"""Where AWS Lambda has functions: their classes beside ``lib``."""
_BUILT: Final = MappingProxyType({"target": ("pom.xml", "build.sbt"), "build": ("build.gradle", "build.gradle.kts")})
"""The folders in which builds put what they compile (in ``classes``), and the projects' files, one of which lies beside."""


class _Places:
    """Where the packages are that were read."""

    def __init__(self, found: Iterable[Found], packages: Iterable[Package], read: Iterable[str]) -> None:
        self._found = found
        self._packages = tuple(packages)
        self._applications = Applications(self._packages)
        self._read = frozenset(read)
        self._folders: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, set[str]] = defaultdict(set)
        for package in self._packages:
            if not package.application and package.type not in SYSTEM_TYPES and package.name not in _INSTALLERS:
                self._folders[package.type] += (location.path for location in package.locations)
                self._names[package.type] |= {package.name, of(package.type).normalize(package.name)}

    def tells(self, one: Found) -> bool:
        """Whether the packages that were read answer for this file."""
        rule = _RULES.get(one.kind)
        return rule is not None and rule(self, one)

    def described(self, one: Found) -> bool:
        """Whether the file that names the package in a folder was read, or tests alone need that package."""
        ecosystem, files = _BARE[one.kind]
        return ecosystem.for_tests(one.path) or not self._read.isdisjoint(f"{one.folder}/{name}" for name in files)

    def within(self, one: Found) -> bool:
        """Whether it lies in a folder of packages of a language that were read, or one of these put it elsewhere."""
        return not self._homes.isdisjoint(above(one.path)) or one.path in self._outside

    def compiled(self, one: Found) -> bool:
        """Whether a class is of an application that Spring Boot packed and somebody unpacked, whose libraries were read.

        Of the packed one, too, the loader and the application's own classes are not told of.
        """
        return self.within(one) or self._of_unpacked(one, _OWN_CLASSES, _LOADER) or self._own_classes(one)

    def _own_classes(self, one: Found) -> bool:
        """Whether a class is of an application beside its libraries, which were read, or what a project's build made.

        So is one of a library that a file in its unpacked archive names, by its group.
        """
        folders = tuple(above(one.path))
        if not self._of_groups.isdisjoint(folders) or not _TASKS.intersection(folders).isdisjoint(self._with_libraries):
            return True
        homes = (folder for folder in folders if folder.rpartition("/")[2] == "classes")
        for home in homes:
            root = home.rpartition("/")[0]
            project, _, built = root.rpartition("/")
            if root in self._with_libraries or (
                built in _BUILT and any(f"{project}/{name}".lstrip("/") in self._read for name in _BUILT[built])
            ):
                return True
        return False

    @cached_property
    def _with_libraries(self) -> frozenset[str]:
        """The folders with one of libraries: ``WEB-INF/lib`` beside ``WEB-INF/classes``, or ``libs`` beside ``classes``."""
        places = (place.path for one in self._packages if one.type == JAVA.type for place in one.locations)
        folders = (path.rpartition("/")[0] for path in places if "!/" not in path)
        return frozenset(root for root, _, name in (one.rpartition("/") for one in folders) if name in {"lib", "libs"})

    @cached_property
    def _of_groups(self) -> frozenset[str]:
        """The folders of classes of libraries of which files in unpacked archives name the group."""
        places = (
            (one.namespace, place.path) for one in self._packages if one.type == JAVA.type for place in one.locations
        )
        parted = ((group, *f"/{path}".rpartition(_MAVEN)) for group, path in places if "!/" not in path)
        return frozenset(
            f"{root}/{group.replace('.', '/')}".lstrip("/") for group, root, found, _ in parted if found and group
        )

    def _of_unpacked(self, one: Found, *folders: str) -> bool:
        roots = (before for before, end, _ in (f"/{one.path}".partition(folder) for folder in folders) if end)
        return not self._unpacked.isdisjoint(roots)

    @cached_property
    def _unpacked(self) -> frozenset[str]:
        paths = (f"/{place.path}".partition(_LIBRARIES) for one in self._packages for place in one.locations)
        return frozenset(root for root, found, _ in paths if found and "!/" not in root)

    @cached_property
    def _homes(self) -> frozenset[str]:
        located = (
            (of(package.type).folders, location.path)
            for package in self._packages
            if not package.application or of(package.type).whole
            for location in package.locations
        )
        return frozenset(folder for folders, path in located for folder in folders(path))

    @cached_property
    def _outside(self) -> Mapping[str, Package]:
        return outside(self._found, self._packages)

    def program(self, one: Found) -> bool:
        """Whether a program lies within a package, or cargo made it of a project of which the lists were read."""
        built = (folder.rpartition("/") for folder in above(one.path))
        return self.within(one) or any(
            name == _TARGET and not self._read.isdisjoint(f"{root}/{file}".lstrip("/") for file in _CARGO)
            for root, _, name in built
        )

    def part(self, one: Found) -> bool:
        """Whether a shared library lies within a package, or belongs to a program that is told of."""
        return self.program(one) or not self._installations.isdisjoint(above(one.path))

    @cached_property
    def _installations(self) -> frozenset[str]:
        """The folders of what is told of already: that in which ``bin`` lies, else the program's own."""
        paths = {one.path for one in self._found if one.kind in {kinds.PROGRAM, kinds.GO, kinds.DOTNET, kinds.PACKED}}
        paths |= {place.path for one in self._packages if one.type == UNMANAGED for place in one.locations}
        folders = {path.rpartition("/")[0] for path in paths if not kinds.is_library(path.rpartition("/")[2])}
        whole = {folder.rpartition("/")[0] if folder.endswith("bin") else folder for folder in folders}
        return frozenset(whole - {"", "usr"})

    def left_over(self, one: Found) -> bool:
        """Whether a package file is only what an installation left: it lies in a cache, or some version is installed."""
        folder, _, file = one.path.rpartition("/")
        if _in_a_cache(folder) or not self._caches.isdisjoint(above(one.path)):
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
        return any(f"{folder}/{name}".lstrip("/") in self._around for name in made if name)

    @cached_property
    def _around(self) -> frozenset[str]:
        """The folders in which packages were found."""
        places = {location.path.rpartition("/")[0] for one in self._packages for location in one.locations}
        return frozenset(folder for place in places for folder in (place, *above(place)))

    def listed(self, one: Found) -> bool:
        """Whether Composer's list of what it installed lies above it."""
        return any(
            f"{folder}/composer/installed.{end}" in self._read for folder in above(one.path) for end in ("json", "php")
        )

    def headed(self, one: Found) -> bool:
        """Whether a file beside it stated the plugin."""
        return one.path.rpartition("/")[0] in self._beside

    def application(self, one: Found) -> bool:
        """Whether the file of its application lies beside it, or it is an example of one."""
        return self.headed(one) or "/examples/" in one.path or one.path.startswith("examples/")

    @cached_property
    def _beside(self) -> frozenset[str]:
        return frozenset(location.path.rpartition("/")[0] for one in self._packages for location in one.locations)

    def answered(self, one: Found) -> bool:
        """Whether a file beside it was read that tells what it does, and more."""
        folder = one.path[: one.path.rfind("/") + 1]
        return not self._read.isdisjoint(f"{folder}{name}" for name in unread_lists.ANSWERS[one.kind])

    def locked(self, one: Found) -> bool:
        """Whether a lock file of its own was read."""
        return f"{one.path}.lock" in self._read

    def known(self, one: Found) -> bool:
        """Whether packages of all the names were read, the tree's own too."""
        return self._all_names.issuperset(one.names)

    @cached_property
    def _all_names(self) -> frozenset[str]:
        return frozenset(package.name for package in self._packages)

    def cataloged(self, one: Found) -> bool:  # noqa: ARG002
        """Whether a catalog of libraries, or a lock file of Gradle, was read, or the settings hold a catalog."""
        return self._has_catalog

    @cached_property
    def _has_catalog(self) -> bool:
        ends = (".versions.toml", ".lockfile")
        settings = ("settings.gradle", "settings.gradle.kts")
        return any(path.endswith(ends) or _CATALOG_OF_GRADLE.search(path) for path in self._read) or any(
            place.path.endswith(settings) and package.scope != "development"
            for package in self._packages
            for place in package.locations
        )

    def stated_by_constants(self, one: Found) -> bool:  # noqa: ARG002
        """Whether classes of Gradle's builds named artifacts."""
        return self._has_constants

    @cached_property
    def _has_constants(self) -> bool:
        places = (place.path for one in self._packages if one.declared for place in one.locations)
        return any(path.endswith((".kt", ".java", ".groovy")) and _BUILDS_OF_GRADLE.search(path) for path in places)

    def lies_there(self, one: Found) -> bool:
        """Whether a file of this path, or of its last parts, was read: scripts are applied from other folders."""
        return any(path == one.folder or path.endswith(f"/{one.folder}") for path in self._read)

    def is_module(self, one: Found) -> bool:
        """Whether the go.mod of the folder was read: what lies there is one of the tree's own modules."""
        return f"{one.folder}/go.mod".removeprefix("./") in self._read

    def checked_out(self, one: Found) -> bool:
        """Whether anything was read in its folder."""
        return one.folder in self._above_read

    @cached_property
    def _above_read(self) -> frozenset[str]:
        return frozenset(folder for path in self._read for folder in above(path))

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
        """Whether a package is known that brought the folder or module."""
        home, name, within = self._module(one.folder)
        stem = name.partition(".")[0]
        parts = within.split("/", DEEPEST)
        names = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        known = self._modules.get(home, frozenset())
        return not known.isdisjoint((*names, stem, *(one.normalize(stem) for one in ECOSYSTEMS if one.modules)))

    def place(self, one: Found) -> str:
        """What of a file's place is told: of a namespace in which no known package has anything, the namespace."""
        if one.kind != kinds.MODULE:
            return one.folder or one.path
        home, name, within = self._module(one.folder)
        shared = f"{name}/" in self._modules.get(home, ())
        return one.folder if shared or within == name else one.folder.removesuffix(within) + name

    def _module(self, folder: str) -> tuple[str, str, str]:
        """The folder of packages in which one is, the name of the folder or module there, and all of the path from there."""
        homes = (place for place in above(folder) if place in self._modules or place.endswith(PLACES))
        home = next(homes, folder.rpartition("/")[0])
        within = folder[len(home) :].lstrip("/")
        return home, within.partition("/")[0], within

    @cached_property
    def _modules(self) -> Mapping[str, AbstractSet[str]]:
        """By the folder in which packages lie, the names of their own folders and modules, and of these packages.

        Of what lies in a namespace it is the path, and the namespace with a slash.
        """
        found: dict[str, set[str]] = defaultdict(set)
        lists = (one for one in self._found if one.kind == kinds.MODULE_LIST and one.names)
        recorded = {one.path.removesuffix(_RECORD) for one in lists if one.path.endswith(_RECORD)}
        for one in self._found:
            beside = one.path.rpartition("/")[0]
            if one.kind == kinds.MODULE_LIST and (one.path.endswith(_RECORD) or beside not in recorded):
                found[one.folder].update(one.names)
                found[one.folder].update(f"{name.partition('/')[0]}/" for name in one.names if "/" in name)
        for package in self._packages:
            if of(package.type).modules:
                for location in package.locations:
                    found[of(package.type).install_folder(location.path)].add(package.name)
        return found

    def vendored(self, one: Found) -> bool:
        """Whether the project or workspace that a vendor folder is of declares all modules that lie there, in these versions."""
        root = one.path.removesuffix("vendor/modules.txt")
        below = root if f"{root}go.work" in self._read else f"{root}go.mod"
        declared = {
            f"{package.full_name}@{package.version}"
            for package in self._packages
            if package.declared
            and any(
                location.path.startswith(below) and location.path.endswith("go.mod") for location in package.locations
            )
        }
        return bool(one.names) and declared.issuperset(one.names)

    def told(self, one: Found) -> bool:  # noqa: ARG002
        """That is never told: it is there to answer for others."""
        return True

    def met(self, one: Found) -> bool:
        """Whether an application has what it needs, or is part of a package: so it is where a distribution of Python brought it."""
        return (
            self.within(one)
            or one.path in self._front_ends
            or self._applications.met(one.path, one.names, _UNMET[one.kind])
        )

    @cached_property
    def _front_ends(self) -> frozenset[str]:
        return frozenset(path for one in self._found if one.kind == kinds.FRONT_ENDS for path in one.names)

    def read(self, one: Found) -> bool:
        """Whether another cataloger read it: a link led there."""
        return one.path in self._read

    def billed(self, one: Found) -> bool:
        """Whether it was read, or is one that a distribution of Python has among its metadata (PEP 770), which were read."""
        metadata, inside, _ = one.path.rpartition(".dist-info/sboms/")
        return self.read(one) or (bool(inside) and f"{metadata}.dist-info/METADATA" in self._read)

    def pinned(self, one: Found) -> bool:
        """Whether what a lock file pins is installed."""
        folder = one.path.rpartition("/")[0]
        ecosystem = kinds.locked_by(one.path)
        if self.read(one) or self._of_unpacked(one, _MAVEN):
            return True
        if ecosystem is None:
            return False
        if self.within(one):
            return True
        if one.names or not ecosystem.below_locks:
            there = sum(name in self._names[ecosystem.type] for name in one.names)
            return bool(one.names) and 2 * there >= len(one.names)  # a lock file names what only development needs too
        return any(path.startswith(f"{folder}/") for path in self._folders.get(ecosystem.type, ()))


_RULES: Final[Mapping[str, Callable[[_Places, Found], bool]]] = MappingProxyType(
    {
        **dict.fromkeys(_BARE, _Places.described),
        **{kind: _Places.within for one in ECOSYSTEMS for kind in one.unread},
        kinds.PROGRAM: _Places.program,
        kinds.PACKED: _Places.within,
        kinds.LIBRARY: _Places.part,
        kinds.RUNTIME: _Places.within,
        _DLL: _Places.part,
        **dict.fromkeys(_UNMET, _Places.met),
        kinds.CLASSES: _Places.compiled,
        kinds.BOWER: _Places.within,
        kinds.COMPOSER: _Places.listed,
        kinds.NUGET: _Places.within,
        kinds.EGG_LINKS: _Places.linked,
        kinds.WEB_ASSEMBLY: _Places.part,
        _EXECUTABLES: _Places.part,
        kinds.OF_MACOS: _Places.part,
        kinds.MODULE: _Places.named,
        kinds.MODULE_LIST: _Places.told,
        kinds.FRONT_ENDS: _Places.told,
        kinds.OUTSIDE: _Places.told,
        kinds.VENDORED: _Places.vendored,
        kinds.ARCHIVE: _Places.left_over,
        archives.KIND: _Places.unpacked,
        kinds.ROOT: _Places.read,
        kinds.DOTNET: _Places.read,
        bills.KIND: _Places.billed,
        kinds.WORDPRESS: _Places.headed,
        kinds.PERL: _Places.distributed,
        kinds.BEAM: _Places.application,
        kinds.LOCK: _Places.pinned,
        **dict.fromkeys(unread_lists.ANSWERS, _Places.answered),
        unread_lists.UNKNOWN: _Places.read,
        lock_text.SCRIPTS: _Places.locked,
        lock_text.NOTEBOOKS: _Places.known,
        lock_text.ALIASES: _Places.cataloged,
        lock_text.CONSTANTS: _Places.stated_by_constants,
        lock_text.NAMED_ARCHIVES: _Places.lies_there,
        lock_text.FOLDERS: _Places.is_module,
        unread_lists.SUBMODULES: _Places.checked_out,
        unread_lists.HIDDEN: _Places.checked_out,
    }
)
"""Which packages may answer for files of a kind; for other kinds none do."""
