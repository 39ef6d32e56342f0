"""Replaces parts of a file; every byte outside them stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from garboard.model.fix import CannotEdit, Splice

_MOST_PLACES: Final = 20

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
