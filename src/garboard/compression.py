"""Compressed bytes into plain ones, as a stream and within bounds: gzip, zstd, xz and bzip2, distinguished by their first bytes.

What is compressed comes from others, so that the bounds are judged while it is decompressed: a bomb costs no more than they
allow. Callers bring their own bounds and turn `Damaged` and `TooLarge` into their own errors. A form's module is imported
when the first stream of that form is met.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

_OUTPUT: Final = 512 * 1024
"""Bytes that are decompressed at a time."""
_INPUT: Final = 256 * 1024
_XZ_MEMORY: Final = 512 * 1024 * 1024
"""For the dictionary that an xz stream asks for; ``xz -9`` takes 65 MiB."""


_USUAL: Final[tuple[type[Exception], ...]] = (OSError, EOFError, ValueError)
"""What any decompressor may raise for damage."""


class Damaged(Exception):
    """A stream that is corrupt, or ends too early."""


class TooLarge(Exception):
    """A stream that passes a bound.

    Attributes:
        taken: bytes of the compressed stream until then.
        given: bytes that these gave.
        by_ratio: whether they are too many for their number, and not by themselves.
    """

    def __init__(self, taken: int, given: int, *, by_ratio: bool) -> None:
        super().__init__(f"{taken} bytes gave {given}")
        self.taken = taken
        self.given = given
        self.by_ratio = by_ratio


class Bounds(NamedTuple):
    """What a stream may become.

    Attributes:
        size: bytes, decompressed.
        ratio: decompressed to compressed; 0 for any.
        floor: bytes, decompressed, before the ratio is judged.
    """

    size: int
    ratio: int = 0
    floor: int = 0


class _Decoder(Protocol):
    """What the decompressors of `bz2`, `lzma`, `compression.zstd` and `isal.igzip_lib` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Made(NamedTuple):
    """A decompressor, and the errors that it raises for damage."""

    decoder: Callable[[], _Decoder]
    errors: tuple[type[Exception], ...]


class Codec(NamedTuple):
    """A kind of compression.

    Attributes:
        name: for people.
        magics: what its streams begin with.
        make: imports what decompresses it.
        padded: zero bytes may stand between and after its streams.
        lenient: what follows a whole stream and is none is left alone, as its own tools do.
    """

    name: str
    magics: tuple[bytes, ...]
    make: Callable[[], _Made]
    padded: bool = False
    lenient: bool = False


def _gzip() -> _Made:
    from isal import igzip_lib

    error = cast("type[Exception]", igzip_lib.IsalError)  # its stubs call it an instance
    return _Made(lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), (error, *_USUAL))


def _zstd() -> _Made:
    module = _zstd_module()
    return _Made(module.ZstdDecompressor, (module.ZstdError, *_USUAL))


def _zstd_module() -> Any:
    """Python's own from 3.14 on."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _xz() -> _Made:
    import lzma

    return _Made(lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), (lzma.LZMAError, *_USUAL))


def _bzip2() -> _Made:
    import bz2

    return _Made(bz2.BZ2Decompressor, _USUAL)


GZIP: Final = Codec("gzip", (b"\x1f\x8b",), _gzip, padded=True)
ZSTD: Final = Codec(
    "zstd", (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))), _zstd
)
"""Skippable frames included."""
XZ: Final = Codec("xz", (b"\xfd7zXZ\x00",), _xz, lenient=True)
BZIP2: Final = Codec("bzip2", (b"BZh",), _bzip2, lenient=True)
_LZMA_DICTIONARIES: Final = (0, *(1 << place for place in range(8)), *(3 << place for place in range(7)))
LZMA: Final = Codec("lzma", tuple(bytes((0x5D, 0, 0, size)) for size in _LZMA_DICTIONARIES), _xz)
"""The form before xz. It has no sign of its own: so it begins by the usual settings with a dictionary of a usual size. It is
none of `ALL`, for what is no stream may begin so, too."""
ALL: Final = (GZIP, ZSTD, XZ, BZIP2)
LONGEST_MAGIC: Final = max(len(magic) for form in ALL for magic in form.magics)


def form_of(head: bytes, forms: Collection[Codec] = ALL) -> Codec | None:
    """The form of data that begin so; None for plain ones."""
    return next((form for form in forms if head.startswith(form.magics)), None)


def decompressed(
    chunks: Iterable[bytes], bounds: Bounds, forms: Collection[Codec] = ALL, *, plain: bool = True
) -> Iterator[bytes]:
    """The plain bytes of a stream, in pieces of at most 512 KiB unless it was plain.

    Several streams one after the other are one, as the tools that make them have it. Data of none of the forms are passed
    on as they are where ``plain`` allows it.

    Raises:
        Damaged: the stream is corrupt or cut short, or of none of the forms.
        TooLarge: it passes a bound; what was yielded until then keeps within them.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= LONGEST_MAGIC:
            break
    counted = _Counted(head, source)
    form = form_of(head, forms)
    if form is None and not plain:
        raise Damaged(f"this is no {' or '.join(one.name for one in forms)} stream")
    given = 0
    for piece in iter(counted) if form is None else _streams(iter(counted), form):
        given += len(piece)
        if given > bounds.size:
            raise TooLarge(counted.taken, given, by_ratio=False)
        if bounds.ratio and given > bounds.floor and given > counted.taken * bounds.ratio:
            raise TooLarge(counted.taken, given, by_ratio=True)
        yield piece


