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
   is new. The result is a superset on purpose: which link counts in the end depends on the order of the layers, which
   step 3 knows.
2. *Extras.* A goal that a reader wants but that no glob covers was not passed to the reader when the layers were read.
   It goes into `Merger.extras`, and `garboard.image.layers.read` reads the layers once more with them, at most four
   times in all.
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
and `Limits.links_followed` for the paths that links add; exceeding one is a gap, never an error.

Limitations: it does not keep modes, owners, times or sizes, it does not know files that nobody requested, and it does
not follow a glob that begins with ``**/`` through links to folders, and it does not see that a layer puts a folder in a
file's place if it only writes what nobody wants below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from garboard.image.layers.globs import Extra, Matcher
from garboard.image.layers.names import unpack
from garboard.image.layers.reader import text
from garboard.image.layers.record import LayerRecord, Link, Reading
from garboard.image.layers.rootfs import FOLDER, LEAF, LINK, LinkLoop, Node, Root
from garboard.model.gap import Gap
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.limits import Limits
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


class Goal(NamedTuple):
    """A path that matters, and to whom: a reader's fixed path or folder (``last`` is its glob), or no specific reader."""

    path: bytes
    reader: str = ""
    last: str = ""
    asked: bytes = b""


class Merger:
    """Applies records, lowest layer first. Use it once."""

    def __init__(self, records: Sequence[LayerRecord], matcher: Matcher, limits: Limits) -> None:
        self._records = _with_replaced(records, matcher.programs)
        self._matcher = matcher
        self._limits = limits
        self._gaps: dict[Gap, None] = {}
        self._entries: list[list[TreeEntry]] = [[] for _ in records]
        self._root = Root(limits.link_hops)
        self.extras: tuple[Extra, ...] = ()
        """Paths that readers want because links lead there, and that have not been read yet."""

    def merge(self) -> Files:
        """Return the files. Check `extras` before using them: if there are any, read again with them."""
        goals = self._close(self._goals())
        self.extras = self._missing(goals)
        for index in range(len(self._records)):
            self._apply(index)
        for path in self._asked():
            self._resolve(path, last=True)  # links that lead nowhere are a gap
        histories = tuple(self._histories())
        gaps = tuple(gap for record in self._records for gap in record.gaps) + tuple(self._gaps)
        return Files(histories=histories, gaps=gaps)

    # -- what matters

    def _goals(self) -> set[Goal]:
        goals = {
            Goal(folder if "*" in last else (folder + b"/" if folder else b"") + last.encode(), reader,
                 last if "*" in last else "", (folder + b"/" if folder else b"") + last.encode())
            for folder, last, reader in self._matcher.fixed
        }  # fmt: skip
        for record in self._records:
            goals.update(Goal(reading.path) for reading in record.readings)
            goals.update(Goal(path) for path in (*record.whiteouts, *record.opaques, *record.others))
            for link in record.links:
                goals.update(Goal(link.path, reader, "", link.path) for reader in link.readers)
                if link.hard:
                    goals.add(Goal(link.target))
        return goals

    def _asked(self) -> Iterable[bytes]:
        """Yield what readers ask for by its path or as a link."""
        for folder, last, _ in self._matcher.fixed:
            yield folder if "*" in last else (folder + b"/" if folder else b"") + last.encode()
        for record in self._records:
            yield from (link.path for link in record.links if not link.hard)

    def _close(self, goals: set[Goal]) -> set[Goal]:
        """Return the goals and everything that links make of them; fill the entries of every layer at their paths."""
        known: set[bytes] = set()
        links: dict[bytes, set[bytes]] = {}
        fresh = set(goals)
        for _ in range(self._limits.link_hops):
            paths = {path for goal in goals for path in _above(goal.path)}
            if paths - known:
                known = paths
                links = self._look(known)
            more = {
                goal._replace(path=_join(path, target, goal.path[len(path) + 1 :]))
                for goal in fresh
                for path in _above(goal.path)
                if path in links
                for target in links[path]
            }
            fresh = {goal for goal in more if len(goal.path) <= self._limits.path_bytes} - goals
            if any(len(goal.path) > self._limits.path_bytes for goal in more):
                reason = (
                    f"they lead to a path of more than {self._limits.path_bytes} bytes, the limit: it was not followed"
                )
                self._gap("symbolic links", reason)
            if not fresh:
                return goals
            goals |= fresh
            if len(goals) > len(known) + self._limits.links_followed:
                break
        self._gap("symbolic links", f"they lead on and on: more than {self._limits.link_hops} were followed, the limit")
        return goals

    def _look(self, paths: set[bytes]) -> dict[bytes, set[bytes]]:
        """Search every layer's names for these paths; return the links among them, with every target they ever had."""
        fields = {mark + path for path in paths for mark in (b"f", b"d", b"l")}
        links: dict[bytes, set[bytes]] = {}
        for index, record in enumerate(self._records):
            entries = self._entries[index] = []
            for block in unpack(record.names):
                for at in [at for at, field in enumerate(block) if field in fields]:
                    field = block[at]
                    kind = _KINDS[field[0]]
                    entry = TreeEntry(field[1:], kind, block[at + 1][1:] if kind == LINK else b"")
                    entries.append(entry)
                    if kind == LINK:
                        links.setdefault(entry.path, set()).add(entry.target)
        return links

    def _missing(self, goals: set[Goal]) -> tuple[Extra, ...]:
        """Return the paths that links lead to and no glob covers."""
        have = set(self._matcher.extras)
        missing: dict[Extra, None] = {}
        for goal in sorted(goals):
            if not goal.reader or (not goal.last and goal.reader in self._matcher.readers(goal.path)):
                continue
            if goal.last and any(
                folder == goal.path and last == goal.last and reader == goal.reader
                for folder, last, reader in self._matcher.fixed
            ):
                continue
            missing[Extra(goal.path, goal.reader, goal.last, goal.asked)] = None
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
        except LinkLoop:
            self._gap(text(path), f"more than {self._limits.link_hops} symbolic links on one path, the limit")
            return path.split(b"/")

    def _histories(self) -> Iterable[FileHistory]:
        """Yield all files that count: a link's target only while the link leads there, and never a hard link's donor."""
        globs = self._matcher.with_extras(())
        extras = {(extra.path, extra.reader): extra for extra in self._matcher.extras if not extra.last}
        for path, reader, versions in self._root.histories():
            if reader == globs.programs or reader in globs.readers(path):
                yield FileHistory(reader=reader, path=text(path), versions=versions)
                continue
            extra = extras.get((path, reader)) or self._folder_extra(path, reader)
            if extra is None or extra.donor:
                continue
            asked = self._matcher.spelling(path, reader)
            reached = b"/".join(self._resolve(asked, last=True)) == path
            yield FileHistory(
                reader=reader,
                path=text(path),
                asked=text(asked),
                versions=versions if reached else _removed(versions, len(self._records) - 1),
            )

    def _folder_extra(self, path: bytes, reader: str) -> Extra | None:
        for extra in self._matcher.extras:
            if extra.last and extra.reader == reader and path.startswith(extra.path + b"/"):
                return extra
        return None

    def _gap(self, subject: str, reason: str) -> None:
        self._gaps[Gap(stage="image", subject=subject, reason=reason)] = None


def _with_replaced(records: Sequence[LayerRecord], reader: str) -> Sequence[LayerRecord]:
    """State of each program that was another in a lower layer that it is `Replaced`."""
    last: dict[bytes, int] = {}
    done = []
    for record in records:
        replaced = {path for path, content in record.programs if last.get(path, content) != content}
        if replaced:
            facts = {one.path: one.facts for one in record.readings if one.path in replaced and one.reader == reader}
            more = (Reading(path=path, reader=reader, facts=(*facts.get(path, ()), Replaced())) for path in replaced)
            done.append(msgspec.structs.replace(record, readings=(*record.readings, *more)))
        else:
            done.append(record)
        last.update(record.programs)
    return done


def _removed(versions: tuple[FileVersion, ...], layer: int) -> tuple[FileVersion, ...]:
    """Mark a file as gone, as far as its reader can tell, because no link leads to it any more."""
    kept = tuple(version for version in versions if version.layer != layer)
    return (*kept, FileVersion(layer=layer, facts=None))
