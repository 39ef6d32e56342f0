"""The catalogers of all ecosystems, in the form that the image reader takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Catalog, Ecosystem, PlainCatalog
from garboard.model.image import File, Reader
from garboard.model.package import Fact
from garboard.packages import (
    archived_packages,
    archives,
    distro,
    module_lists,
    unread,
    unread_kinds,
    unread_locks,
    users,
    vendored_crates,
    vendored_modules,
)
from garboard.packages.guard import guarded
from garboard.patterns import of_globs


class OwnablePaths:
    """The paths that globs describe, and programs, as `MetadataPaths`."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs: dict[str, list[str]] = {}
        """By the name that they ask for, or by the extension of any name."""
        for glob in globs:
            if glob.startswith("**/"):
                last = glob.rpartition("/")[2]
                self._globs.setdefault(last[last.rfind(".") :] if "*" in last else last, []).append(glob)
        self._ends = {
            end: tuple({glob.rpartition("/")[2].rpartition("*")[2] for glob in some})
            for end, some in self._globs.items()
        }
        self._hints = tuple({end.encode() for ends in self._ends.values() for end in ends})
        self._patterns: dict[str, re.Pattern[str]] = {}

    def mentioned(self, data: bytes, /) -> bool:
        """See `MetadataPaths.mentioned`."""
        return any(hint in data for hint in _HINTS) or any(hint in data for hint in self._hints)

    def describes(self, path: str, /) -> bool:
        """See `MetadataPaths.describes`."""
        return bool(self.among((path,)))

    def among(self, paths: Iterable[str], /) -> tuple[str, ...]:
        """See `MetadataPaths.among`."""
        globs, matches = self._globs, self._matches
        found = []
        folder, home, programs = "", False, False  # of the last path: a folder's files follow one another
        for path in paths:
            slash = path.rfind("/")
            name = path[slash + 1 :]
            end = name[name.rfind(".") :]
            if (within := path[: slash + 1] or path) != folder:
                folder = within
                home = folder.startswith(_HOMES) and not folder.startswith(_DATA)
                programs = folder.endswith("bin/")
            if (
                # What a package may bring outside the folders of programs, as far as its name tells.
                (home and end not in _NO_PROGRAM and name not in _NO_PROGRAM)
                or programs
                or (".so" in name and unread_kinds.is_library(name))
                or (end in globs and matches(end, path))
                or (name in globs and matches(name, path))
            ):
                found.append(path)
        return tuple(found)

    def _matches(self, end: str, path: str) -> bool:
        if not path.endswith(self._ends[end]):
            return False
        pattern = self._patterns.get(end)
        if pattern is None:
            pattern = self._patterns[end] = re.compile(of_globs(tuple(self._globs[end])))
        return pattern.fullmatch(path) is not None


_HOMES: Final = ("usr/", "opt/", "lib", "boot/")
_HINTS: Final = tuple(home.rstrip("/").encode() for home in (*_HOMES, "bin", ".so"))
_DATA: Final = (
    *(
        f"usr/share/{name}/"
        for name in (
            "X11",
            "alsa",
            "applications",
            "apport",
            "bash-completion",
            "bug",
            "consolefonts",
            "consoletrans",
            "dict",
            "doc",
            "doc-base",
            "fish",
            "fonts",
            "hwdata",
            "i18n",
            "icons",
            "info",
            "keyrings",
            "licenses",
            "lintian",
            "locale",
            "man",
            "menu",
            "mime",
            "perl",
            "perl5",
            "pixmaps",
            "polkit-1",
            "sounds",
            "tabset",
            "terminfo",
            "themes",
            "vim",
            "xml",
            "zoneinfo",
            "zsh",
        )
    ),
    *(f"{usr}lib/{name}/" for usr in ("", "usr/") for name in ("terminfo", ".build-id", "udev")),
    "usr/include/",
    "usr/lib/locale/",
)
"""Folders of the system that hold data."""
_NO_PROGRAM: Final = frozenset(
    (
        *("RECORD", "WHEEL", "INSTALLER", "LICENSE", "COPYING", "README", "AUTHORS", "Makefile"),
        *(
            f".{end}"
            for end in (
                *(
                    "js",
                    "mjs",
                    "cjs",
                    "map",
                    "ts",
                    "json",
                    "html",
                    "htm",
                    "css",
                    "scss",
                    "less",
                    "vue",
                    "wasm",
                    "xhtml",
                ),
                *(
                    "py",
                    "pyc",
                    "pyi",
                    "pyx",
                    "pxd",
                    "rb",
                    "pm",
                    "pl",
                    "pod",
                    "php",
                    "lua",
                    "tcl",
                    "el",
                    "elc",
                    "vim",
                    "sh",
                ),
                *(
                    "c",
                    "cc",
                    "cpp",
                    "h",
                    "hh",
                    "hpp",
                    "rs",
                    "go",
                    "java",
                    "class",
                    "f",
                    "f90",
                    "s",
                    "S",
                    "m4",
                    "ac",
                    "am",
                    "in",
                ),
                *("a", "o", "la", "lo", "pc", "cmake", "mod", "ko", "rlib", "obj", "lib"),
                *(
                    "svg",
                    "png",
                    "gif",
                    "jpg",
                    "jpeg",
                    "ico",
                    "xpm",
                    "ttf",
                    "otf",
                    "pfb",
                    "afm",
                    "woff",
                    "woff2",
                    "wav",
                    "ogg",
                ),
                *("msg", "lang", "enc", "bc", "ph", "rbs", "pom", "jmod", "gemspec", "ronn", "typed", "manifest"),
                *(
                    "txt",
                    "md",
                    "rst",
                    "pdf",
                    "tex",
                    "sty",
                    "cls",
                    "bib",
                    "xml",
                    "xsl",
                    "xsd",
                    "dtd",
                    "ent",
                    "rng",
                    "sgml",
                ),
                *(
                    "zip",
                    "mo",
                    "po",
                    "pot",
                    "gmo",
                    "qm",
                    "tmpl",
                    "tpl",
                    "template",
                    "example",
                ),
                *("conf", "cfg", "ini", "yml", "yaml", "toml", "properties", "csv", "tsv", "dat", "db", "sql", "hwdb"),
                *(
                    "service",
                    "socket",
                    "timer",
                    "target",
                    "mount",
                    "path",
                    "slice",
                    "rules",
                    "desktop",
                    "policy",
                    "preset",
                ),
                *(
                    "ui",
                    "glade",
                    "qml",
                    "gir",
                    "typelib",
                    "vapi",
                    "theme",
                    "pem",
                    "crt",
                    "list",
                    "md5sums",
                    "install",
                    "tmac",
                    "dist-info",
                ),
            )
        ),
    )
)
"""Names of files that are no programs, and ends of such names from their last dot on."""
METADATA: Final = OwnablePaths(
    (
        *(glob for one in ECOSYSTEMS if not one.system for glob in (*one.globs, *one.archives)),
        *unread_kinds.OWNABLE,
        *unread_kinds.IN_MODULES,
        *unread_locks.GLOBS,
        *archives.GLOBS,
    )
)


