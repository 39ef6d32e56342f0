"""How slowly a server may answer: a minimum of bytes in each window of time, and limits for the whole.

Only time spent waiting for the server counts, not what is done with its bytes in between. A server that sends nothing at
all is the read timeout's business. http.client is imported with the first connection, as is all of urllib3.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garboard.model.limits import Limits


class PaceError(Exception):
    """A server is slower than a limit: what it does, and the limit's variable."""

    def __init__(self, what: str, variable: str) -> None:
        super().__init__(what)
        self.what = what
        self.variable = variable


class Pace:
    """The limits of one client, and how long it has waited for servers in all."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.waited = 0.0


class _PacedIO(io.RawIOBase):
    """A connection's bytes, one answer long."""

    def __init__(self, inner: io.RawIOBase, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace
        self.answering = True
        self._begun = False
        self._in_answer = 0.0
        self._in_window = 0.0
        self._bytes = 0

    def readinto(self, buffer: Any) -> int | None:
        start = time.monotonic()
        count = self._inner.readinto(buffer)
        waited = time.monotonic() - start
        self._pace.waited += waited
        if self._begun:  # until then the server prepares its answer
            self._in_answer += waited
            self._in_window += waited
        self._begun = True
        self._bytes += count or 0
        if count:
            self._check()
        return count

    def _check(self) -> None:
        limits = self._pace.limits
        if self._pace.waited > limits.transfer_seconds:
            what = f"and the servers before it take more than the limit of {limits.transfer_seconds} seconds"
            raise PaceError(what, "GARBOARD_LIMIT_TRANSFER_SECONDS")
        if self.answering and self._in_answer > limits.answer_seconds:
            what = f"takes more than the limit of {limits.answer_seconds} seconds to begin its answer"
            raise PaceError(what, "GARBOARD_LIMIT_ANSWER_SECONDS")
        if self._in_window < limits.window_seconds:
            return
        if self._bytes < limits.window_bytes:
            what = f"sends less than the limit of {limits.window_bytes} bytes in {limits.window_seconds} seconds"
            raise PaceError(what, "GARBOARD_LIMIT_WINDOW_BYTES")
        self._in_window, self._bytes = 0.0, 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._inner.fileno()

    def close(self) -> None:
        self._inner.close()
        super().close()


def paced(pace: Pace) -> type[http.client.HTTPResponse]:
    """Return a class of responses that keep to a pace."""

    class Paced(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
            super().__init__(sock, *arguments, **named)
            self._paced = _PacedIO(self.fp.detach(), pace)
            self.fp = io.BufferedReader(self._paced)

        def begin(self) -> None:
            super().begin()
            self._paced.answering = False

    return Paced
