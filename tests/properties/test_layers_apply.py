"""Law: what is read of layers equals what a real file system holds after they were applied to it."""

from __future__ import annotations

import fnmatch
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.image.layers.builders import Entry, Seeing, folder, link, live, read, tar

PARTS = ("a", "b", "db", "lib")
NAMES = (*PARTS, "status", "package.json")
paths = st.lists(st.sampled_from(PARTS), min_size=0, max_size=2).flatmap(
    lambda head: st.sampled_from(NAMES).map(lambda last: "/".join([*head, last]))
)
targets = st.one_of(paths, paths.map(lambda path: "/" + path), paths.map(lambda path: "../" + path), st.just(".."))


def whiteout(path: str) -> Entry:
    head, _, last = path.rpartition("/")
    return Entry(f"{head}/.wh.{last}" if head else f".wh.{last}")


entries = st.one_of(
    st.tuples(paths, st.binary(min_size=1, max_size=3)).map(lambda pair: Entry(*pair)),
    paths.map(folder),
    st.builds(link, paths, targets),
    paths.map(whiteout),
    paths.map(lambda path: Entry(path + "/.wh..wh..opq")),
)


def distinct(layer: list[Entry]) -> list[Entry]:
    """A layer as builders write it: each path once, and no path below one that is no folder."""
    leaves = {entry.path for entry in layer if entry.kind != tarfile.DIRTYPE and ".wh." not in entry.path}
    seen: set[str] = set()
    kept = []
    for entry in layer:
        above = {entry.path.rsplit("/", depth)[0] for depth in range(1, entry.path.count("/") + 1)}
        if entry.path not in seen and not above & leaves:
            seen.add(entry.path)
            kept.append(entry)
    return kept


layers = st.lists(st.lists(entries, max_size=6).map(distinct), min_size=1, max_size=4)


class Impossible(Exception):
    """No engine applies these layers: links in a loop, or a member below what is no folder."""


class Disk:
    """A folder to which layers are applied with the system's own calls, paths resolved within it."""

    def __init__(self, root: str) -> None:
        self.root = root

    def resolve(self, path: str, *, last: bool = False) -> str:
        waiting, done, hops = path.split("/")[::-1], [], 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del done[-1:]
                continue
            here = os.path.join(self.root, *done, part)
            if os.path.islink(here) and (waiting or last):
                hops += 1
                if hops > 40:
                    raise Impossible
                target = os.readlink(here)
                if target.startswith("/"):
                    done.clear()
                waiting.extend(target.split("/")[::-1])
            else:
                done.append(part)
        return os.path.join(self.root, *done)

    def remove(self, place: str) -> None:
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place)
        elif os.path.lexists(place):
            os.unlink(place)

    def make_parents(self, place: str) -> None:
        above = os.path.dirname(place)
        missing = []
        while above != self.root and not os.path.isdir(above):
            missing.append(above)
            above = os.path.dirname(above)
        for one in reversed(missing):
            if os.path.lexists(one):
                raise Impossible
            os.mkdir(one)

    def apply(self, layer: list[Entry]) -> None:
        hiding = [entry for entry in layer if "/.wh." in "/" + entry.path]
        for entry in hiding:
            head, _, last = entry.path.rpartition("/")
            if last == ".wh..wh..opq":
                place = self.resolve(head, last=True)
                if os.path.isdir(place):
                    for name in os.listdir(place):
                        self.remove(os.path.join(place, name))
            else:
                self.remove(self.resolve(f"{head}/{last[4:]}"))
        for entry in layer:
            if entry not in hiding:
                self.write(entry)

    def write(self, entry: Entry) -> None:
        place = self.resolve(entry.path)
        if place == self.root:
            return
        if os.path.islink(place) and os.path.relpath(place, self.root) != entry.path.strip("/"):
            raise Impossible  # a name that leads through links onto a link: no builder spells a path so
        self.make_parents(place)
        if entry.kind == tarfile.DIRTYPE:
            if not os.path.isdir(place) or os.path.islink(place):
                self.remove(place)
                os.mkdir(place)
            return
        self.remove(place)
        if entry.kind == tarfile.SYMTYPE:
            os.symlink(entry.target, place)
        else:
            Path(place).write_bytes(entry.data)

    def wanted(self) -> dict[str, bytes]:
        """Files that a scan wants: the fixed path wherever links lead, and every ``package.json``."""
        found: dict[str, bytes] = {}
        for where, folders, names in os.walk(self.root):
            for name in (*folders, *names):  # a link counts as a folder where its target is one on this machine
                path = os.path.relpath(os.path.join(where, name), self.root)
                if fnmatch.fnmatch(name, "package.json"):
                    self._add(found, path)
        self._add(found, "lib/db/status")
        return found

    def _add(self, found: dict[str, bytes], path: str) -> None:
        place = self.resolve(path, last=True)
        if os.path.isfile(place) and not os.path.islink(place):
            found[path] = Path(place).read_bytes()


@examples(400)
@given(layers)
def test_reading_layers_equals_applying_them(image):
    with tempfile.TemporaryDirectory() as root:
        disk = Disk(root)
        try:
            for layer in image:
                disk.apply(layer)
            expected = disk.wanted()
        except Impossible:
            return
        files = read(*(tar(layer) for layer in image), reader=Seeing("lib/db/status", "**/package.json"))
        found = live(files)
        aliases = {path: os.path.relpath(disk.resolve(path, last=True), root) for path in expected}
        missing = {
            path: data
            for path, data in expected.items()
            if found.get(path, found.get(aliases[path])) != data.decode("latin-1")
        }
        assert not missing, (found, files.gaps)
        invented = {path for path in found if path not in expected and path not in aliases.values()}
        told = any("something else in its place" in gap.reason for gap in files.gaps)
        assert told or not invented, (expected, files)
