"""Signals that end a command: with all that clears away what it would leave behind."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def interrupted(number: signal.Signals, first: Callable[[], object] = lambda: None) -> Iterator[None]:
    """For as long as this lasts, a signal ends the command as Ctrl-C does; before that ``first`` is called."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        first()
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)
