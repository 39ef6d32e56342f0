"""The order of Debian package versions: ``[epoch:]upstream[-revision]``, deb-version(7)."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "deb"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_TEXT = re.compile(r"(?:([0-9]+):)?([!-9;-~][!-~]*)")
"""Optional epoch, then visible ASCII. A colon without an epoch before it is refused, as dpkg does."""
_DIGITS = re.compile(r"([0-9]+)")
_END = "\x02"
"""Sorts above ``~`` and below everything else, which is where deb-version puts the end of a part."""
_ORDER = {ord("~"): "\x01"} | {c: chr(c + 256) for c in range(33, 126) if not chr(c).isalnum()}
"""Letters keep their place, all other characters come after them."""

_Part = tuple[str | int, ...]


def key(text: str, /) -> tuple[int, _Part, _Part]:
    """Sort key that orders as ``dpkg --compare-versions`` does.

    A missing epoch is 0, a missing revision ``0``. Characters that the policy forbids but archives have held
    (``_``, ``*``, ``%``) sort as dpkg's own comparison sorts them. Raises `InvalidVersion` for what dpkg refuses:
    empty text, spaces, an epoch that is no number, an empty version or revision; and for text outside ASCII.
    """
    match = _TEXT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InvalidVersion(NAME, text)
    epoch, rest = match.groups()
    if epoch is None and ":" in rest:
        raise InvalidVersion(NAME, text)
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    elif not upstream or not revision:
        raise InvalidVersion(NAME, text)
    return int(epoch or 0), _part(upstream), _part(revision)


def _part(text: str) -> _Part:
    """Non-digits and numbers in turn, always beginning and ending with non-digits."""
    pieces: list[str | int] = list(_DIGITS.split(text))
    pieces[1::2] = map(int, pieces[1::2])
    pieces[::2] = [str(piece).translate(_ORDER) + _END for piece in pieces[::2]]
    if pieces[-1] != _END:
        # Non-digits at the end are followed by an absent number, which equals 0: ``1a`` is ``1a0``.
        pieces += (0, _END)
    return tuple(pieces)
