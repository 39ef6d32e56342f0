"""JSON of which every part counts: a key that an object has twice is a mistake, not the last of two answers."""

from __future__ import annotations

import codecs
import json
from typing import Any, Final

import msgspec

_OTHERS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> Any:
    """The value of a document in UTF-8, which may begin with a byte-order mark.

    Raises:
        ValueError: it is no JSON, nested too deep, or an object in it has a key twice.
    """
    if data.startswith(_OTHERS):
        raise ValueError("it is UTF-16, and JSON is UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        found = msgspec.json.decode(data)
        json.loads(data.decode(), object_pairs_hook=_each_once)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    """Keeps nothing, as it only looks."""
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"it has the key {key[:100]} twice in one object")
        seen.add(key)
