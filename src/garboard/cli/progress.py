"""Progress on a terminal: bars by rich, which is imported only there. In a pipe there is none."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garboard.image.options import Progress


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


def progress(*, quiet: bool) -> Progress:
    """A callback for labels, bytes done and bytes in all; it shows bars on a terminal's standard error."""
    if quiet or not sys.stderr.isatty():
        return silent
    return _Bars().show


class _Bars:
    def __init__(self) -> None:
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        from rich.console import Console  # noqa: PLC0415

        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._tasks: dict[str, object] = {}
        self._lock = threading.Lock()

    def show(self, label: str, done: int, total: int | None) -> None:
        """Move one bar; the display starts with the first and ends when all are full."""
        with self._lock:
            if not self._tasks:
                self._bars.start()
            if label not in self._tasks:
                self._tasks[label] = self._bars.add_task(label, total=total)
            task = self._tasks[label]
            self._bars.update(task, completed=done, total=total)  # type: ignore[arg-type]
            if self._bars.finished:
                self._bars.stop()
