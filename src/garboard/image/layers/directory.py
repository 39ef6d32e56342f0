"""An unpacked root file system as one layer. Links are recorded, never followed out of the folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from garboard.image.layers.bare import BareFolders
from garboard.image.layers.cases import NamesInOtherCases, Recased
from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import NameLog
from garboard.image.layers.reader import explained, no_file, read_file, text, too_big
from garboard.image.layers.record import LayerRecord, Link, Reading
from garboard.image.layers.tar import (
    COMPRESSED,
    COMPRESSED_LEAST,
    NO_EXTENSION,
    PROGRAM_ANYWHERE,
    PROGRAM_SIGNS,
    SCRIPT,
    TAR_SIGN,
    TAR_SIGN_AT,
    WINDOWS,
    mapped,
    may_be_compressed_program,
)
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import File, Glance, Reader
from garboard.model.limits import Limits
from garboard.model.package import Fact

_LOCK_OF_EMACS = b".#"
"""How the name of a link begins that says who edits a file, and leads nowhere."""

_VERSION_CONTROL: Final = MappingProxyType(
    {b".git": b"HEAD", b".hg": b"requires", b".svn": b"wc.db", b".bzr": b"branch-format", b"_darcs": b"format"}
)
"""Folders in which version control keeps what it knows, by a file that each of them has."""

_LEADS_OUT: Final = "it is a link that leads out of the tree, or nowhere: what it names was not read"
_MODULES: Final = frozenset({b"node_modules", b"site-packages", b"dist-packages"})
"""How folders are called that hold what is installed for a language, each package in a folder of its own."""


def read(root: Path, matcher: Matcher, readers: Mapping[str, Reader], limits: Limits, *, only: str = "") -> LayerRecord:
    """Return the folder's record, or that of the ``only`` file in it.

    Unreadable entries are gaps; other file systems mounted below are not entered.
    """
    return _Reading(os.fsencode(root), matcher, readers, limits, os.fsencode(only)).run()


class _Reading:
    def __init__(
        self, root: bytes, matcher: Matcher, readers: Mapping[str, Reader], limits: Limits, only: bytes = b""
    ) -> None:
        self._root = root
        self._real = os.path.realpath(root)
        self._only = only
        self._matcher = matcher
        self._readers = readers
        self._limits = limits
        self._bare = BareFolders(matcher)
        self._log = NameLog(self._bare.look)
        self._readings: list[Reading] = []
        self._links: list[Link] = []
        self._gaps: list[Gap] = []
        self._members = 0
        self._beside, self._above = _closing(matcher)
        self._cases = NamesInOtherCases(readers.values())
        self._lowered = self._cases.lowered
        self._closed: frozenset[bytes] = frozenset()
        """Ends of names that nobody looks into in the folder that is being read."""

    def run(self) -> LayerRecord:
        device = os.stat(self._root).st_dev
        folders: list[tuple[bytes, frozenset[bytes]]] = [(b"", frozenset())]
        while folders:
            folder, closed = folders.pop()
            try:
                with os.scandir(os.path.join(self._root, folder)) as found:
                    entries = [one for one in found if one.name == self._only] if self._only else [*found]
                    entries = [] if _is_version_control(folder, entries) else entries
                    below = closed.union(*(self._above.get(one.name, ()) for one in entries))
                    self._closed = below.union(*(self._beside.get(one.name, ()) for one in entries))
                    below = below if below != closed else closed
                    self._log.folders.append(folder + b"/" if folder else b"")
                    inner = (self._entry(folder, entry, device) for entry in entries)
                    folders += [(path, below) for path in inner if path is not None]
            except OSError as error:
                self._gap(folder, f"the folder cannot be read: {error.strerror}")
        names = self._log.blocks()
        described = {reading.path for reading in self._readings}
        return LayerRecord(
            readings=(*self._readings, *self._bare.readings(names, described)),
            links=tuple(self._links),
            names=names,
            gaps=tuple(self._gaps),
            members=self._members,
        )

    def _entry(self, folder: bytes, entry: os.DirEntry[bytes], device: int) -> bytes | None:
        """Record one entry; return it if it is a folder to enter."""
        self._members += 1
        if self._members > self._limits.members:
            raise ImageError(f"the folder holds more than {self._limits.members} files, the limit")
        path = folder + b"/" + entry.name if folder else entry.name
        fields = self._log.fields
        if entry.is_symlink():
            target = os.readlink(entry.path)
            fields += (b"l" + path, b">" + target)
            self._log.links.append((path, target))
            if _of_modules(folder, entry.name) and not self._leads_somewhere(entry.path, target):
                self._gap(path, _LEADS_OUT)
        elif entry.is_dir(follow_symlinks=False):
            fields.append(b"d" + path)
            if entry.stat(follow_symlinks=False).st_dev == device:
                return path
            self._gap(path, "another file system is mounted there; it was not entered")
            return None
        else:
            fields.append(b"f" + path)
        self._log.pack()
        self._want(path, entry)
        return None

    def _want(self, path: bytes, entry: os.DirEntry[bytes]) -> None:
        matcher = self._matcher
        last = path[path.rfind(b"/") + 1 :]
        wanted: tuple[str, ...] = ()
        if last in matcher.names or last.endswith(matcher.ends(path, last)) or path.startswith(matcher.folders):
            wanted = matcher.readers(path)
        if not wanted:
            if (
                (last in self._lowered if last.islower() else self._lowered)
                and (recased := self._cases.of(path, last))
                and entry.is_file(follow_symlinks=False)
            ):
                self._recased(path, entry, recased)
                return
            end = last[last.rfind(b".") :]
            if end in matcher.glances and end not in self._closed and entry.is_file(follow_symlinks=False):
                self._glance(path, entry, *matcher.glances[end])
            if matcher.programs and entry.is_file(follow_symlinks=False) and self._may_be_a_program(path, last, entry):
                self._file(path, entry, (matcher.programs,), program=True)
            return
        if entry.is_symlink():
            if followers := matcher.followers(wanted):
                target = os.readlink(entry.path)
                declares = not self._matcher.of_sources.isdisjoint(followers)
                within = self._leads_within if declares else self._leads_somewhere
                if not last.startswith(_LOCK_OF_EMACS) and not within(entry.path, target):
                    self._gap(path, _LEADS_OUT)
                self._links.append(Link(path=path, target=target, hard=False, readers=followers))
        elif entry.is_file(follow_symlinks=False):
            self._file(path, entry, wanted)
        else:
            self._no_file(path, wanted)

    def _leads_within(self, path: bytes, target: bytes) -> bool:
        """Whether a link leads to something in the folder; an absolute one is of the machine that the folder lies on."""
        if target.startswith(b"/"):
            return False
        real = os.path.realpath(path)
        return os.path.exists(path) and os.path.commonpath((real, self._real)) == self._real

    def _leads_somewhere(self, path: bytes, target: bytes) -> bool:
        """The same where an absolute link may be one of an unpacked root file system."""
        if target.startswith(b"/"):
            return os.path.lexists(os.path.join(self._root, target.lstrip(b"/")))
        return self._leads_within(path, target)

    def _glance(self, path: bytes, entry: os.DirEntry[bytes], reader: str, glance: Glance) -> None:
        """Let a reader see the beginning of a file, if it has what the reader looks for."""
        try:
            handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            self._gap(path, f"the file cannot be read: {error.strerror}")
            return
        try:
            data = os.pread(handle, glance.head, 0)
        except OSError as error:
            self._gap(path, f"the file cannot be read: {error.strerror}")
            return
        finally:
            os.close(handle)
        if any(sign in data for sign in glance.signs):
            facts = tuple(self._readers[reader].catalog(File(path=text(path), data=data)))
            self._readings.append(Reading(path=path, reader=reader, facts=facts))

    def _is_program(self, path: bytes, handle: int) -> bool:
        """Whether a file begins as a program, a script or an archive; what a script states in itself is read by the way."""
        head = os.pread(handle, TAR_SIGN_AT + len(TAR_SIGN), 0)
        if head.startswith(SCRIPT) and b"." not in path[path.rfind(b"/") + 1 :]:
            end = self._matcher.run_by.get(_interpreter(head))
            if end is not None and end not in self._closed:
                reader, glance = self._matcher.glances[end]
                data = os.pread(handle, glance.head, 0)
                if any(sign in data for sign in glance.signs):
                    self._readings.append(self._known_as(path, text(path + end), reader, data))
        return head.startswith(PROGRAM_SIGNS) or head[TAR_SIGN_AT:] == TAR_SIGN

    def _known_as(self, path: bytes, known: str, reader: str, data: bytes) -> Reading:
        """What a reader makes of a file that it would know by another path."""
        facts = tuple(
            msgspec.structs.replace(one, subject=text(path)) if isinstance(one, Gap) and one.subject == known else one
            for one in self._readers[reader].catalog(File(path=known, data=data))
        )
        return Reading(path=path, reader=reader, facts=facts)

    def _recased(self, path: bytes, entry: os.DirEntry[bytes], recased: Recased) -> None:
        """Let a reader see a file by the name that it knows, which this one has but for capitals."""
        largest = self._limits.text_bytes
        try:
            with open(entry.path, "rb") as file:
                data = file.read(largest + 1)
        except OSError as error:
            self._gap(path, f"the file cannot be read: {error.strerror}")
            return
        if len(data) > largest:
            gap = too_big(path, entry.stat(follow_symlinks=False).st_size, largest, self._limits)
            self._readings.append(Reading(path=path, reader=recased.reader, facts=(gap,)))
        else:
            self._readings.append(self._known_as(path, text(recased.path), recased.reader, data))

    @staticmethod
    def _may_be_a_program(path: bytes, last: bytes, entry: os.DirEntry[bytes]) -> bool:
        dot = last.rfind(b".")
        if dot < 1 or last[dot + 1 : dot + 2].isdigit() or last.endswith((*WINDOWS, *NO_EXTENSION)):
            return True
        if b"bin/" in path or b".so" in last:
            return True
        status = entry.stat(follow_symlinks=False)
        compressed = last.endswith(COMPRESSED) and may_be_compressed_program(path)
        least = COMPRESSED_LEAST if compressed else PROGRAM_ANYWHERE
        return bool(status.st_mode & 0o100) or status.st_size >= least

    def _file(self, path: bytes, entry: os.DirEntry[bytes], wanted: tuple[str, ...], *, program: bool = False) -> None:
        head, largest = self._matcher.head(wanted), self._matcher.largest(wanted, self._limits)
        try:
            handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    self._no_file(path, () if program else wanted)
                    return
                if program and not self._is_program(path, handle):
                    return
                if head is None and status.st_size > largest:
                    gap = too_big(path, status.st_size, largest, self._limits)
                    self._readings += [Reading(path=path, reader=name, facts=(gap,)) for name in wanted]
                    return
                if program and status.st_size and (facts := self._explained(path, handle, head, status.st_size)):
                    self._readings.append(Reading(path=path, reader=wanted[0], facts=facts))
                    return
                data: bytes | memoryview
                if self._matcher.mapped(wanted) and status.st_size:
                    data = mapped(handle)
                else:
                    data = file.read(largest + 1 if head is None else head)
        except OSError as error:
            self._gap(path, f"the file cannot be read: {error.strerror}")
            return
        self._readings += [
            Reading(
                path=path, reader=name, facts=read_file(self._readers, self._matcher, name, path, data, self._limits)
            )
            for name in wanted
        ]

    def _explained(self, path: bytes, handle: int, head: int | None, size: int) -> tuple[Fact, ...]:
        return explained(self._matcher, path, os.pread(handle, head or 0, 0), size, lambda: mapped(handle))

    def _no_file(self, path: bytes, wanted: tuple[str, ...]) -> None:
        self._readings += [Reading(path=path, reader=name, facts=(no_file(path),)) for name in wanted]

    def _gap(self, path: bytes, reason: str) -> None:
        self._gaps.append(Gap(stage="image", subject="/" + text(path), reason=reason))


def _of_modules(folder: bytes, name: bytes) -> bool:
    """Whether something of this name in a folder holds installed packages, or is one of them."""
    above, _, last = folder.rpartition(b"/")
    within = above.rpartition(b"/")[2] if last.startswith(b"@") else last
    return name in _MODULES or (within == b"node_modules" and not name.startswith(b"."))


def _is_version_control(folder: bytes, entries: list[os.DirEntry[bytes]]) -> bool:
    """Whether a folder holds other states of the tree, and no files to which links of the tree lead (git-annex)."""
    sign = _VERSION_CONTROL.get(folder.rpartition(b"/")[2])
    if sign is None:
        return False
    names = {one.name for one in entries}
    return sign in names and b"annex" not in names


def _closing(matcher: Matcher) -> tuple[dict[bytes, set[bytes]], dict[bytes, set[bytes]]]:
    """By the name of a file, the ends of names that nobody looks into beside it, and below its folder too."""
    beside: dict[bytes, set[bytes]] = {}
    above: dict[bytes, set[bytes]] = {}
    for end, (_, glance) in matcher.glances.items():
        for names, found in ((glance.beside, beside), (glance.above, above)):
            for name in names:
                found.setdefault(name, set()).add(end)
    return beside, above


def _interpreter(head: bytes) -> bytes:
    """The name of the program that runs a script which begins so, without its version."""
    words = head[len(SCRIPT) :].partition(b"\n")[0].split()
    names = (word.rpartition(b"/")[2] for word in words if not word.startswith(b"-") and b"=" not in word)
    return next((one for one in names if one != b"env"), b"").rstrip(b".0123456789")
