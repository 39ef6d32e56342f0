"""Reads one layer's bytes into its record: walks the tar and passes the wanted files to the readers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from isal import isal_zlib

from garboard.image.handle import Content, Region
from garboard.image.layers.bare import BareFolders
from garboard.image.layers.compression import HEAD, inflate, is_compressed
from garboard.image.layers.digest import Hashing
from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import NameLog
from garboard.image.layers.record import LayerRecord, Link, Reading
from garboard.image.layers.tar import (
    FILE,
    HARDLINK,
    OPAQUE,
    PROGRAM,
    PROGRAM_HEAD,
    SCRIPT,
    SYMLINK,
    WHITEOUT,
    MappedWindow,
    Member,
    StreamWindow,
    Walker,
    Window,
)
from garboard.model.gap import Gap
from garboard.model.image import File, Reader
from garboard.model.limits import MIB, Limits
from garboard.model.package import UNMANAGED, Diverted, Fact, Owns, Package, usr_merged

_SLICE = 1 * MIB
_RELEASE = 16 * MIB
_LARGEST_LIBRARY = 16 * MIB
"""In bytes: of a larger library whose name is not known only the beginning is looked at. The extensions of Python packages are smaller."""
_ARCHIVE = b"PK\3\4"
"""What a script has that a zip archive follows."""
_HEADS = 2048
"""Beginnings of programs that are kept, some MiB of them; of further ones at once what they say."""


def text(path: bytes) -> str:
    """Return a path for people and reports."""
    return path.decode("utf-8", "backslashreplace")


def read_file(
    readers: Mapping[str, Reader],
    matcher: Matcher,
    name: str,
    path: bytes,
    data: bytes | memoryview,
    limits: Limits,
) -> tuple[Fact, ...]:
    """Return a reader's facts about one file, which it sees under the path that it requested."""
    asked = text(matcher.spelling(path, name))
    if matcher.mapped((name,)):
        return tuple(readers[name].catalog(File(path=asked, data=b"", view=memoryview(data))))
    head, largest = matcher.head((name,)), matcher.largest((name,), limits)
    if head is None and len(data) > largest:
        return (too_big(path, len(data), largest, limits),)
    return tuple(readers[name].catalog(File(path=asked, data=bytes(data[:head]))))


def explained(
    matcher: Matcher,
    path: bytes,
    head: bytes,
    size: int,
    whole: Callable[[], memoryview | None],
    *,
    owned: bool = False,
) -> tuple[Fact, ...]:
    """Return what a program says of itself. All of it is only laid open where it is none of the system's large libraries."""
    reader = matcher.program_reader
    if reader is None or (head.startswith(SCRIPT) and (owned or not _may_be_followed(head, size))):
        return ()
    name = text(path)
    if size > _LARGEST_LIBRARY and ".so" in name[name.rfind("/") + 1 :] and not reader.knows(name):
        return ()
    view = whole()
    return () if view is None else tuple(reader.explained(File(path=name, data=head, view=view), owned=owned))


def _may_be_followed(head: bytes, size: int) -> bool:
    """Whether data may follow a script of this size that begins so."""
    return size > len(head) or b"\0" in head or _ARCHIVE in head


def too_big(path: bytes, size: int, limit: int, limits: Limits) -> Gap:
    """Return the gap for a wanted file that exceeds the limit."""
    name = {limits.mapped_bytes: "MAPPED", limits.file_bytes: "FILE"}.get(limit, "TEXT")
    return Gap(
        stage="image",
        subject=text(path),
        reason=f"the file has {size} bytes and was not read: the limit is {limit // MIB} MiB "
        f"(GARBOARD_LIMIT_{name}_BYTES)",
    )


def no_file(path: bytes) -> Gap:
    """Return the gap for a wanted path where no file is, nor a folder or a link."""
    reason = "a device, a pipe or a socket is in the place of this file: what it would have told is not known"
    return Gap(stage="image", subject=text(path), reason=reason)