class Cataloger:
    """A `Reader` of one ecosystem's files; the parser is imported with the first file."""

    __slots__ = ("_catalog", "ecosystem")

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self._catalog: Catalog | None = None

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name."""
        return self.ecosystem.name

    @property
    def VERSION(self) -> int:  # noqa: N802
        """The ecosystem's version."""
        return self.ecosystem.version + (archived_packages.VERSION if self.ecosystem.mapped else 0)

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs."""
        return self.ecosystem.globs

    @property
    def KNOWN_BY(self) -> tuple[str, ...]:  # noqa: N802
        """Globs with the folders by which the ecosystem's files are known."""
        return self.ecosystem.packed

    @property
    def LARGE(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are databases."""
        return self.ecosystem.databases

    @property
    def HEAD(self) -> int | None:  # noqa: N802
        """The ecosystem's bytes of a file that are enough."""
        return self.ecosystem.head or None

    @property
    def MAPPED(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are read in parts."""
        return self.ecosystem.mapped

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The facts that a file states, whatever is in it."""
        if self._catalog is None:
            assert self.ecosystem.load_catalog is not None
            self._catalog = self.ecosystem.load_catalog()
        return guarded(_and_others(self._catalog(file, METADATA), file, self.ecosystem), file)


class ArchiveCataloger:
    """A `Reader` of the archives of one ecosystem, where its other files are read as a whole."""

    __slots__ = ("_catalog", "ecosystem")

    MAPPED: Final = True

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self._catalog: PlainCatalog | None = None

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name, and what is read."""
        return f"{self.ecosystem.name}-archives"

    @property
    def VERSION(self) -> int:  # noqa: N802
        """The ecosystem's version, and that of what is told of others' packages."""
        return self.ecosystem.version + archived_packages.VERSION

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs of archives."""
        return self.ecosystem.archives

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The facts that an archive states, whatever is in it."""
        if self._catalog is None:
            assert self.ecosystem.load_archives is not None
            self._catalog = self.ecosystem.load_archives()
        return guarded(_and_others(self._catalog(file), file, self.ecosystem), file)


def _and_others(facts: Iterator[Fact], file: File, ecosystem: Ecosystem) -> Iterator[Fact]:
    """What an ecosystem states of a file, and what an archive holds of others' packages."""
    yield from facts
    if file.view:
        yield from archived_packages.of_others(file, ecosystem)


CATALOGERS: Final[tuple[Reader, ...]] = (
    distro,
    *(Cataloger(one) for one in ECOSYSTEMS if one.load_catalog is not None),
    *(ArchiveCataloger(one) for one in ECOSYSTEMS if one.load_archives is not None),
    *archives.READERS,
    unread,
    unread_locks,
    module_lists,
    vendored_modules,
    users,
    vendored_crates,
)
