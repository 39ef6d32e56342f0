"""Replaces parts of a file; every byte outside them stays."""

from __future__ import annotations

from collections.abc import Iterable

from garboard.model.fix import Splice


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