class Collector:
    """Collects a layer's members into its record."""

    def __init__(self, matcher: Matcher, readers: Mapping[str, Reader], limits: Limits, window: Window) -> None:
        self._matcher = matcher
        self._window = window
        self._readers = readers
        self._limits = limits
        self._readings: dict[bytes, tuple[Reading, ...]] = {}
        self._programs: dict[bytes, int] = {}
        self._contents: dict[bytes, int] = {}
        """As ``_programs``, of other files that only the reader of programs wants."""
        self._heads: dict[bytes, bytes] = {}
        """The beginnings of programs that are read in the end, if no package of the layer owns them."""
        self._waiting: dict[bytes, tuple[int, int]] | None = {} if isinstance(window, MappedWindow) else None
        """Positions and sizes of programs of which all is read in the end, when their owners are known."""
        self._links: dict[bytes, Link] = {}
        self._others: dict[bytes, None] = {}
        self._whiteouts: list[bytes] = []
        self._opaques: list[bytes] = []
        self._gaps: list[Gap] = []

    def add(self, member: Member) -> None:
        """Add one member; the last one of a path counts."""
        if member.kind == WHITEOUT:
            self._whiteouts.append(member.path)
            return
        if member.kind == OPAQUE:
            self._opaques.append(member.path)
            return
        self._forget(member.path)
        if member.kind == PROGRAM:
            self._add_program(member, bytes(member.data or b""))
            return
        wanted = member.wanted
        if member.kind == FILE and member.data is not None:
            self._read(member, member.data, wanted)
        elif member.kind in (SYMLINK, HARDLINK):
            hard = member.kind == HARDLINK
            followers = wanted if hard else self._matcher.followers(wanted)
            if followers:
                self._links[member.path] = Link(path=member.path, target=member.target, hard=hard, readers=followers)
        elif wanted:
            gap = self._unreadable(member, wanted)
            self._readings[member.path] = tuple(Reading(path=member.path, reader=name, facts=(gap,)) for name in wanted)
        else:
            self._others[member.path] = None

    def _add_program(self, member: Member, head: bytes) -> None:
        self._programs[member.path] = isal_zlib.crc32(head, member.size & 0xFFFFFFFF)
        if self._waiting is not None:
            self._waiting[member.path] = (member.at, member.size)
            return
        facts = self._explained(member.path, head, member.at, member.size)
        if facts:
            self._readings[member.path] = (Reading(path=member.path, reader=self._matcher.programs, facts=facts),)
        elif len(self._heads) < _HEADS:
            self._heads[member.path] = head
        else:
            self._read(member, head, (self._matcher.programs,))

    def _read(self, member: Member, data: bytes | memoryview, wanted: tuple[str, ...]) -> None:
        if member.kind == FILE and wanted == (self._matcher.programs,):
            self._contents[member.path] = isal_zlib.crc32(data, member.size & 0xFFFFFFFF)
        self._readings[member.path] = tuple(
            Reading(
                path=member.path,
                reader=name,
                facts=read_file(self._readers, self._matcher, name, member.path, data, self._limits),
            )
            for name in wanted
        )

    def _unreadable(self, member: Member, wanted: tuple[str, ...]) -> Gap:
        """The gap for a wanted member without data."""
        if member.kind == FILE:
            limit = self._matcher.largest(wanted, self._limits)
            return too_big(member.path, member.size, limit, self._limits)
        return no_file(member.path)

    def _explained(self, path: bytes, head: bytes, at: int, size: int, *, owned: bool = False) -> tuple[Fact, ...]:
        def whole() -> memoryview | None:
            return self._window.view(at, size) if size <= self._limits.mapped_bytes else None

        return explained(self._matcher, path, head, size, whole, owned=owned)

    def _forget(self, path: bytes) -> None:
        self._readings.pop(path, None)
        self._programs.pop(path, None)
        self._contents.pop(path, None)
        self._heads.pop(path, None)
        if self._waiting is not None:
            self._waiting.pop(path, None)
        self._links.pop(path, None)
        self._others.pop(path, None)

    def _kept(self) -> Iterator[Reading]:
        """The readings, without those of programs that say nothing or that a file list of the same layer names."""
        readings = [reading for of in self._readings.values() for reading in of]
        owned = _owned(readings)
        for reading in readings:
            if reading.path in self._programs:
                if not reading.facts:
                    continue
                if not owned.isdisjoint(usr_merged(text(reading.path))) and not _lists_packages(reading.facts):
                    continue
            yield reading
        for path, head in self._heads.items():
            if owned.isdisjoint(usr_merged(text(path))):
                yield from self._unexplained(path, head)
        yield from self._in_the_end(owned)

    def _in_the_end(self, owned: set[str]) -> Iterator[Reading]:
        """The readings of programs of which all waited until their owners were known."""
        passed = 0
        for path, (at, size) in (self._waiting or {}).items():
            if at > passed + _RELEASE:
                self._window.release(at)
                passed = at
            head = bytes(self._window.view(at, min(size, PROGRAM_HEAD)) or b"")
            is_owned = not owned.isdisjoint(usr_merged(text(path)))
            facts = self._explained(path, head, at, size, owned=is_owned)
            if not facts and not is_owned:
                yield from self._unexplained(path, head)
            elif facts and (not is_owned or _lists_packages(facts)):
                yield Reading(path=path, reader=self._matcher.programs, facts=facts)

    def _unexplained(self, path: bytes, head: bytes) -> Iterator[Reading]:
        """The reading of a program that states nothing of itself, if it is one."""
        reader = self._matcher.programs
        facts = read_file(self._readers, self._matcher, reader, path, head, self._limits)
        if facts:
            yield Reading(path=path, reader=reader, facts=facts)

    def record(self, walker: Walker, log: NameLog, bare: BareFolders, diff_id: str) -> LayerRecord:
        """Return the complete record."""
        names = log.blocks()
        undescribed = tuple(bare.undescribed(self._whiteouts, self._readings))
        bared = (*bare.readings(names, self._readings), *undescribed)
        log.fields += (b"f" + reading.path for reading in undescribed)
        if walker.escapes:
            self._gaps.append(
                Gap(
                    stage="image",
                    subject=f"{walker.escapes} members",
                    reason="their names lead out of the image's root with '..'; they were read as containerd applies them, "
                    "below the root",
                )
            )
        return LayerRecord(
            readings=(*self._kept(), *bared),
            programs=(*self._programs.items(), *self._contents.items()),
            links=tuple(self._links.values()),
            others=tuple(self._others),
            whiteouts=tuple(self._whiteouts),
            opaques=tuple(self._opaques),
            names=log.blocks(),
            gaps=tuple(self._gaps),
            members=walker.members,
            diff_id=diff_id,
        )


