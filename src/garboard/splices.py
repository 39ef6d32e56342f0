"""Replaces parts of a file; every byte outside them stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from garboard.model.fix import AlreadyAsked, CannotEdit, NotNamed, Splice

_MOST_PLACES: Final = 20
LARGEST: Final = 1024 * 1024
"""Bytes of a file that is edited."""
_UNUSUAL: Final = re.compile("[\\0\\v\\f\x1c-\x1e\x85\u2028\u2029]|\\r(?!\\n)")
"""What may end a line besides line feeds."""

_Pairs = tuple[tuple[str, Any], ...]


class _Object(tuple[tuple[str, Any], ...]):
    """An object of a JSON document, which a list is not."""

    __slots__ = ()


Reading = Callable[[bytes], tuple[object, object]]
"""What a file says in the part that is to change, and all the rest of what it says; a `ValueError` if it cannot be read."""


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with all splices applied, whatever their order.

    Raises:
        ValueError: two overlap, or one lies outside of the file.
    """
    out: list[bytes] = []
    at = 0
    for one in sorted(splices, key=lambda one: (one.start, one.end)):
        if not at <= one.start <= one.end <= len(data):
            raise ValueError(f"a splice of bytes {one.start} to {one.end} does not fit behind byte {at} of {len(data)}")
        out += (data[at : one.start], one.new)
        at = one.end
    return b"".join((*out, data[at:]))


def newline(data: bytes) -> bytes:
    """How the first line of a file ends; as Unix has it where there is none."""
    first = data.find(b"\n")
    return b"\r\n" if first > 0 and data[first - 1 : first] == b"\r" else b"\n"


def plain_text(data: bytes) -> str:
    """The text of a file whose lines all readers see alike.

    Raises:
        CannotEdit: it is none, or very large.
    """
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CannotEdit("the file is no text in UTF-8") from error
    if _UNUSUAL.search(text):
        raise CannotEdit("the file's lines end in unusual ways")
    return text


def in_lists(
    data: bytes, names: Callable[[str], bool], lists: tuple[str, ...], raised: Callable[[str], str]
) -> tuple[Splice, ...]:
    """What raises the versions that the lists of a JSON document state of what is named.

    Args:
        data: the document.
        names: whether a key is the package's name.
        lists: the keys of objects of names and versions.
        raised: turns what is stated into what is to be; a `CannotEdit` where it cannot.

    Raises:
        CannotEdit: the document is none, does not name it, or states no earlier version.
    """
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")

    def read(some: bytes) -> tuple[object, object]:
        return _in_lists(some, lists)

    try:
        before = _in_lists(data, lists)[0]
    except (ValueError, RecursionError) as error:
        raise CannotEdit("the file is not the JSON that its tool reads") from error
    stated = {(key, one): raised(one) for _, pairs in before for key, one in pairs if names(key)}
    if not stated:
        raise NotNamed("the file does not ask for it: what needs it does")
    if all(old == now for (_, old), now in stated.items()):
        raise AlreadyAsked
    wanted = tuple((group, tuple((key, stated.get((key, one), one)) for key, one in pairs)) for group, pairs in before)
    return telling(data, _of_pairs(data, stated), read, wanted)


def _of_pairs(data: bytes, stated: Mapping[tuple[str, str], str]) -> Iterator[Splice]:
    """Where a version stands behind the name, as both are meant."""
    for (name, old), new in stated.items():
        key = re.escape(json.dumps(name).encode())
        for found in re.finditer(key + rb'[ \t\r\n]*:[ \t\r\n]*"(' + re.escape(old.encode()) + rb')"', data):
            yield Splice(start=found.start(1), end=found.end(1), new=new.encode())


def _in_lists(data: bytes, names: tuple[str, ...]) -> tuple[tuple[tuple[str, _Pairs], ...], _Pairs]:
    """What the lists state, and all else that the file says; a key that comes twice is seen twice.

    Raises:
        ValueError: it is no JSON document with such lists.
    """
    document = json.loads(data.decode("utf-8"), object_pairs_hook=_Object)
    if not isinstance(document, _Object):
        raise ValueError("it is no object")  # noqa: TRY004
    lists = tuple((key, one) for key, one in document if key in names)
    for _, pairs in lists:
        if pairs and not isinstance(pairs, _Object):
            raise ValueError("a list of dependencies is none")
        if not all(isinstance(one, str) for _, one in pairs):
            raise ValueError("a list of dependencies is none")
    return lists, tuple((key, one) for key, one in document if key not in names)


def telling(data: bytes, places: Iterable[Splice], read: Reading, wanted: object) -> tuple[Splice, ...]:
    """Those of the places whose change alone changes nothing but the part that ``read`` names, if they make it ``wanted``.

    What stands in a remark or in another part of the file is left as it is.

    Raises:
        CannotEdit: they do not, or there are too many.
    """
    tried = list(places)
    if len(tried) > _MOST_PLACES:
        raise CannotEdit("it stands in too many places")
    part, rest = read(data)
    kept = []
    for one in tried:
        after = _read(spliced(data, (one,)), read)
        if after is not None and after[1] == rest and after[0] != part:
            kept.append(one)
    if _read(spliced(data, kept), read) != (wanted, rest):
        raise CannotEdit("where its version is written is not certain")
    return tuple(kept)


def _read(data: bytes, read: Reading) -> tuple[object, object] | None:
    try:
        return read(data)
    except ValueError:
        return None
