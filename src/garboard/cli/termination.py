"""What a command leaves behind is cleared away where a scheduler ends it, too."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def tidy() -> Iterator[None]:
    """For as long as this lasts, SIGTERM ends the command as Ctrl-C does: with all that clears away."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
