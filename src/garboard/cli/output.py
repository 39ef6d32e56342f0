"""Where a report goes: to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from garboard.cli.progress import finish
from garboard.model.errors import UsageError

_AT_ONCE: Final = 1 << 18

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from garboard.cli.settings import Output


def write(data: bytes | Iterable[bytes], output: Output) -> None:
    """Write a report, whole or in parts, where it was asked for."""
    finish()
    parts = _larger((data,) if isinstance(data, bytes) else data)
    if not output.file or output.file == "-":
        _print(parts)
        return
    try:
        _replace(Path(output.file), parts)
    except OSError as error:
        raise UsageError(f"{output.file} cannot be written: {error.strerror}", "choose another file with -o") from error


def _larger(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts, small ones joined."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _print(parts: Iterable[bytes]) -> None:
    """Write everything, or fail."""
    stream = sys.stdout.buffer
    try:
        for part in parts:
            _whole(stream, part)
        _flush(stream)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"standard output cannot be written: {error.strerror}", "write a file with -o") from error


def _whole(stream: BinaryIO, data: bytes) -> None:
    """Write all of it: an unbuffered stream and a non-blocking pipe may take only a part at a time."""
    rest = memoryview(data)
    while rest:
        try:
            written = stream.write(rest)
        except BlockingIOError as error:
            written = error.characters_written
        if not written:
            _wait(stream)
        rest = rest[written or 0 :]


def _flush(stream: BinaryIO) -> None:
    while True:
        try:
            stream.flush()
        except BlockingIOError:
            _wait(stream)
        else:
            return


def _wait(stream: BinaryIO) -> None:
    """Wait until something can be written."""
    import select

    select.select([], [stream.fileno()], [])


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        _fill(path, parts)
        return
    path = path.resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _fill(aside, parts)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _fill(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(parts)
