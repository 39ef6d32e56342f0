"""The catalogers of all ecosystems, in the form that the image reader takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Catalog, Ecosystem, PlainCatalog
from garboard.model.image import File, Reader
from garboard.model.package import Fact
from garboard.packages import distro, unread
from garboard.packages.guard import guarded
from garboard.patterns import of_globs


class OwnablePaths:
    """The paths that globs describe, and programs, as `MetadataPaths`."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs = tuple(glob for glob in globs if glob.startswith("**/"))
        self._ends = tuple(dict.fromkeys(glob.rpartition("/")[2].rpartition("*")[2] for glob in self._globs))
        self._hints = tuple(end.encode() for end in self._ends)
        self._by_end: dict[str, list[str]] = {}
        """The globs by the name that they ask for, or by the extension of any name."""
        for glob in self._globs:
            last = glob.rpartition("/")[2]
            self._by_end.setdefault(last[last.rfind(".") :] if "*" in last else last, []).append(glob)
        self._patterns: dict[str, re.Pattern[str]] = {}

    def mentioned(self, data: bytes, /) -> bool:
        """See `MetadataPaths.mentioned`."""
        return any(hint in data for hint in _HINTS) or any(hint in data for hint in self._hints)

    def describes(self, path: str, /) -> bool:
        """See `MetadataPaths.describes`."""
        folder, _, name = path.rpartition("/")
        if folder.endswith("bin") or unread.is_library(name) or _may_be_a_program(path):
            return True
        return any(
            self._of_end(end).fullmatch(path) is not None
            for end in (name, name[name.rfind(".") :])
            if end in self._by_end
        )

    def _of_end(self, end: str) -> re.Pattern[str]:
        found = self._patterns.get(end)
        if found is None:
            found = self._patterns[end] = re.compile(of_globs(tuple(self._by_end[end])))
        return found

    def among(self, paths: Iterable[str], /) -> tuple[str, ...]:
        """See `MetadataPaths.among`."""
        ends = self._ends
        likely = [
            path for path in paths if "bin/" in path or ".so" in path or path.endswith(ends) or _may_be_a_program(path)
        ]
        return tuple(path for path in likely if self.describes(path))


def _may_be_a_program(path: str) -> bool:
    """Whether a package may bring a program at this path, outside the folders of programs, as far as its name tells."""
    return path.startswith(_HOMES) and not path.endswith(_NO_PROGRAM) and not path.startswith(_DATA)


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
_NO_PROGRAM: Final = (
    *(f"/{name}" for name in ("RECORD", "WHEEL", "INSTALLER", "LICENSE", "COPYING", "README", "AUTHORS", "Makefile")),
    *(
        f".{end}"
        for end in (
            *("js", "mjs", "cjs", "map", "ts", "json", "html", "htm", "css", "scss", "less", "vue", "wasm", "xhtml"),
            *("py", "pyc", "pyi", "pyx", "pxd", "rb", "pm", "pl", "pod", "php", "lua", "tcl", "el", "elc", "vim", "sh"),
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
            *("txt", "md", "rst", "pdf", "tex", "sty", "cls", "bib", "xml", "xsl", "xsd", "dtd", "ent", "rng", "sgml"),
            *("gz", "xz", "bz2", "zst", "zip", "mo", "po", "pot", "gmo", "qm", "tmpl", "tpl", "template", "example"),
            *("conf", "cfg", "ini", "yml", "yaml", "toml", "properties", "csv", "tsv", "dat", "db", "sql", "hwdb"),
            *("service", "socket", "timer", "target", "mount", "path", "slice", "rules", "desktop", "policy", "preset"),
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
"""Ends of names of files that are no programs."""
METADATA: Final = OwnablePaths(
    (*(glob for one in ECOSYSTEMS if not one.system for glob in (*one.globs, *one.archives)), *unread.OWNABLE)
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
        return self.ecosystem.version

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs."""
        return self.ecosystem.globs

    @property
    def LARGE(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are databases."""
        return self.ecosystem.databases

    @property
    def MAPPED(self) -> bool:  # noqa: N802
        """Whether the ecosystem's files are read in parts."""
        return self.ecosystem.mapped

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The facts that a file states, whatever is in it."""
        if self._catalog is None:
            assert self.ecosystem.load_catalog is not None
            self._catalog = self.ecosystem.load_catalog()
        return guarded(self._catalog(file, METADATA), file)


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
        """The ecosystem's version."""
        return self.ecosystem.version

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs of archives."""
        return self.ecosystem.archives

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The facts that an archive states, whatever is in it."""
        if self._catalog is None:
            assert self.ecosystem.load_archives is not None
            self._catalog = self.ecosystem.load_archives()
        return guarded(self._catalog(file), file)


CATALOGERS: Final[tuple[Reader, ...]] = (
    distro,
    *(Cataloger(one) for one in ECOSYSTEMS if one.load_catalog is not None),
    *(ArchiveCataloger(one) for one in ECOSYSTEMS if one.load_archives is not None),
    unread,
)
