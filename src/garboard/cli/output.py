"""Where a report goes: to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from garboard.cli.failure import tell
from garboard.cli.progress import finish
from garboard.model.errors import UsageError

_AT_ONCE: Final = 1 << 18

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from garboard.cli.settings import Output


Parts = bytes | Iterable[bytes]


class Withdrawn(Exception):
    """Raised in the body of `writing`, which it ends: a file is left as it was, and this is told."""


def write(data: Parts, output: Output) -> None:
    """Write a report, whole or in parts, where it was asked for."""
    with writing(output) as put:
        put(data)


@contextlib.contextmanager
def writing(output: Output) -> Iterator[Callable[[Parts], None]]:
    """What takes the parts of a report, in order. A file is replaced when the last one is written, or not at all."""
    if not output.file or output.file == "-":
        with contextlib.suppress(Withdrawn):
            yield _print
        return
    path = Path(output.file)
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        with contextlib.ExitStack() as stack:
            with _explained(output):
                stream = stack.enter_context(path.open("wb"))
            with contextlib.suppress(Withdrawn):
                yield _putting(stream, output)
            with _explained(output):
                stream.close()
        return
    path = path.resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with _explained(output):
            stream = aside.open("wb")
        with stream:
            yield _putting(stream, output)
            with _explained(output):
                stream.close()
                aside.replace(path)
    except Withdrawn:
        tell(f"no report could be made: {output.file} was not written", "")
    finally:
        aside.unlink(missing_ok=True)


def _putting(stream: BinaryIO, output: Output) -> Callable[[Parts], None]:
    def put(data: Parts) -> None:
        finish()
        for part in _larger(data):
            with _explained(output):
                stream.write(part)

    return put


@contextlib.contextmanager
def _explained(output: Output) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{output.file} cannot be written: {error.strerror}", "choose another file with -o") from error


def _larger(data: Parts) -> Iterator[bytes]:
    """The parts, small ones joined."""
    waiting: list[bytes] = []
    size = 0
    for part in (data,) if isinstance(data, bytes) else data:
        waiting.append(part)
        size += len(part)
        if size >= _AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _print(data: Parts) -> None:
    """Write everything, or fail."""
    finish()
    stream = sys.stdout.buffer
    try:
        for part in _larger(data):
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
