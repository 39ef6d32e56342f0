"""Merges layer records into one image's files: whiteouts, replaced folders and links, exactly as in containerd.

The problem. A layer is read once, on its own, and may come from a cache: its reader does not know the layers below it.
But what a layer's file *is* in the image depends on all the others. ``var/lib/dpkg/status`` of the third layer may be
written through a link of the first, be hidden by a whiteout of the fifth, or be replaced by a folder in the sixth.
Applying the layers to a complete file system would answer this, but would build a tree of millions of nodes for a few
hundred files.

The algorithm works on the paths that matter, in three steps:

1. *Goals.* A path matters if a reader wants it (globs with a fixed folder); if a layer has it as something that was
   read, as a whiteout, an opaque folder, a special file or a wanted link; or if it is the target of a wanted hard link.
   `_close` adds the paths that symbolic links make of these: it searches every layer's names for links at a goal or at
   a folder above one, replaces that part of the path with their targets, from any layer, and repeats this until nothing
   is new; only what is new is looked at again. The result is a superset on purpose: which link counts in the end depends on the order of the layers, which
   step 3 knows.
2. *Extras.* A file that a reader wants but that no glob covers was not passed to the reader when the layers were read.
   It goes into `Merger.extras`, and `garboard.image.layers.read` reads the layers once more with them, at most four
   times in all. So it is with the folders that links with the names of globs' folders lead to (`Merger.aliases`).
3. *Layers.* The layers are applied, the lowest first, to a `Root` that holds only the interesting paths. Within a layer
   the order is whiteouts, opaque folders, members in the archive's order with their contents. A
   whiteout hides only content of lower layers, wherever it is in the archive. Every path is first resolved through the
   symbolic links that the layer itself has made: on overlayfs a layer is unpacked into a folder of its own, so that what
   it writes below a link of a lower layer makes a folder in the link's place.

Invariants:

* Histories never forget. A hidden or replaced file gets a version without facts. What a reader saw in a lower layer
  stays in its history, because attribution needs to know which layer brought a package and which removed it.
* One version for each file, reader and layer: the last one in a layer counts.
* A path that is not in the tree is treated as a folder, so a link is followed only where a layer's names have that
  link. All links that can matter are in the tree, because step 1 looked them up.
* If a link led to a file (an extra), the file counts only while the path that the reader requested still resolves to
  it. The donor of a hard link is read for its content and is not a file of its own.

The cost. Each iteration of step 1 that found a new path goes through all names of all layers once (they are kept
deflated, some tens of megabytes for three million names); without links there are one or two iterations. Step 3 is
linear in the interesting members. The bounds are `Limits.link_hops` for links on one path and for iterations of step 1,
`Limits.goal_bytes` for the paths that matter, and `Limits.links_followed` for the files that links add; exceeding one is
a gap, never an error.

Limitations: it does not keep modes, owners, times or sizes, it does not know files that nobody requested, it follows
a glob that begins with ``**/`` only through links of which it has the name, or any (`garboard.image.layers.linked`), and it does not see that a layer puts a folder in a
file's place if it only writes what nobody wants below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from garboard.image.layers.globs import Extra, Matcher
from garboard.image.layers.linked import Alias, FolderNames, alias_of
from garboard.image.layers.names import links, unpack
from garboard.image.layers.reader import text
from garboard.image.layers.record import LayerRecord, Link, Reading
from garboard.image.layers.rootfs import FOLDER, LEAF, LINK, LinkLoop, Node, Root
from garboard.model.gap import Gap
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.limits import MIB, Limits
from garboard.model.package import Replaced

_OPAQUE_ROOT = (
    "it marks the image's root as opaque: engines on overlayfs hide nothing then, and others all that lies below; "
    "it was read as if nothing were hidden"
)
_KINDS = {0x66: LEAF, 0x64: FOLDER, 0x6C: LINK}


class TreeEntry(NamedTuple):
    """A member at an interesting path."""

    path: bytes
    kind: int
    target: bytes


def _above(path: bytes) -> Iterable[bytes]:
    """Yield the path itself and every folder above it, except the root."""
    while path:
        yield path
        path = path[: max(path.rfind(b"/"), 0)]


def _join(link: bytes, target: bytes, rest: bytes) -> bytes:
    """Return the text of a path after following a link in it: ``.`` and ``..`` are resolved, clamped to the root."""
    start = [] if target[:1] == b"/" else link.split(b"/")[:-1]
    parts: list[bytes] = []
    for part in (*start, *target.split(b"/"), *rest.split(b"/")):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _below(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


class Goal(NamedTuple):
    """A path that matters, and to whom: a reader's fixed path or folder (``last`` is its glob), or no specific reader."""

    path: bytes
    reader: str = ""
    last: str = ""


