"""Programs and shared libraries that say of which packages they were built."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems import ECOSYSTEMS
from garboard.executables import PE, SIGNS, BadExecutable, Executable
from garboard.model.ecosystem import Ecosystem, never
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Fact, Unread
from garboard.packages import archives
from garboard.packages.guard import guarded

_ECOSYSTEMS: Final = tuple(
    sorted((one for one in ECOSYSTEMS if one.load_program is not None), key=lambda one: one.type == UNMANAGED)
)
"""Software that is told by its texts comes last."""


class _Mark(NamedTuple):
    """A text in the beginning of a program, and what finds its longest word.

    Most of a beginning are zeros, among which a text that has some is looked for slowly.
    """

    word: Callable[[bytes], object]
    whole: bytes


class _Signs(NamedTuple):
    """By what a program is known to be an ecosystem's."""

    ecosystem: Ecosystem
    sections: tuple[bytes, ...]
    marks: tuple[_Mark, ...]
    named: Callable[[str], bool] | None


_WORDS: Final = re.compile(rb"[A-Za-z]+|\Z")


def _signs(*, windows: bool, owned: bool) -> tuple[_Signs, ...]:
    return tuple(
        _Signs(
            one,
            tuple(name.encode() for name in (one.windows_sections if windows else one.sections)),
            tuple(_Mark(re.compile(max(_WORDS.findall(mark), key=len)).search, mark) for mark in one.marks),
            None if one.named is never else one.named,
        )
        for one in _ECOSYSTEMS
        if not owned or one.type != UNMANAGED
    )


_SIGNS: Final = MappingProxyType(
    {
        (windows, owned): _signs(windows=windows, owned=owned)
        for windows, owned in ((False, False), (False, True), (True, False), (True, True))
    }
)
"""By whether a program is one of Windows, and a package of the system owns it."""
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
        for ecosystem in _ecosystems(file, owned=owned):
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


def _ecosystems(file: File, *, owned: bool) -> list[Ecosystem]:
    """The ecosystems to which a program of this form or name may belong; of one that is ``owned`` without software as such."""
    signs = _SIGNS[file.data.startswith(PE), owned]
    try:
        program = Executable(file.view)
    except BadExecutable:
        return [one for one, _, marks, _ in signs if _has(file.data, marks)]
    path, mentions = file.path, program.mentions
    return [
        one
        for one, sections, marks, named in signs
        if (sections and any(map(mentions, sections)))
        or (marks and _has(file.data, marks))
        or (named and named(path))
        or (one.appended and program.appended())
    ]


def _has(head: bytes, marks: tuple[_Mark, ...]) -> bool:
    return any(word(head) and whole in head for word, whole in marks)
