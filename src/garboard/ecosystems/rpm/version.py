"""The order of RPM versions: ``[epoch:]version[-release]``, rpm-version(7) with ``~`` and ``^``."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "rpm"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_EPOCH = re.compile(r"([0-9]*):")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")
_SEGMENT = re.compile(r"([0-9]+)|([a-zA-Z]+)|(~)|\^")
"""Everything between segments, text outside ASCII included, only separates."""
_TILDE, _END, _CARET, _ALPHA, _NUMBER = range(5)
"""What may come next, lowest first: that order is the whole of rpmvercmp's rules."""

_Part = tuple[str | int, ...]


def key(text: str, /) -> tuple[int, _Part, _Part]:
    """Sort key that orders as rpm's own ``labelCompare`` of (epoch, version, release).

    A missing epoch is 0. A missing release sorts below every release, as in rpm, since an order that ignored it would
    not be transitive. So ``fixed: 1.2`` clears ``1.2-3`` (right: any build of 1.2 has it), while ``last_affected: 1.2``
    does not reach ``1.2-3``: who means every build of 1.2 has to say so with a release.

    A colon makes an epoch only after digits; otherwise it separates, as in rpm. Raises `InvalidVersion` for empty text
    and for white space or control characters.
    """
    if not text or len(text) > _LONGEST or _UNFIT.search(text):
        raise InvalidVersion(NAME, text)
    match = _EPOCH.match(text)
    epoch, rest = (int(match[1] or 0), text[match.end() :]) if match else (0, text)
    version, dash, release = rest.rpartition("-")
    if not dash:
        version = rest
    return epoch, _part(version), _part(release) if dash else ()


def _part(text: str) -> _Part:
    key: list[str | int] = []
    for number, word, tilde in _SEGMENT.findall(text):
        if number:
            key += (_NUMBER, int(number))
        elif word:
            key += (_ALPHA, word)
        else:
            key.append(_TILDE if tilde else _CARET)
    key.append(_END)
    return tuple(key)