Goals = dict[Goal, bytes]
"""Each with the path or glob that led to it, as its reader spells it."""


class Merger:
    """Applies records, lowest layer first. Use it once."""

    def __init__(self, records: Sequence[LayerRecord], matcher: Matcher, limits: Limits) -> None:
        self._records = _with_replaced(records, matcher.programs)
        self._matcher = matcher
        self._limits = limits
        self._gaps: dict[Gap, None] = {}
        self._entries: list[list[TreeEntry]] = [[] for _ in records]
        self._placed: list[list[tuple[int, TreeEntry]]] = [[] for _ in records]
        """The entries with their places among the layer's names, as they were found."""
        self._root = Root(limits.link_hops, limits.path_bytes)
        self.extras: tuple[Extra, ...] = ()
        """Paths that readers want because links lead there, and that have not been read yet."""
        self.aliases: tuple[Alias, ...] = ()
        """Folders whose files readers want by the path of a link; read again if the matcher has others."""
        self._names = FolderNames(matcher.wanting_folders)
        self._linked: dict[bytes, tuple[str, ...]] = {}

    def merge(self) -> Files:
        """Return the files. Check `extras` and `aliases` before using them: if there are any new, read again with them."""
        self._linked = self._named_links()
        goals = self._close(self._goals())
        self._entries = [[entry for _, entry in sorted(placed)] for placed in self._placed]
        self.extras = self._missing(goals)
        for index in range(len(self._records)):
            self._apply(index)
        self.aliases = self._aliases()
        histories = tuple(self._histories())
        gaps = tuple(gap for record in self._records for gap in record.gaps) + tuple(self._gaps)
        return Files(histories=histories, gaps=gaps)

    # -- what matters

    def _goals(self) -> Goals:
        goals: Goals = {Goal(path): b"" for path in self._linked}
        for folder, last, reader in self._matcher.fixed:
            whole = _below(folder, last.encode())
            glob = "*" in last
            goals.setdefault(Goal(folder if glob else whole, reader, last if glob else ""), whole)
        for record in self._records:
            for path in (*(one.path for one in record.readings), *record.whiteouts, *record.opaques, *record.others):
                goals.setdefault(Goal(path), b"")
            for link in record.links:
                for reader in link.readers:
                    goals.setdefault(Goal(link.path, reader), link.path)
                if link.hard:
                    goals.setdefault(Goal(link.target), b"")
        return goals

    def _named_links(self) -> dict[bytes, tuple[str, ...]]:
        """The links that have the name of a folder of some globs, with the readers of these."""
        found: dict[bytes, tuple[str, ...]] = {}
        for record in self._records:
            for path in links(record.names):
                readers = self._names.readers(path)
                if readers and len(found) == self._limits.links_followed:
                    self._gap("links to folders", f"only {self._limits.links_followed} were looked at, the limit")
                    return found
                if readers:
                    found[path] = readers
        return found

    def _aliases(self) -> tuple[Alias, ...]:
        """What these links lead to in the finished image, where that has another name and files that readers want."""
        led: dict[bytes, Alias] = {}
        for path in sorted(self._linked):
            node = self._root.find(self._resolve(path))
            if node is None or node.kind != LINK:
                continue
            target = b"/".join(self._resolve(path, last=True))
            there = self._names.readers(target)
            readers = tuple(one for one in self._linked[path] if one not in there)
            if readers and target and not path.startswith(target + b"/"):
                led.setdefault(target, Alias(target, path, readers))
        return tuple(led[folder] for folder in sorted(self._filled(led)))

    def _filled(self, led: dict[bytes, Alias]) -> set[bytes]:
        """Those of the folders that hold a file which a reader wants by the path of the link."""
        filled: set[bytes] = set()
        for record in self._records if led else ():
            for block in unpack(record.names):
                for field in block:
                    found = alias_of(field[1:], led) if field[:1] in b"fl" else None
                    if found is None or found[0].folder in filled:
                        continue
                    if not set(found[0].readers).isdisjoint(self._matcher.readers(found[1])):
                        filled.add(found[0].folder)
        return filled

    def _close(self, goals: Goals) -> Goals:
        """Return the goals and everything that links make of them; find the entries of every layer at their paths."""
        limits = self._limits
        known: set[bytes] = set()
        links: dict[bytes, dict[bytes, None]] = {}
        goals = dict(goals)
        fresh = goals
        room = limits.goal_bytes
        for _ in range(limits.link_hops):
            unknown = _unknown(fresh, known, room)
            room -= sum(map(len, unknown))
            links |= self._look(unknown)
            more = self._follow(fresh, goals, links, room) if links else {}
            goals |= more
            if sum(len(goal.path) for goal in more) > room or room <= 0:
                reason = (
                    f"with the folders above them they have more than {limits.goal_bytes // MIB} MiB, "
                    "the limit (GARBOARD_LIMIT_GOAL_BYTES): not all files at further paths, and behind links, were read"
                )
                self._gap("paths", reason)
                return goals
            fresh = more
            if not fresh:
                return goals
        self._gap("symbolic links", f"they lead on and on: more than {limits.link_hops} were followed, the limit")
        return goals

    def _follow(self, fresh: Goals, goals: Goals, links: Mapping[bytes, Iterable[bytes]], room: int) -> Goals:
        """Return the goals that these links make of fresh ones, without those known already, until there is no room."""
        more: Goals = {}
        limit = self._limits.path_bytes
        for goal, asked in fresh.items():
            for path in _above(goal.path):
                for target in links.get(path, ()):
                    one = goal._replace(path=_join(path, target, goal.path[len(path) + 1 :]))
                    if len(one.path) > limit:
                        reason = f"they lead to a path of more than {limit} bytes, the limit: it was not followed"
                        self._gap("symbolic links", reason)
                    elif one not in goals and one not in more:
                        more[one] = asked
                        room -= len(one.path)
            if room < 0:
                break
        return more

    def _look(self, paths: set[bytes]) -> dict[bytes, dict[bytes, None]]:
        """Search every layer's names for these paths; return the links among them, with every target they ever had."""
        fields = {mark + path for path in paths for mark in (b"f", b"d", b"l")}
        links: dict[bytes, dict[bytes, None]] = {}
        for index, record in enumerate(self._records):
            placed = self._placed[index]
            before = 0
            for block in unpack(record.names):
                for at in [at for at, field in enumerate(block) if field in fields]:
                    field = block[at]
                    kind = _KINDS[field[0]]
                    entry = TreeEntry(field[1:], kind, block[at + 1][1:] if kind == LINK else b"")
                    placed.append((before + at, entry))
                    if kind == LINK:
                        links.setdefault(entry.path, {})[entry.target] = None
                before += len(block)
        return links

    def _missing(self, goals: Goals) -> tuple[Extra, ...]:
        """Return the paths that links lead to and no glob covers; of files, only those that a layer has."""
        have = set(self._matcher.extras)
        files = {entry.path for entries in self._entries for entry in entries if entry.kind == LEAF}
        folders = set(self._matcher.fixed)
        missing: dict[Extra, None] = {}
        for goal in sorted(goals):
            if not goal.reader:
                continue
            if goal.last:
                covered = (goal.path, goal.last, goal.reader) in folders
            else:
                covered = goal.path not in files or goal.reader in self._matcher.readers(goal.path)
            if not covered:
                missing[Extra(goal.path, goal.reader, goal.last, goals[goal])] = None
        for record in self._records:
            for link in record.links:
                if link.hard:
                    wanted = set(link.readers) - set(self._matcher.readers(link.target))
                    missing.update({Extra(link.target, reader, "", link.path, donor=True): None for reader in wanted})
        fresh = tuple(extra for extra in missing if extra not in have)
        if len(fresh) > self._limits.links_followed:
            self._gap(
                f"{len(fresh)} files behind links",
                f"only {self._limits.links_followed} were looked at, the limit",
            )
            fresh = fresh[: self._limits.links_followed]
        return fresh

    # -- applying a layer

    def _apply(self, index: int) -> None:
        root = self._root
        self._hide(index)
        record = self._records[index]
        readings: dict[bytes, list[Reading]] = {}
        for reading in record.readings:
            readings.setdefault(reading.path, []).append(reading)
        hard = {link.path: link for link in record.links if link.hard}
        early: list[Link] = []
        for entry in self._entries[index]:
            parts = self._resolve(entry.path, layer=index)
            root.put(parts, entry.kind, entry.target, index)
            if entry.kind == LEAF:
                for reading in readings.get(entry.path, ()):
                    root.write(parts, reading.reader, reading.facts, index)
                if entry.path in hard and not self._copy(parts, hard[entry.path], index):
                    early.append(hard[entry.path])
        for link in early:
            if not self._copy(self._resolve(link.path, layer=index), link, index):
                self._gap(text(link.path), f"it is a hard link to {text(link.target)}, which is not in the image")

    def _hide(self, index: int) -> None:
        for path in self._records[index].whiteouts:
            self._root.hide(self._resolve(path, layer=index), index)
        for path in self._records[index].opaques:
            if path:
                self._root.hide(self._resolve(path, last=True, layer=index), index, content_only=True)
            else:
                self._gap(f"layer {index + 1}", _OPAQUE_ROOT)

    def _copy(self, parts: list[bytes], link: Link, index: int) -> bool:
        """Copy a hard link's content from its target, which shares it; report whether all that is expected was there."""
        donor: Node | None = self._root.find(self._resolve(link.target))
        whole = True
        for reader in link.readers:
            if donor is not None and reader in donor.live:
                self._root.write(parts, reader, donor.live[reader], index)
            else:
                whole = whole and reader not in self._matcher.readers(link.target)
        return whole

    def _resolve(self, path: bytes, *, last: bool = False, layer: int | None = None) -> list[bytes]:
        try:
            return self._root.resolve(path, last=last, layer=layer)
        except LinkLoop as error:
            self._gap(text(path), str(error))
            return path.split(b"/")

    def _histories(self) -> Iterable[FileHistory]:
        """Yield all files that count: a link's target only while a link leads there, and never a hard link's donor."""
        globs = self._matcher.with_extras(())
        asked = self._asked()
        for path, reader, versions in self._root.histories():
            extra = self._matcher.extra_for(path, reader)
            donor = extra is not None and extra.donor
            if (reader in globs.anywhere and not donor) or reader in globs.readers(path):
                linked = globs.by_link(path, reader)
                asked_by = text(path) if linked else ""
                yield FileHistory(reader=reader, path=text(linked or path), asked=asked_by, versions=versions)
                continue
            if extra is None or donor:
                continue
            folder, _, name = path.rpartition(b"/")
            spelled = asked.get(Goal(folder, reader, extra.last)) if extra.last else asked.get(Goal(path, reader))
            if extra.last and spelled is not None:
                spelled = _below(spelled, name)
            yield FileHistory(
                reader=reader,
                path=text(path),
                asked=text(self._matcher.spelling(path, reader) if spelled is None else spelled),
                versions=versions if spelled is not None else _removed(versions, len(self._records) - 1),
            )

    def _asked(self) -> Goals:
        """Where that leads in the finished image what readers ask for, and how they spell it.

        What leads nowhere becomes a gap.
        """
        asked: Goals = {}
        for folder, last, reader in self._matcher.fixed:
            path, glob = (folder, last) if "*" in last else (_below(folder, last.encode()), "")
            asked.setdefault(Goal(b"/".join(self._resolve(path, last=True)), reader, glob), path)
        for link in (link for record in self._records for link in record.links if not link.hard):
            place = b"/".join(self._resolve(link.path, last=True))
            for reader in link.readers:
                asked.setdefault(Goal(place, reader), link.path)
        return asked

    def _gap(self, subject: str, reason: str) -> None:
        self._gaps[Gap(stage="image", subject=subject, reason=reason)] = None


