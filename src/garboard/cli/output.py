"""Where a report goes: to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from garboard.cli.progress import finish
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.cli.settings import Output


def write(data: bytes, output: Output) -> None:
    """Write a report where it was asked for."""
    finish()
    if not output.file or output.file == "-":
        _print(data)
        return
    try:
        _replace(Path(output.file), data)
    except OSError as error:
        raise UsageError(f"{output.file} cannot be written: {error.strerror}", "choose another file with -o") from error


def _print(data: bytes) -> None:
    """Write everything, or fail: an unbuffered stream and a non-blocking pipe may take only a part at a time."""
    stream = sys.stdout.buffer
    rest = memoryview(data)
    try:
        while rest:
            try:
                written = stream.write(rest)
            except BlockingIOError as error:
                written = error.characters_written
            if not written:
                _wait(stream)
            rest = rest[written or 0 :]
        _flush(stream)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"standard output cannot be written: {error.strerror}", "write a file with -o") from error


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


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        path.write_bytes(data)
        return
    path = path.resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
