"""Programs and shared libraries that say of which packages they were built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.executables import PE, SIGNS, BadExecutable, Executable
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Fact, Unread
from garboard.packages import archives
from garboard.packages.guard import guarded

_ECOSYSTEMS: Final = tuple(
    sorted((one for one in ECOSYSTEMS if one.load_program is not None), key=lambda one: one.type == UNMANAGED)
)
"""Software that is told by its texts comes last."""
_SECTIONS: Final = tuple((one, tuple(name.encode() for name in one.sections)) for one in _ECOSYSTEMS)
_WINDOWS: Final = tuple((one, tuple(name.encode() for name in one.windows_sections)) for one in _ECOSYSTEMS)
_OF_SCRIPTS: Final = tuple(one for one in ECOSYSTEMS if one.scripts_with_archives)
_SCRIPT: Final = b"#!"
_ZIP: Final = b"PK\3\4"
_FIRST_LINE: Final = 512
"""Bytes of what a script begins with, before an archive that it is."""
VERSION: Final = sum(one.version for one in (*_ECOSYSTEMS, *_OF_SCRIPTS))
"""Rises when what any ecosystem reads of a program changes."""


def is_archive(head: bytes) -> bool:
    """Whether a zip archive follows the first line of a script that begins so."""
    return head.startswith(_SCRIPT) and head.find(_ZIP, 0, _FIRST_LINE) == head.find(b"\n") + 1


def explained(file: File, /, *, owned: bool = False) -> Iterator[Fact]:
    """The packages of which a program was built; nothing where it does not say. ``file.data`` is its beginning.

    Software that a package ``owned`` is that package, and is not told.
    """
    built = False
    if is_archive(file.data):
        for ecosystem in _OF_SCRIPTS:
            assert ecosystem.load_archives is not None
            yield from guarded(ecosystem.load_archives()(file), file)
    elif file.data.startswith(SIGNS):
        for ecosystem in _ecosystems(file):
            if owned and ecosystem.type == UNMANAGED:
                continue
            assert ecosystem.load_program is not None
            for fact in guarded(ecosystem.load_program()(file), file):
                if isinstance(fact, Unread) and fact.software is not None and built:
                    continue
                built = True
                yield fact
    else:
        yield from archives.unnamed(file)


def knows(path: str) -> bool:
    """Whether a program of this name may be an ecosystem's, whatever its sections."""
    return any(one.named(path) for one in _ECOSYSTEMS)


def _ecosystems(file: File) -> list[Ecosystem]:
    """The ecosystems to which a program of this form or name may belong."""
    try:
        program = Executable(file.view)
    except BadExecutable:
        return [one for one in _ECOSYSTEMS if any(mark in file.data for mark in one.marks)]
    table = _WINDOWS if file.data.startswith(PE) else _SECTIONS
    return [
        one
        for one, sections in table
        if any(program.mentions(name) for name in sections)
        or any(mark in file.data for mark in one.marks)
        or one.named(file.path)
        or (one.appended and program.appended())
    ]
