"""Progress on a terminal: bars by rich, which is imported only there. In a pipe there is none."""

from __future__ import annotations

import atexit
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from garboard.image.options import Progress


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


def progress(*, quiet: bool) -> Progress:
    """A callback for labels, bytes done and bytes in all; it shows bars on a terminal's standard error."""
    if quiet or not sys.stderr.isatty():
        return silent
    bars = _Bars()
    _SHOWN.append(bars)
    return bars.show


def finish() -> None:
    """Take the bars away, before a report is printed or the program ends."""
    for bars in _SHOWN:
        bars.stop()


class _Bars:
    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._running = False

    def show(self, label: str, done: int, total: int | None) -> None:
        """Move one bar; a full one goes."""
        with self._lock:
            if not self._running:
                self._bars.start()
                self._running = True
            if label not in self._tasks:
                self._tasks[label] = self._bars.add_task(label, total=total)
            self._bars.update(self._tasks[label], completed=done, total=total)
            if total is not None and done >= total:
                self._bars.remove_task(self._tasks.pop(label))

    def stop(self) -> None:
        with self._lock:
            if self._running:
                self._bars.stop()
                self._running = False


_SHOWN: list[_Bars] = []
atexit.register(finish)