def _unknown(goals: Iterable[Goal], known: set[bytes], room: int) -> set[bytes]:
    """Return the paths of these goals and the folders above them that are not known yet, and add them to the known.

    It ends with the goal after which they have more bytes than there is room for.
    """
    fresh: set[bytes] = set()
    for goal in goals:
        for path in _above(goal.path):
            if path in known:
                break
            known.add(path)
            fresh.add(path)
            room -= len(path)
        if room <= 0:
            break
    return fresh


def _with_replaced(records: Sequence[LayerRecord], reader: str) -> Sequence[LayerRecord]:
    """State of each program that was another in a lower layer that it is `Replaced`.

    It is the same one that is written to ``bin`` where a lower layer wrote to ``usr/bin``, unless a layer has both.
    """
    written: dict[bytes, tuple[tuple[int, int], ...]] = {}
    done = []
    for layer, record in enumerate(records):
        replaced: dict[bytes, Replaced] = {}
        fresh: dict[bytes, tuple[tuple[int, int], ...]] = {}
        for path, content in record.programs:
            fresh[path] = (*(written.get(path) or written.get(_other_spelling(path), ())), (content, layer))
            others = tuple(at for other, at in fresh[path] if other != content)
            if others:
                layers = tuple(at for other, at in fresh[path] if other == content)
                replaced[path] = Replaced(layers=layers, others=others)
        written |= fresh
        if replaced:
            facts = {one.path: one.facts for one in record.readings if one.path in replaced and one.reader == reader}
            more = (
                Reading(path=path, reader=reader, facts=(*facts.get(path, ()), fact)) for path, fact in replaced.items()
            )
            done.append(msgspec.structs.replace(record, readings=(*record.readings, *more)))
        else:
            done.append(record)
    return done


def _other_spelling(path: bytes) -> bytes:
    """The path with or without the /usr that it was merged into."""
    return path[4:] if path[:4] == b"usr/" else b"usr/" + path


def _removed(versions: tuple[FileVersion, ...], layer: int) -> tuple[FileVersion, ...]:
    """Mark a file as gone, as far as its reader can tell, because no link leads to it any more."""
    kept = tuple(version for version in versions if version.layer != layer)
    return (*kept, FileVersion(layer=layer, facts=None))