class _Counted:
    """Counts the bytes that were taken."""

    __slots__ = ("_chunks", "_head", "taken")

    def __init__(self, head: bytes, chunks: Iterator[bytes]) -> None:
        self._head = head
        self._chunks = chunks
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        if self._head:
            self.taken = len(self._head)
            yield self._head
        for chunk in self._chunks:
            self.taken += len(chunk)
            yield chunk


def _streams(chunks: Iterator[bytes], form: Codec) -> Iterator[bytes]:
    make, errors = form.make()
    decoder, fresh, first = make(), True, True
    for chunk in chunks:
        data = chunk
        while data or not (fresh or decoder.needs_input):
            if fresh and form.padded and not (data := data.lstrip(b"\0")):
                break
            try:
                piece = decoder.decompress(data, _OUTPUT)
            except errors as error:
                if form.lenient and fresh and not first:
                    return
                raise Damaged(f"the {form.name} stream is corrupt: {error}") from error
            fresh, data = False, b""
            if piece:
                yield piece
            if decoder.eof:
                data, decoder, fresh, first = decoder.unused_data, make(), True, False
    if not fresh:
        raise Damaged(f"the {form.name} stream is truncated")


def decompress(data: bytes, bounds: Bounds, forms: Collection[Codec] = ALL) -> bytes:
    """All of it at once. Raises as `decompressed`."""
    return b"".join(decompressed(sliced(data), bounds, forms))


def first_stream(data: bytes, form: Codec, limit: int) -> tuple[bytes, bytes | None]:
    """The plain bytes of the first of several streams, and what follows it, as it is.

    None follows where it does not end: neither within the data, nor within ``limit`` plain bytes. Raises `Damaged`.
    """
    make, errors = form.make()
    decoder = make()
    try:
        plain = decoder.decompress(data, limit)
    except errors as error:
        raise Damaged(f"the {form.name} stream is corrupt: {error}") from error
    return plain, decoder.unused_data if decoder.eof else None


def sliced(data: bytes) -> Iterator[bytes]:
    """The same bytes in chunks."""
    return (data[at : at + _INPUT] for at in range(0, len(data), _INPUT))


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file from where it stands, in chunks."""
    while chunk := file.read(_INPUT):
        yield chunk


def stream(pieces: Iterable[bytes]) -> BinaryIO:
    """A file to be read once, from its start to its end: what the pieces hold. Reading raises what they raise."""
    return cast("BinaryIO", io.BufferedReader(_Pieces(iter(pieces)), _INPUT))


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        room = memoryview(buffer).cast("B")
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def zstd_writer(path: Path, level: int) -> IO[bytes]:
    """A new file, what is written to it compressed with zstd."""
    return cast("IO[bytes]", _zstd_module().ZstdFile(path, "w", level=level))
