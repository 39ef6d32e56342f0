"""Stored layers to tar bytes: plain or in a form that engines read, recognized by their first bytes and never by a media type.

Registries have gzip and zstd; Docker and Podman load archives with layers in xz and bzip2 too.
"""

from __future__ import annotations

from collections.abc import Iterator

from garboard.compression import LONGEST_MAGIC, Bounds, Damaged, TooLarge, decompressed, form_of
from garboard.model.errors import ImageError
from garboard.model.limits import MIB, Limits

HEAD = LONGEST_MAGIC


def is_compressed(head: bytes) -> bool:
    """Report whether data that start like this are compressed; `HEAD` bytes are enough."""
    return form_of(head) is not None


def inflate(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Yield the uncompressed bytes of a layer, in chunks of at most about 512 KiB unless it was plain.

    Raises:
        ImageError: The data are corrupt or truncated, or a limit is exceeded.
    """
    bounds = Bounds(limits.layer_bytes, limits.compression_ratio, limits.ratio_floor)
    try:
        yield from decompressed(chunks, bounds)
    except Damaged as error:
        raise ImageError(str(error), "fetch or export the image again") from error
    except TooLarge as error:
        raise _beyond(error, limits) from error


def _beyond(error: TooLarge, limits: Limits) -> ImageError:
    if not error.by_ratio:
        return ImageError(
            f"a layer inflates to more than {limits.layer_bytes // MIB} MiB, the limit",
            "if the image is to be trusted, raise the limit: GARBOARD_LIMIT_LAYER_BYTES",
        )
    return ImageError(
        f"a layer inflates to more than {limits.compression_ratio} times its size, the limit "
        f"({error.taken} bytes gave {error.given})",
        "this looks like a decompression bomb; if it is none, raise GARBOARD_LIMIT_COMPRESSION_RATIO",
    )
