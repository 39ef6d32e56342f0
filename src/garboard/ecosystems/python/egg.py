"""Eggs that are one zip file: what distutils and setuptools installed before wheels."""

from __future__ import annotations

import io
from typing import Final

_METADATA: Final = "EGG-INFO/PKG-INFO"
_END: Final = b"PK\5\6"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 65535
_DIRECTORY: Final = 4 * 1024 * 1024
"""Bytes of the zip's directory; about a hundred for each file."""
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the metadata, description included."""


class MalformedEggError(ValueError):
    """A file that is no such zip, or passes a limit."""


def metadata(data: bytes) -> bytes:
    """The metadata in an egg's bytes.

    Raises:
        MalformedEggError: it has none that can be read.
    """
    import zipfile
    import zlib

    end = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0 or end + _END_BYTES > len(data):
        raise MalformedEggError("it is no whole zip archive")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    if size > _DIRECTORY:
        raise MalformedEggError(f"its directory has {size} bytes; the limit is {_DIRECTORY}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_METADATA) as file:
            found = file.read(_LARGEST + 1)
    except KeyError:
        raise MalformedEggError(f"it has no {_METADATA}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise MalformedEggError(str(error)) from error
    if len(found) > _LARGEST:
        raise MalformedEggError(f"its metadata have more than {_LARGEST} bytes, the limit")
    return found
