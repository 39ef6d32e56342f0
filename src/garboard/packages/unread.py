"""What lies in an image that holds or lists packages, and that no cataloger reads: told as a gap, never passed over.

A kind of file is taken off the tables here when a cataloger for it is added to `garboard.ecosystems`; a file that pins
packages of an ecosystem is in its record there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from garboard.ecosystems.generic import PROGRAMS as _EXECUTABLES
from garboard.ecosystems.generic import java
from garboard.ecosystems.python import OF_INSTALLERS, PLACES, REQUIREMENTS
from garboard.executables import MACH_O, NOT_LOADED, PE, SIGNS, WEB_ASSEMBLY
from garboard.model.image import File
from garboard.model.package import Fact, Script, Unread
from garboard.packages import bills, programs
from garboard.packages import unread_kinds as kinds
from garboard.patterns import lazy, of_globs

NAME: Final = "unread"
GLOBS: Final = kinds.GLOBS
BARE: Final = kinds.BARE
VERSION: Final = 18 + programs.VERSION
HEAD: Final = 4096
"""Bytes of a program within which a Go linker's build id lies."""
explained = programs.explained
knows = programs.knows
"""See `garboard.model.image.ProgramReader`."""
_OF_RUNTIMES: Final = (b"\xda\xda\xfe\xca", b"\xca\xfe\xda\xda", b"JAVA_VERSION=", b"IMPLEMENTOR=")
"""How these begin in a Java runtime: an image of classes in either byte order (``jimage``), and the file with its version."""
_ENDS: Final = MappingProxyType(
    {
        kind: tuple({end: None for glob in globs if (end := glob.rpartition("/")[2].rpartition("*")[2])})
        for kind, globs in kinds.KINDS.items()
    }
)
"""How files of each kind end, where they do not lie in a folder in which all files are of it."""
_ALL_ENDS: Final = tuple({end: None for ends in _ENDS.values() for end in ends})
_WHOLE: Final = tuple(glob.removesuffix("*") for globs in kinds.KINDS.values() for glob in globs if glob.endswith("/*"))
_LOCKED_NAME: Final = lazy(r"""(?m)^name = "([^"\n]+)"|^[ ]{4}([A-Za-z0-9][\w.-]*)[ ]\(|^[ ]{8}"([\w.-]+)":[ ]\{""")
"""A name in poetry.lock and its like, in Gemfile.lock, and in Pipfile.lock."""
_REQUIRED_NAME: Final = lazy(r"(?m)^([A-Za-z0-9][\w.-]*)()()[ \t]*(?:\[[^]\n]*\][ \t]*)?(?:[=<>~!;@][^\n]*)?$")
"""A name in requirements.txt."""
_PIPFILE_NAME: Final = lazy(r"""(?m)^"?([A-Za-z0-9][\w.-]*)"?[ \t]*=()()""")
_GEMFILE_NAME: Final = lazy(r"""(?m)^[ \t]*gem[ \t(]+["']([\w.-]+)["']()()""")
_DEVELOPMENT: Final = lazy(
    r"(?:.*[/._-])?(?:dev|devel|develop|development|tests?|testing|docs?|documentation|lint|linting|ci|build|typing|mypy|tox|"
    r"bench|benchmarks?|examples?|optional|extras?|local)(?:[/._-].*)?\.(?:txt|pip)"
)
"""A file of requirements that an image does without."""
_ONLY_OPTIONS: Final = lazy(r"(?:[ \t]*(?:#[^\n]*|-[^\n]*)?(?:\n|\Z))*")
_PLACES: Final = tuple(f"/{place}" for place in PLACES)
_ELF: Final = b"\x7fELF"
_OF_GO: Final = (b"\x04\0\0\0Go", b"\xff Go buildinf:")
"""Type and beginning of the name of the ELF note that Go's linker writes (``.note.go.buildid``), and the mark of its build information."""
_SQUASHFS: Final = (b"hsqs", b"sqsh")
"""How snaps begin."""
_UPX: Final = b"UPX!"
"""In the header that UPX writes after those of the format."""
_SCRIPT: Final = b"#!"
_TEXT: Final = cache(lambda: re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{1,512}\Z|[\t\n\r\x20-\x7e\x80-\xff]{512}"))
_WORD: Final = lazy(r"(?<![\w.$-])[a-z][a-z0-9.+-]{1,30}(?![\w.-])")
_OF_THE_SYSTEM: Final = ("usr/bin/", "usr/sbin/", "usr/lib", "usr/share/", "bin/", "sbin/", "lib", "etc/", "var/")


def catalog(file: File, /) -> Iterator[Fact]:  # noqa: C901, PLR0912  (one case for each kind of file)
    """What kind of unread file this is, and what a script of the image's own may call; of ``file.data`` the beginning."""
    kind = _kind(file.path)
    if kind == kinds.RUNTIME and (found := tuple(java.runtime(file))):
        yield from found
    elif kind is not None:
        names, folder = _stated(file, kind)
        if names or not _says_nothing(file, kind):
            yield Unread(kind=kind, names=names, folder=folder)
    elif file.data.startswith(_SCRIPT):
        if programs.is_archive(file.data):
            yield Unread(kind=kinds.ZIPPED)
        elif not file.path.startswith(_OF_THE_SYSTEM):
            yield Script(words=tuple(dict.fromkeys(_WORD().findall(file.data.decode("utf-8", "replace")))))
    elif file.data.startswith(SIGNS) and _UPX in file.data:
        yield Unread(kind=kinds.PACKED, reason="what is in them is not known")
    elif file.data.startswith(PE):
        yield Unread(kind=_EXECUTABLES)
    elif file.data.startswith(MACH_O):
        yield Unread(kind=kinds.OF_MACOS)
    elif file.data.startswith(WEB_ASSEMBLY):
        yield Unread(kind=kinds.WEB_ASSEMBLY)
    elif file.data.startswith(_ELF):
        folder, _, name = file.path.rpartition("/")
        if _OF_GO[0] in file.data or _OF_GO[1] in file.data:
            yield Unread(kind=kinds.GO)
        elif folder.endswith(_PLACES) and name.endswith(".so"):
            yield Unread(kind=kinds.MODULE, folder=file.path)
        elif file.data[16:18] not in NOT_LOADED and folder not in kinds.LISTING:
            yield Unread(kind=kinds.LIBRARY if kinds.is_library(name) else kinds.PROGRAM)


def _kind(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name in kinds.LOCKED or name in kinds.OTHER_LOCKS:
        return kinds.LOCK
    if kinds.is_requirements(name) and _matches(REQUIREMENTS)(path):
        _, within, below = f"/{path}".rpartition("/requirements/")
        return None if _DEVELOPMENT().fullmatch(below if within else name) else kinds.LOCK
    whole = path.startswith(_WHOLE)
    if not whole and not path.endswith(_ALL_ENDS):
        return None
    likely = ((kind, globs) for kind, globs in kinds.KINDS.items() if whole or path.endswith(_ENDS[kind]))
    return next((kind for kind, globs in likely if _matches(globs)(path)), None)


def _stated(file: File, kind: str) -> tuple[tuple[str, ...], str]:
    """The names that a file states, and the folder that it stands for."""
    folder = file.path.rpartition("/")[0]
    if kind == kinds.LOCK:
        return _named(file), ""
    if kind == kinds.MODULE:
        return (), folder if file.path.endswith("/__init__.py") else file.path
    if kind == kinds.EGG_LINKS:
        return (file.data.decode("utf-8", "replace").partition("\n")[0].strip().strip("/"),), ""
    return (), ""


@cache
def _matches(globs: tuple[str, ...]) -> Callable[[str], object]:
    return re.compile(of_globs(globs)).fullmatch


def _named(file: File) -> tuple[str, ...]:
    """The first packages that a lock file names, where they are not installed below its folder."""
    ecosystem = kinds.locked_by(file.path)
    if ecosystem is None or ecosystem.below_locks:
        return ()
    text = file.data.decode("utf-8", "replace")
    name = file.path.rpartition("/")[2]
    pattern = _LOCKED_NAME()
    if kinds.is_requirements(name):
        pattern = _REQUIRED_NAME()
    elif name == "Pipfile":
        pattern, text = _PIPFILE_NAME(), text.partition("[packages]")[2].partition("\n[")[0]
    elif name in {"Gemfile", "gems.rb"}:
        pattern = _GEMFILE_NAME()
    found = pattern.findall(text)
    return tuple(dict.fromkeys(ecosystem.normalize(name) for groups in found for name in groups if name))


_NOT_OF_KIND: Final[Mapping[str, Callable[[File], bool]]] = MappingProxyType(
    {
        kinds.ROOT: lambda file: not file.data,  # RPM makes an empty one first
        bills.KIND: lambda file: not bills.is_bill(file.path, file.data),
        kinds.MODULE: lambda file: file.path.rpartition("/")[2] in OF_INSTALLERS,
        kinds.RUNTIME: lambda file: not file.data.startswith(_OF_RUNTIMES),
        # as a snapshot of tests, or a service that is named after the format that it is built for
        kinds.ARCHIVE: lambda file: (
            (file.path.endswith(".snap") and bool(file.data) and not file.data.startswith(_SQUASHFS))
            or (file.path.endswith(".rpm") and _TEXT().match(file.data) is not None)
        ),
    }
)
"""Whether a file, whose name is of a kind, is none of it, or empty."""


def _says_nothing(file: File, kind: str) -> bool:
    """Whether it is an empty database, no file of its kind, or a file of requirements with no more than others' names."""
    if kind in _NOT_OF_KIND:
        return _NOT_OF_KIND[kind](file)
    name = file.path.rpartition("/")[2]
    if kind != kinds.LOCK or not kinds.is_requirements(name) or name == kinds.REQUIREMENTS_NAME:
        return False
    if not name.startswith("requirements"):
        return True  # a text of another kind: it names nothing in the form of such a list
    return _ONLY_OPTIONS().fullmatch(file.data.decode("utf-8", "replace")) is not None