def _lists_packages(facts: tuple[Fact, ...]) -> bool:
    """Whether they list packages besides the software itself, for which the package that brought it stands."""
    return any(isinstance(fact, Package) and fact.type != UNMANAGED for fact in facts)


def _owned(readings: Iterable[Reading]) -> set[str]:
    """The paths that packages own by these facts, without those from which the administrator diverted a package's file."""
    owned: set[str] = set()
    diverted: set[str] = set()
    for reading in readings:
        for fact in reading.facts:
            if isinstance(fact, Owns):
                owned.update(fact.paths)
            elif isinstance(fact, Diverted) and not fact.by:
                diverted.update(usr_merged(fact.path))
    return owned - diverted


def _slices(region: Region) -> Iterator[bytes]:
    """Yield the region in pieces; pages already read are returned to the system, otherwise they would count as memory."""
    window = MappedWindow(region)
    for start in range(region.start, region.end, _SLICE):
        yield region.map[start : min(start + _SLICE, region.end)]
        if start % _RELEASE < _SLICE:
            window.release(start)


def read(
    content: Content, matcher: Matcher, readers: Mapping[str, Reader], limits: Limits, *, verify: bool
) -> LayerRecord:
    """Read one layer to its end. With ``verify`` the record includes the diff id of the data.

    Raises:
        ImageError: The layer is damaged or exceeds a limit.
    """
    bare = BareFolders(matcher)
    log = NameLog(bare.look)
    rest: Iterator[bytes] | None = None
    hashing = Hashing()
    window: Window
    start = 0
    if (
        isinstance(content, Region)
        and not verify
        and not is_compressed(content.map[content.start : content.start + HEAD])
    ):
        window = MappedWindow(content)
        start = content.start
    else:
        chunks = _slices(content) if isinstance(content, Region) else content
        rest = inflate(chunks, limits)
        if verify:
            rest = hashing.passing(rest)
        window = StreamWindow(rest)
    collector = Collector(matcher, readers, limits, window)
    walker = Walker(window, matcher, log, limits, start)
    for member in walker.walk():
        collector.add(member)
    if rest is not None and verify:
        for _ in rest:  # data after the archive's end count for the digest
            pass
    window.rewind()
    record = collector.record(walker, log, bare, "sha256:" + hashing.hexdigest() if verify else "")
    window.rewind()
    window.release(sys.maxsize)
    return record
