"""Models of machine learning, by the metadata in their files' headers: GGUF and safetensors."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Fact, Package
from garboard.patterns import lazy

ENDS: Final = (".gguf", ".safetensors")
_ORDER: Final = "deb"
_GGUF: Final = b"GGUF"
_GENERAL: Final = "general."
_MOST: Final = 200
"""Entries before those about tokens; real files have some dozens."""
_STRING: Final = 8
_NUMBERS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_LONGEST: Final = 300
_METADATA: Final = lazy(r'"__metadata__"\s*:\s*(?=\{)')


def model(file: File) -> Iterator[Fact]:
    """The model with its architecture and license, as far as the file states them."""
    try:
        stated = _gguf(file.data) if file.data.startswith(_GGUF) else _safetensors(file.data)
    except (struct.error, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"the header of a model cannot be read: {worded(error)}")
        return
    name = stated.get("name") or file.path.rpartition("/")[2].rpartition(".")[0]
    license_ = stated.get("license", "")
    yield Package(
        type=UNMANAGED,
        name=name[:_LONGEST],
        version=stated.get("version", ""),
        scheme=_ORDER,
        vendor=stated.get("author", "") or stated.get("organization", ""),
        arch=stated.get("architecture", ""),
        licenses=(license_,) if license_ else (),
    )


def _gguf(data: bytes) -> Mapping[str, str]:
    """The entries ``general.*`` (GGUF 2 and 3, of little-endian machines), which come first."""
    version, _, count = struct.unpack_from("<IQQ", data, 4)
    if version not in (2, 3):
        raise ValueError(f"version {version} is not known")
    position, found = 24, {}
    for _ in range(min(count, _MOST)):
        key, position = _text(data, position)
        (kind,) = struct.unpack_from("<I", data, position)
        position += 4
        if kind == _STRING:
            value, position = _text(data, position)
            if key.startswith(_GENERAL):
                found[key.removeprefix(_GENERAL)] = value
        elif kind in _NUMBERS:
            position += struct.calcsize(f"<{_NUMBERS[kind]}")
        else:
            break
    return found


def _text(data: bytes, position: int) -> tuple[str, int]:
    """A text after its length, and the position behind it."""
    (length,) = struct.unpack_from("<Q", data, position)
    end = position + 8 + int(length)
    if end > len(data):
        raise ValueError("it is cut short")
    return data[position + 8 : end].decode("utf-8", "replace"), end


def _safetensors(data: bytes) -> Mapping[str, str]:
    """The free metadata, by the names of the specification of models (``modelspec``) or without them."""
    (length,) = struct.unpack_from("<Q", data)
    if data[8:9] != b"{" or not length:
        raise ValueError("it is no safetensors file")
    text = data[8 : 8 + int(length)].decode("utf-8", "replace")
    found = _METADATA().search(text)
    if found is None:
        return {}
    stated: Any = json.JSONDecoder().raw_decode(text, found.end())[0]
    texts = {key.removeprefix("modelspec."): value for key, value in stated.items() if isinstance(value, str)}
    return {**texts, "name": texts.get("title") or texts.get("name", "")}
