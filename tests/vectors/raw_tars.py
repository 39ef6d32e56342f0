"""Tar archives made header by header, lies included, and the file that holds them with what real engines made of them.

An archive is a list of blocks to write: `Block` says what each field may hold. It is the upper of two layers; the lower
one, `BELOW`, is always the same. Answers are as in `tests.vectors.layer_stacks`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.image.layers.builders import tar
from tests.vectors.layer_stacks import Tree

HERE = Path(__file__).resolve().parent / "tars"
PLACES = ("lib/db/status", "a/package.json", "b/package.json", "a/b/package.json", "db/status", "lib/package.json")
BELOW = tar([(path, f"below {path}".encode()) for path in PLACES[:3]])

Block = Mapping[str, Any]
"""``flag``, ``name``, ``link``, ``data`` (text), ``form`` (a key of `_MAGIC`), ``prefix``, ``size`` (the field's text),
``patch`` (offset → text, before the checksum), ``sum`` (the checksum's text), ``pax`` (records as pairs, the data),
``raw`` (these bytes and nothing else), ``zeros`` (so many of them and nothing else). All text is Latin-1.
"""
_MAGIC = {"ustar": b"ustar\x0000", "gnu": b"ustar  \0", "v7": bytes(8), "star": b"ustar\x0000"}


@dataclass(frozen=True)
class Archive:
    """The blocks, and what each engine made of them: None where it refused them."""

    name: str
    blocks: Sequence[Block]
    answers: Mapping[str, Tree | None]


def written(blocks: Sequence[Block]) -> bytes:
    """The archive's bytes."""
    return b"".join(map(_block, blocks))


def _block(block: Block) -> bytes:
    if "raw" in block:
        return bytes(block["raw"].encode("latin-1"))
    if "zeros" in block:
        return bytes(block["zeros"])
    data = records(block["pax"]) if "pax" in block else block.get("data", "").encode("latin-1")
    form = block.get("form", "ustar")
    header = bytearray(512)

    def put(at: int, text: bytes | str) -> None:
        raw = text.encode("latin-1") if isinstance(text, str) else text
        header[at : at + len(raw)] = raw

    put(0, block.get("name", ""))
    put(100, b"0000644\x000000000\x000000000\0")
    put(124, block.get("size", f"{len(data):011o}\0"))
    put(136, b"00000000001\0")
    put(156, block.get("flag", "0"))
    put(157, block.get("link", ""))
    put(257, _MAGIC[form])
    put(345, block.get("prefix", ""))
    if form == "star":
        put(476, b"00000000001 00000000001 ")
        put(508, b"tar\0")
    for at, text in block.get("patch", {}).items():
        put(int(at), text)
    header[148:156] = b" " * 8
    put(148, block.get("sum", f"{sum(header):06o}\0 "))
    return bytes(header) + data + bytes(-len(data) % 512)


def records(pairs: Sequence[Sequence[str]]) -> bytes:
    """PAX records; a pair without a key is taken as it is."""
    return b"".join(_record(*pair) if pair[0] else pair[1].encode("latin-1") for pair in pairs)


def _record(key: str, value: str) -> bytes:
    rest = f" {key}={value}\n".encode("latin-1")
    size = len(rest)
    while len(str(size)) + len(rest) != size:
        size = len(str(size)) + len(rest)
    return str(size).encode() + rest


def load() -> list[Archive]:
    """The archives, with an answer for each engine."""
    found = json.loads((HERE / "headers.json").read_text())
    return [
        Archive(
            one["name"],
            one["blocks"],
            {engine: answer["tree"] for answer in one["answers"] for engine in answer["engines"]},
        )
        for one in found
    ]


def save(archives: Sequence[Archive]) -> None:
    """Write them, an archive on a line; equal answers are written once."""
    HERE.mkdir(exist_ok=True)
    (HERE / "headers.json").write_text("[\n" + ",\n".join(map(_line, archives)) + "\n]\n")


def _line(one: Archive) -> str:
    grouped: dict[str, list[str]] = {}
    for engine, tree in sorted(one.answers.items()):
        grouped.setdefault(json.dumps(tree, sort_keys=True), []).append(engine)
    answers = [{"engines": engines, "tree": json.loads(tree)} for tree, engines in grouped.items()]
    return json.dumps({"name": one.name, "blocks": one.blocks, "answers": answers}, separators=(",", ":"))


# -- making them

Make = Callable[[random.Random, str, str], list[Block]]
"""A file at the first path, with something about its headers; the second path is another one that is looked at."""

END: Block = {"zeros": 1024}
_JUNK = ("", "0", "-1", "x", "5 5", "1_0", "+5", "0x5", "9" * 30, "1.5", " 5", "5 ", "٣".encode().decode("latin-1"))


def _file(path: str, content: str = "above", **fields: Any) -> Block:
    return {"name": path, "data": content, **fields}


def _pax(*pairs: Sequence[str], flag: str = "x", name: str = "PaxHeaders/x", **fields: Any) -> Block:
    return {"flag": flag, "name": name, "pax": [list(pair) for pair in pairs], **fields}


def _long(path: str, flag: str = "L") -> Block:
    return {"flag": flag, "name": "././@LongLink", "data": path + "\0", "form": "gnu"}


def _plain(rng: random.Random, here: str, _other: str) -> list[Block]:
    return [_file(here, form=rng.choice(list(_MAGIC)), flag=rng.choice("00\0"))]


def _extended(rng: random.Random, here: str, other: str) -> list[Block]:
    """Headers that name the next member, in any order."""
    headers = [
        _pax(("path", here)),
        _pax(("path", other)),
        _pax(("mtime", "1")),
        _pax(("mtime", "1.5"), ("path", here)),
        _pax(("path", "")),
        _pax(("path", other), ("path", here)),
        _pax(("comment", "x"), ("uname", "u")),
        _pax(),
        _long(here),
        _long(other),
        _long(""),
        _pax(("path", here), flag="g"),
        _pax(("path", other), flag="g", name=other),
        _pax(("size", "0"), flag="g"),
        _pax(("mtime", "2"), flag="g"),
        _pax(("path", here), flag="X"),
    ]
    chosen = rng.choices(headers, [6, 6, 4, 4, 2, 2, 3, 1, 6, 4, 1, 4, 2, 3, 3, 1], k=rng.randrange(1, 4))
    return [*chosen, _file(rng.choice((here, other, "foo")))]


def _sizes(rng: random.Random, here: str, other: str) -> list[Block]:
    data = "a" * 520
    size = rng.choice(("520", "0", "512", "1024", "5", "521", *_JUNK))
    header = _pax(("size", size), flag=rng.choice("xxxg"))
    return [header, _file(here, data, size=rng.choice(("00000001010\0", "00000000000\0"))), _file(other)]


def _sparse(rng: random.Random, here: str, other: str) -> list[Block]:
    name = rng.choice(([], [("GNU.sparse.name", other)], [("GNU.sparse.name", here)]))
    path = rng.choice(([], [("path", here)], [("path", other)]))
    size = rng.choice(([("GNU.sparse.realsize", "20")], [("GNU.sparse.size", "20")], [("GNU.sparse.size", "x")], []))
    lists = ("0,5", "15,5", "0,2,3,3", "0,5,20,0", "", "0", "0,-1", "5,5,0,5", "0,50", "0,4", "0,6", "0,5,", "0,0")
    pairs = rng.choice(lists)
    version = rng.choice(("0.0", "0.1", "0.1", "1.0", "1.0", "1.1", "guess", "name"))
    head = [list(pair) for pair in (*name, *path, *size)]
    if version == "name":
        return [_pax(*name, *path), _file(rng.choice((here, "foo")))]
    major, _, minor = version.partition(".")
    told = [] if version == "guess" else [("GNU.sparse.major", major), ("GNU.sparse.minor", minor)]
    numbers = pairs.split(",")
    content = "above"
    if version != "1.0" and rng.randrange(6):
        told.append(("GNU.sparse.numblocks", rng.choice((*[str(len(numbers) // 2)] * 6, "0", "x"))))
    if version == "0.0":
        keys = ("GNU.sparse.offset", "GNU.sparse.numbytes")
        told += [(keys[place % 2], number) for place, number in enumerate(numbers)]
    elif version == "1.0":
        text = "\n".join((str(len(numbers) // 2), *numbers, ""))
        content = text.ljust(512, "\0") + content
        content = rng.choice((content, content, text, text + "\0" * 600))
    else:
        told.append(("GNU.sparse.map", pairs))
    return [_pax(*head, *told), _file("foo", content, flag=rng.choice("000007"))]


def _old_sparse(rng: random.Random, here: str, _other: str) -> list[Block]:
    patch = {"386": "00000000000\x0000000000005\0", "483": "00000000024\0"}
    return [_file(here, flag="S", form=rng.choice(("gnu", "ustar")), patch=patch)]


def _damaged(rng: random.Random, here: str, _other: str) -> list[Block]:
    """Records and numbers that nobody writes."""
    key = rng.choice(("mtime", "atime", "ctime", "uid", "gid", "size", "comment", "SCHILY.xattr.user.x", "uname"))
    value = rng.choice((*_JUNK, "1.", ".5", "-1.5", "1.5x", "1.9999999999999", "1\x002"))
    raw = rng.choice(("5 x\n", "99 path=w\n", "path=w\n", "0 path=w\n", "-1 path=w\n", "6 =ab\n", "9 a=b\nc=d\n",
                      "7 a=bc\0", "6 a=b \n", "11 pa\0th=w\n", "10 path=w\n", " 9 path=w\n", "09 path=w\n", "+9 path=w\n"))  # fmt: skip
    header = rng.choice(
        (_pax((key, value)), _pax(("", raw)), _pax(("path", here + "\0x")), _pax(("path", here), ("", raw)))
    )
    return [{**header, "flag": rng.choice("xxxxg")}, _file(here)]


def _numbers(rng: random.Random, here: str, _other: str) -> list[Block]:
    at, width = rng.choice(((100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (329, 8), (337, 8)))
    value = rng.choice(("5", "  5 ", "5\0x", "5 5", "5\x005", "8", "x", "-5", "+5", "1_0", "0o5", "\0\x005", "\t5", ""))
    binary = rng.choice(("\x80" + "\0" * (width - 2) + "\5", "\xff" * width, "\x80" + "\xff" * (width - 1)))
    text = rng.choice((value.ljust(width, "\0"), value.rjust(width), value.rjust(width, "0"), binary))
    return [_file(here, form=rng.choice(list(_MAGIC)), patch={str(at): text[:width]})]


def _flags(rng: random.Random, here: str, other: str) -> list[Block]:
    flag = rng.choice("01234567\0\0ADMNVXZ ")
    name = here + rng.choice(("", "", "/", "/x/"))
    return [_file(name, rng.choice(("", "above")), flag=flag, link=other), _file("db/package.json")]


def _prefixes(rng: random.Random, here: str, _other: str) -> list[Block]:
    folder, _, last = here.rpartition("/")
    prefix = rng.choice(
        (folder, folder, "00000000001\x0000000000002\0", "x" * 131, "lib", folder + "é".encode().decode("latin-1"))
    )
    return [_file(rng.choice((last, here)), form=rng.choice(list(_MAGIC)), prefix=prefix)]


def _links(rng: random.Random, here: str, other: str) -> list[Block]:
    flag = rng.choice("12")
    away = "/" + other if flag == "2" else other
    headers = [
        _pax(("linkpath", away)),
        _pax(("linkpath", "")),
        _long(away, "K"),
        _pax(("linkpath", "nowhere")),
        _long("", "K"),
    ]
    link = {
        "name": here,
        "flag": flag,
        "link": rng.choice((away, away, "")),
        "size": rng.choice(("", "00000000005\0", "\xff" * 12)),
    }
    return [_file(other), *rng.choices(headers, k=rng.randrange(1, 3)), link]


def _whiteouts(rng: random.Random, here: str, other: str) -> list[Block]:
    folder = rng.choice((here, other)).rpartition("/")[0]
    last = here.rpartition("/")[2]
    name = rng.choice(
        (".wh.", ".wh..", ".wh...", f".wh.{last}", ".wh..wh..opq", ".wh..wh.x", ".wh.../x", ".wh.x/y", f".wh.{last}/")
    )
    at = rng.choice((f"{folder}/{name}", f"{folder}/{name}", name))
    mark = _file(at, "", flag=rng.choice("00005271Z"))
    by = rng.choice(
        ([mark], [mark], [_pax(("path", at)), {**mark, "name": "foo"}], [_long(at), {**mark, "name": "foo"}])
    )
    return [*by, _file("db/package.json")]


def _names(rng: random.Random, here: str, other: str) -> list[Block]:
    name = rng.choice(("./", "/", "//", "a/../", "../", "./../", "a/./", "a//../")) + here
    name = rng.choice((name, name, here + "//", here + "/.", here + "\0x", "", ".", "./", "..", "/"))
    return [_file(name, flag=rng.choice("0005")), _file(other)]


def _ends(rng: random.Random, here: str, other: str) -> list[Block]:
    whole = [_file(here), {"zeros": 512}, _file(other)]
    signed = _file(here, patch={"300": "\xe9"})
    total = sum(_block(signed)[:148]) + sum(_block(signed)[156:512]) + 256
    return rng.choice((
        whole,
        [whole[0]],
        [whole[0], {"zeros": 512}],
        [whole[0], END, whole[2]],
        [whole[0], {"zeros": 100}],
        [whole[0], {"raw": "x" * 100}],
        [whole[2], {"raw": written([whole[0]])[:515].decode("latin-1")}],
        [whole[2], {"raw": written([whole[0]])[:520].decode("latin-1")}],
        [{**signed, "sum": f"{total - 256:06o}\0 "}],
        [{**signed, "sum": f"{total:o}".rjust(7) + "\0"}],
        [{**signed, "sum": f"{total:08o}"}],
        [_file(here, sum="0000000\0")],
        [whole[2], _pax(("path", here))],
        [whole[2], _long(here), END],
        [],
    ))  # fmt: skip


KINDS: Mapping[str, tuple[Make, int]] = {
    "plain": (_plain, 20),
    "extended": (_extended, 150),
    "sizes": (_sizes, 50),
    "sparse": (_sparse, 110),
    "old sparse": (_old_sparse, 6),
    "damaged": (_damaged, 90),
    "numbers": (_numbers, 90),
    "flags": (_flags, 60),
    "prefixes": (_prefixes, 40),
    "links": (_links, 40),
    "whiteouts": (_whiteouts, 70),
    "names": (_names, 50),
    "ends": (_ends, 30),
}


def generate() -> Iterator[Archive]:
    """All of them, none twice."""
    for kind, (make, count) in KINDS.items():
        rng, seen = random.Random(f"tar {kind}"), set[str]()
        for number in range(count):
            here, other = rng.sample(PLACES, 2)
            blocks = make(rng, here, other)
            if kind != "ends":
                blocks = [*blocks, END]
            key = json.dumps(blocks, sort_keys=True)
            if key not in seen:
                seen.add(key)
                yield Archive(f"{kind} {number}", json.loads(json.dumps(blocks)), {})
