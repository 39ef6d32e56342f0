"""Stacks of layers, and the file that holds them with what real engines made of them.

An entry is a list: ``["f", path]`` a file (its content is its place: layer and number), ``["d", path]`` a folder,
``["l", path, target]`` a symbolic link, ``["h", path, target]`` a hard link. A whiteout is a file with a whiteout's name.
A tree is what an engine's container has: path → ``d``, ``f`` and the content, or ``l`` and the target.
"""

from __future__ import annotations

import json
import random
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.unit.image.layers.builders import Entry, tar

HERE = Path(__file__).resolve().parent / "layers"
KINDS = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "h": tarfile.LNKTYPE}
PARTS = ("a", "b", "db", "lib")
NAMES = (*PARTS, "status", "package.json")

Layer = Sequence[Sequence[str]]
Tree = Mapping[str, str]


@dataclass(frozen=True)
class Stack:
    """Layers, the lowest first, and what each engine made of them: None where it refused them."""

    name: str
    layers: Sequence[Layer]
    answers: Mapping[str, Tree | None]


def archives(layers: Sequence[Layer]) -> list[bytes]:
    """Each layer as a tar archive."""
    return [
        tar(_entry(f"{number}.{place}", *fields) for place, fields in enumerate(layer))
        for number, layer in enumerate(layers)
    ]


def _entry(content: str, kind: str, path: str, target: str = "") -> Entry:
    data = content.encode() if kind == "f" and "/.wh." not in f"/{path}" else b""
    return Entry(path, data, KINDS[kind], target)


def load(family: str) -> list[Stack]:
    """The stacks of a file, with an answer for each engine."""
    found = json.loads((HERE / f"{family}.json").read_text())
    return [
        Stack(
            one["name"],
            one["layers"],
            {engine: answer["tree"] for answer in one["answers"] for engine in answer["engines"]},
        )
        for one in found
    ]


def save(family: str, stacks: Sequence[Stack]) -> None:
    """Write them, a stack on a line; equal answers are written once."""
    (HERE / f"{family}.json").write_text("[\n" + ",\n".join(_line(one) for one in stacks) + "\n]\n")


def _line(stack: Stack) -> str:
    grouped: dict[str, list[str]] = {}
    for engine, tree in sorted(stack.answers.items()):
        grouped.setdefault(json.dumps(tree, sort_keys=True), []).append(engine)
    answers = [{"engines": engines, "tree": json.loads(tree)} for tree, engines in grouped.items()]
    document = {"name": stack.name, "layers": stack.layers, "answers": answers}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


# -- making them


def _path(rng: random.Random) -> str:
    folders = [rng.choice(PARTS) for _ in range(rng.randrange(3))]
    return "/".join([*folders, rng.choice(NAMES)])


def _target(rng: random.Random) -> str:
    return rng.choice(("", "", "/", "../")) + _path(rng) if rng.randrange(5) else ".."


def _fields(rng: random.Random, *, hard: bool) -> list[str]:
    path, kind = _path(rng), rng.choices("fdlwoh", (6, 2, 3, 3, 1, 2 if hard else 0))[0]
    head, _, last = path.rpartition("/")
    if kind == "w":
        return ["f", f"{head}/.wh.{last}" if head else f".wh.{last}"]
    if kind == "o":
        return ["f", f"{path}/.wh..wh..opq"]
    if kind == "l":
        return ["l", path, _target(rng)]
    if kind == "h":
        return ["h", path, _path(rng)]
    return [kind, path]


def _once(layer: Layer) -> list[Sequence[str]]:
    """Each path once, and none below what is no folder."""
    leaves = {path for kind, path, *_ in layer if kind != "d" and "/.wh." not in f"/{path}"}
    return list({fields[1]: fields for fields in layer if not leaves & set(_above(fields[1]))}.values())


def _above(path: str) -> list[str]:
    """The folders in which a path lies."""
    return [path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)]


def _hidden(path: str) -> str:
    """What a whiteout hides; nothing for other paths and for the mark of an opaque folder."""
    head, _, last = path.rpartition("/")
    hides = last.startswith(".wh.") and last != ".wh..wh..opq"
    return f"{head}/{last[4:]}".lstrip("/") if hides else ""


def _as_built(layer: Layer) -> list[Sequence[str]]:
    """As builders write it: sorted, with all folders, and without whiteouts of what the layer itself has."""
    kept = {fields[1]: fields for fields in _once(layer)}
    there = {path for path in kept if not _hidden(path)}
    there |= {folder for path in kept for folder in _above(path)}
    kept = {path: fields for path, fields in kept.items() if _hidden(path) not in there}
    folders = {folder: ("d", folder) for path in kept for folder in _above(path)}
    return [list(fields) for _, fields in sorted({**folders, **kept}.items(), key=lambda one: one[0].split("/"))]


_SHAPES = {"built": _as_built, "loose": _once, "wild": list}


