"""The part of a root file system that a scan needs: layers are applied to it as containerd would.

It holds only *interesting* paths: those that readers want, those that whiteouts name, and the folders and links above
them. A path that is not here is treated as a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.image import FileVersion
from garboard.model.package import Fact

FOLDER: Final = 0
LEAF: Final = 1
LINK: Final = 2


class LinkLoop(ValueError):
    """More symbolic links on one path than may be followed, or longer ones; the text names the limit."""


class Node:
    """A folder, a leaf or a link; ``live`` holds the readers' current facts, ``versions`` all that they ever had.

    ``layer`` is the one that made a link.
    """

    __slots__ = ("children", "kind", "layer", "live", "target", "versions")

    def __init__(self, kind: int = FOLDER) -> None:
        self.kind = kind
        self.target = b""
        self.layer = -1
        self.children: dict[bytes, Node] = {}
        self.live: dict[str, tuple[Fact, ...]] = {}
        self.versions: dict[str, list[FileVersion]] = {}


def split(path: bytes) -> list[bytes]:
    """Split into components; none for the root."""
    return path.split(b"/") if path else []


class Root:
    """The tree. Layers are applied lowest first; ``layer`` in every method counts from 0."""

    def __init__(self, hops: int, target_bytes: int) -> None:
        """Follow so many links on one path, whose targets have so many bytes in all."""
        self.top = Node()
        self.steps = 0
        """Components of paths and of targets that `resolve` looked at."""
        self._hops = hops
        self._target_bytes = target_bytes

    def resolve(self, path: bytes, *, last: bool = False, layer: int | None = None) -> list[bytes]:
        """Resolve the symbolic links in the path's folders, and in its last component too if ``last``.

        With ``layer`` only the links that this layer made are followed, as while it is unpacked: engines unpack each layer
        into a folder of its own and lay these over each other.

        Raises:
            LinkLoop: There are too many links.
        """
        waiting = split(path)[::-1]
        done: list[bytes] = []
        at: list[Node | None] = [self.top]  # the nodes at ``done`` and above; None where the tree has none
        hops = followed = 0
        while waiting:
            self.steps += 1
            part = waiting.pop()
            if part in (b"", b"."):
                continue
            if part == b"..":
                del done[-1:]
                del at[max(1, len(at) - 1) :]
                continue
            folder = at[-1]
            node = folder.children.get(part) if folder is not None else None
            if node is None or node.kind != LINK or not (waiting or last) or layer not in (None, node.layer):
                done.append(part)
                at.append(node)
                continue
            hops += 1
            followed += len(node.target)
            if hops > self._hops:
                raise LinkLoop(f"more than {self._hops} symbolic links on one path, the limit")
            if followed > self._target_bytes:
                raise LinkLoop(f"symbolic links on one path with more than {self._target_bytes} bytes, the limit")
            if node.target[:1] == b"/":
                done.clear()
                del at[1:]
            waiting.extend(node.target.split(b"/")[::-1])
        return done

    def find(self, parts: list[bytes]) -> Node | None:
        """Return the node at exactly this place."""
        node: Node | None = self.top
        for part in parts:
            if node is None:
                return None
            node = node.children.get(part)
        return node

    def _folder(self, parts: list[bytes], layer: int) -> Node:
        """Return the folder at this place, created with those above it; anything in the way of a folder is removed."""
        node = self.top
        for part in parts:
            child = node.children.get(part)
            if child is None:
                child = node.children[part] = Node()
            elif child.kind != FOLDER:
                self._clear(child, layer)
            node = child
        return node

    def _make(self, parts: list[bytes], layer: int) -> Node:
        """Return the node at this place, created with the folders above it."""
        return self._folder(parts[:-1], layer).children.setdefault(parts[-1], Node()) if parts else self.top

    def put(self, parts: list[bytes], kind: int, target: bytes, layer: int) -> None:
        """Write a member of this kind; everything else here is removed, except the content of a folder under a folder."""
        node = self._make(parts, layer)
        if kind == FOLDER and node.kind == FOLDER and not node.live:
            return
        if parts:
            self._clear(node, layer)
            node.kind, node.target, node.layer = kind, target, layer

    def write(self, parts: list[bytes], reader: str, facts: tuple[Fact, ...], layer: int) -> None:
        """Write a file that a reader wanted."""
        node = self._make(parts, layer)
        node.kind = LEAF
        node.live[reader] = facts
        self._note(node, reader, FileVersion(layer=layer, facts=facts))

    def hide(self, parts: list[bytes], layer: int, *, content_only: bool = False) -> None:
        """Apply a whiteout: remove this node, or with ``content_only`` (an opaque folder) what is below it.

        Its folders are made like those of a file, since it lies in them.
        """
        if content_only:
            for child in self._folder(parts, layer).children.values():
                self._clear(child, layer)
        else:
            self._clear(self._make(parts, layer), layer)

    def _clear(self, node: Node, layer: int) -> None:
        """Clear a node and everything below it, keeping the history."""
        stack = [node]
        while stack:
            one = stack.pop()
            for reader in one.live:
                self._note(one, reader, FileVersion(layer=layer, facts=None))
            one.live.clear()
            one.kind, one.target = FOLDER, b""
            stack.extend(one.children.values())

    @staticmethod
    def _note(node: Node, reader: str, version: FileVersion) -> None:
        versions = node.versions.setdefault(reader, [])
        if versions and versions[-1].layer == version.layer:
            versions.pop()
        versions.append(version)

    def histories(self) -> Iterator[tuple[bytes, str, tuple[FileVersion, ...]]]:
        """Yield (path, reader, versions) of every file that a reader ever saw, sorted by path."""
        stack: list[tuple[bytes, Node]] = [(b"", self.top)]
        found: list[tuple[bytes, str, tuple[FileVersion, ...]]] = []
        while stack:
            path, node = stack.pop()
            found += [(path, reader, tuple(versions)) for reader, versions in node.versions.items()]
            stack.extend((path + b"/" + name if path else name, child) for name, child in node.children.items())
        found.sort(key=lambda item: item[:2])
        yield from found
