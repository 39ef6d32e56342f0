"""Installed packages of PEAR and PECL: ``.registry/NAME.reg``, and those of other channels below ``.channel.NAME``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "pear"
_DEPTH: Final = 64
_HEAD: Final = re.compile(rb"([sa]):(\d{1,18}):(?=[{\"])|i:(-?\d{1,19});|b:([01]);|d:([^;]{1,64});|(N);")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,255}")
_VERSION: Final = re.compile(r"[!-~]{1,256}")
_LIBRARY: Final = "pear.php.net"


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package, with its channel as the namespace."""
    del owned
    try:
        stated = _unserialized(file.data)
    except ValueError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what PEAR writes of a package: {worded(error)}")
        return
    of = stated if isinstance(stated, dict) else {}
    name, version, channel, licensed = (of.get(key) for key in ("name", "version", "channel", "license"))
    name = name or of.get("package")
    version = version.get("release") if isinstance(version, dict) else version
    licensed = licensed.get("_content") if isinstance(licensed, dict) else licensed
    if (
        not isinstance(name, str)
        or not isinstance(version, str)
        or not _NAME.fullmatch(name)
        or not _VERSION.fullmatch(version)
    ):
        reason = "does not state the name and the version of a package of PEAR: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    yield Package(
        type=TYPE,
        namespace=channel if isinstance(channel, str) and channel else _LIBRARY,
        name=name,
        version=version,
        scheme="",
        licenses=(licensed,) if isinstance(licensed, str) and licensed else (),
    )


def _unserialized(data: bytes) -> Any:
    """The value that PHP's ``serialize`` wrote: texts, numbers, truth values, nothing, and arrays of these."""
    value, position, left = _begun(data, 0)
    root = value
    arrays: list[tuple[dict[Any, Any], int]] = [(value, left)] if isinstance(value, dict) else []
    while arrays:
        array, left = arrays.pop()
        if not left:
            if data[position : position + 1] != b"}":
                raise ValueError(f"an array does not end at byte {position}")
            position += 1
            continue
        key, position, _ = _begun(data, position)
        if isinstance(key, dict):
            raise ValueError(f"an array is a key at byte {position}")  # noqa: TRY004  (what is damaged is one kind of error)
        value, position, inner = _begun(data, position)
        array[key] = value
        arrays.append((array, left - 1))
        if isinstance(value, dict):
            if len(arrays) >= _DEPTH:
                raise ValueError(f"arrays lie more than {_DEPTH} deep")
            arrays.append((value, inner))
    return root


def _begun(data: bytes, position: int) -> tuple[Any, int, int]:
    """The value that begins at a position, an array without what it holds; where it ends, and how much an array holds."""
    found = _HEAD.match(data, position)
    if found is None:
        raise ValueError(f"no value begins at byte {position}")
    end = found.end()
    if found[1] == b"a":
        return {}, end + 1, int(found[2])
    if found[1] == b"s":
        last = end + 1 + int(found[2])
        if data[last : last + 2] != b'";':
            raise ValueError(f"a text does not end at byte {last}")
        return data[end + 1 : last].decode("utf-8", "replace"), last + 2, 0
    if found[3] is not None:
        return int(found[3]), end, 0
    return (found[4] == b"1" if found[4] is not None else None), end, 0