def generate(family: str, count: int) -> Iterator[Stack]:
    """``built``: layers as builders write them. ``loose``: without folders' entries, in any order. ``wild``: hard links too,
    and paths twice or below files.
    """
    rng = random.Random(f"layers {family}")
    for number in range(count):
        layers = [
            _SHAPES[family]([_fields(rng, hard=family == "wild") for _ in range(rng.randrange(7))])
            for _ in range(rng.randrange(1, 5))
        ]
        yield Stack(f"{family} {number}", layers, {})


P = "a/lib/package.json"
NAMED: Mapping[str, Sequence[Layer]] = {
    "a whiteout without a name": [[["f", P]], [["f", "a/.wh."]]],
    "a whiteout without a name at the root": [[["f", P]], [["f", ".wh."]]],
    "a whiteout of its own folder": [[["f", P]], [["f", "a/lib/.wh.."]]],
    "a whiteout of the folder above": [[["f", P]], [["f", "a/lib/.wh..."]]],
    "a file over the folder that a link of it leads to": [
        [["f", "lib/package.json"], ["l", "lib/a", ".."]], [["f", "lib/a/lib"]],
    ],
    "a whiteout of a file": [[["f", P], ["f", "a/b"]], [["f", "a/lib/.wh.package.json"]]],
    "a whiteout of a folder": [[["f", P], ["f", "b"]], [["f", ".wh.a"]]],
    "a whiteout of nothing": [[["f", P]], [["f", "a/.wh.nothing"]]],
    "a whiteout and the same file after it": [[["f", P]], [["f", "a/lib/.wh.package.json"], ["f", P]]],
    "a file and a whiteout of it after it": [[["f", P]], [["f", P], ["f", "a/lib/.wh.package.json"]]],
    "a whiteout through a link": [[["f", P], ["l", "b", "a"]], [["f", "b/lib/.wh.package.json"]]],
    "a whiteout of a link": [[["f", P], ["l", "b", "a"]], [["f", ".wh.b"]]],
    "an opaque folder": [[["f", P], ["f", "a/b"]], [["f", "a/.wh..wh..opq"], ["f", "a/db"]]],
    "an opaque folder, marked last": [[["f", P], ["f", "a/b"]], [["f", "a/db"], ["f", "a/.wh..wh..opq"]]],
    "an opaque folder below": [[["f", P], ["f", "a/b"]], [["f", "a/lib/.wh..wh..opq"]]],
    "an opaque link": [[["f", P], ["l", "b", "a"]], [["f", "b/.wh..wh..opq"]]],
    "an opaque root": [[["f", P]], [["f", ".wh..wh..opq"], ["f", "b"]]],
    "a file over a folder": [[["f", P]], [["f", "a"]]],
    "a folder over a file": [[["f", "a"]], [["d", "a"], ["f", P]]],
    "a folder over a folder": [[["f", P]], [["d", "a"]]],
    "a link over a folder": [[["f", P], ["d", "b"]], [["l", "a", "b"]]],
    "a folder over a link": [[["f", P], ["l", "b", "a"]], [["d", "b"], ["f", "b/status"]]],
    "a file through a link to a folder": [[["d", "a"], ["l", "b", "a"]], [["f", "b/package.json"]]],
    "a file through an absolute link": [[["d", "a"], ["l", "b", "/a"]], [["f", "b/package.json"]]],
    "a file below a file of a layer below": [[["f", "a"]], [["f", P]]],
    "a file below a file of its own layer": [[["f", "a"], ["f", P]]],
    "a file without its folders": [[["f", P]]],
    "a path twice": [[["f", P], ["f", P]]],
    "a file and then a link in its place": [[["f", "b/package.json"], ["f", P], ["l", P, "../../b/package.json"]]],
    "a hard link": [[["f", P], ["h", "b", P]]],
    "a hard link to a layer below": [[["f", P]], [["h", "b/package.json", P]]],
    "a hard link to what is replaced above": [[["f", P], ["h", "b/package.json", P]], [["f", P]]],
    "a hard link before its target": [[["h", "b/package.json", P], ["f", P]]],
    "a hard link to a link": [[["f", P], ["l", "b", P], ["h", "db/package.json", "b"]]],
    "a hard link to nothing": [[["h", "b", "a"]]],
    "links in a circle": [[["l", "a", "b"], ["l", "b", "a"]], [["f", "a/package.json"]]],
    "a link that leads out": [[["l", "a", "../../../b"], ["f", "b/package.json"]]],
    "a path that leads out": [[["f", "../../b/package.json"]]],
    "an absolute path": [[["f", "/b/package.json"]]],
    "a path with dots": [[["f", "./b/./package.json"], ["f", "a/../db/package.json"]]],
    "bookkeeping of aufs": [[["f", P]], [["d", ".wh..wh.plnk"], ["f", ".wh..wh.plnk/b"], ["f", ".wh..wh.aufs"]]],
    "an empty layer between": [[["f", P]], [], [["f", "a/lib/.wh.package.json"]]],
    "gone and there again": [[["f", P]], [["f", ".wh.a"]], [["f", P]]],
}  # fmt: skip
