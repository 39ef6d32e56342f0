"""Progress on a terminal: bars by rich, which is imported only then. A pipe shows none."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from garboard.image.options import Progress


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


def progress(*, quiet: bool) -> Progress:
    """A callback for labels, bytes done and total bytes; it shows bars on a terminal's standard error."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return silent
    bars = _Bars()
    _SHOWN.append(bars)
    return bars.show


def finish() -> None:
    """Remove the bars before a report is printed or the program ends."""
    for bars in _SHOWN:
        bars.stop()


def say(text: str) -> None:
    """Print a line on standard error, above the bars if there are any."""
    from garboard.reporters.terminal import plain

    if _SHOWN:
        _SHOWN[-1].say(plain(text))
    else:
        sys.stderr.write(plain(text) + "\n")


def count(label: str, done: int, total: int) -> None:
    """Move a bar that counts things rather than bytes, if bars are shown at all."""
    if _SHOWN:
        _SHOWN[-1].show(label, done, total, counted=True)


class _Bars:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._running = False

    def show(self, label: str, done: int, total: int | None, *, counted: bool = False) -> None:
        """Move one bar; a full one is removed."""
        amount = f"{done} of {total}" if counted else _bytes(done, total)
        with self._lock:
            if not self._running:
                self._bars.start()
                self._running = True
            if label not in self._tasks:
                self._tasks[label] = self._bars.add_task(label, total=total, amount=amount)
            self._bars.update(self._tasks[label], completed=done, total=total, amount=amount)
            if total is not None and done >= total:
                self._bars.remove_task(self._tasks.pop(label))

    def say(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        with self._lock:
            if self._running:
                self._bars.stop()
                self._running = False


def _bytes(done: int, total: int | None) -> str:
    from rich.filesize import decimal

    return decimal(done) if total is None else f"{decimal(done)} of {decimal(total)}"


_SHOWN: list[_Bars] = []
atexit.register(finish)
