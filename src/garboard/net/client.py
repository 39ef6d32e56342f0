"""HTTP: the only place that opens connections.

This module knows retries, redirects and truncated bodies (`garboard.net.transport` knows proxies, certificates and
sockets); it must not know what a registry, an engine or a feed is. urllib3 is imported with the first request, because
the import takes longer than most commands.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from garboard.model.errors import NetworkError, OfflineError
from garboard.model.limits import DEFAULT, Limits
from garboard.net.transport import (
    BrokenError,
    InwardError,
    Peer,
    SlowError,
    TlsError,
    UnreachedError,
    host_of,
    is_loopback,
    leads_inward,
    peer_pool,
    proxy_for,
    proxy_manager,
    refuse_inward,
    shown,
    tls_context,
    translated,
)

if TYPE_CHECKING:
    import urllib3

    from garboard.net.pace import Pace

__all__ = [
    "Client", "InwardError", "NotModified", "Peer", "Response", "SlowError", "StatusError", "TlsError", "UnreachedError",
    "host_of", "leads_inward",
]  # fmt: skip

CHUNK = 256 * 1024
EXCERPT = 2048
"""Bytes of an error's body that are kept for its message."""
ATTEMPTS = 4
BACKOFF = 0.5
"""Seconds before the second attempt; doubled before each later one."""
LONGEST_WAIT = 60.0
"""The longest Retry-After, in seconds, that is honored; a longer one is an error that names it."""
REDIRECTS = 10
_BUSY = frozenset({429, 502, 503, 504})
_RETURNED = frozenset({401, 404})
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

Pause = Callable[[float], None]


class StatusError(NetworkError):
    """A server's refusal: ``status``, and the first bytes of its ``body``."""

    def __init__(self, message: str, hint: str, status: int, body: bytes) -> None:
        super().__init__(message, hint)
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server still has what the caller has."""

    headers: Mapping[str, str]


class Response:
    """A response with an unread body. A context manager: leaving it returns the connection to the pool.

    ``status`` is the HTTP status, ``headers`` a case-insensitive mapping, ``url`` the address after redirects. The body
    is raw: a Content-Encoding is not decoded, and none is requested unless the caller sends Accept-Encoding.
    """

    def __init__(self, raw: urllib3.BaseHTTPResponse, url: str) -> None:
        self.status: int = raw.status
        self.headers: Mapping[str, str] = raw.headers
        self.url = url
        self._raw = raw
        self._again: Callable[[int], Response] | None = None

    @property
    def content_length(self) -> int | None:
        """Return the length of the body as announced by the server; None if it was not announced."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """Yield the body in pieces of at most ``size`` bytes.

        A truncated body is continued by Range requests if the request allowed it (see `Client.get`).

        Raises:
            NetworkError: The body is cut short or stalls.
        """
        done = 0
        for _ in range(ATTEMPTS - 1):
            try:
                for chunk in self._pieces(size):
                    done += len(chunk)
                    yield chunk
            except SlowError:
                raise
            except NetworkError:
                if self._again is None:
                    raise
                self.close()
                self._raw = self._again(done)._raw  # noqa: SLF001 - of its own class
            else:
                return
        yield from self._pieces(size)

    def resume_with(self, again: Callable[[int], Response]) -> None:
        """Continue a truncated body with the response of ``again``, which is called with the number of bytes read."""
        self._again = again

    def _pieces(self, size: int) -> Iterator[bytes]:
        with translated(self.url):
            while chunk := self._raw.read(size, decode_content=False):
                yield chunk

    def read(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            NetworkError: The body is longer than ``limit`` bytes.
        """
        parts: list[bytes] = []
        total = 0
        for chunk in self.chunks(min(CHUNK, limit + 1)):
            total += len(chunk)
            if total > limit:
                self.close()
                raise NetworkError(f"the answer of {shown(self.url)} is longer than the limit of {limit} bytes")
            parts.append(chunk)
        return b"".join(parts)

    def discard(self) -> None:
        """Read a short body to its end, so that the connection can be reused, and close."""
        with contextlib.suppress(NetworkError), self:
            self.read(CHUNK)

    def close(self) -> None:
        """Return the connection to the pool if the body was read to its end, else close it."""
        self._raw.close()
        self._raw.release_conn()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Client:
    """HTTP with retries, for the lifetime of one command; its methods may be called from several threads.

    With ``offline``, every request except those to a Unix socket is an `OfflineError`, raised before any socket is
    created. ``ca_file`` (PEM) and the file in SSL_CERT_FILE are trusted in addition to the system's authorities.
    HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (in either case; NO_PROXY also with CIDR blocks) are honored unless
    ``peer`` is given.

    Statuses below 400, 401 and 404 are returned. 429, 502, 503, 504 and broken connections are retried, up to 4
    attempts in all, after the time in Retry-After (at most ``longest_wait`` seconds) or 0.5, 1, 2 seconds. Everything
    else is raised as `NetworkError`, or as `StatusError` if there was a response.

    Redirects of GET and HEAD are followed, up to 10; Authorization and Cookie are dropped once host, port or scheme
    change, and a redirect from https to http is an error unless ``insecure``.

    ``outward`` is for addresses that come from an untrusted source: a connection, including one from a redirect, to an
    address of this machine, its link or a cloud's metadata service (see `garboard.net.egress`) is an `InwardError`. A
    name is checked by all of its addresses, and the connection is made to one of these. A proxy resolves names itself;
    the addresses that they have here are checked before the proxy is used.

    A server that is slower than ``limits`` is a `SlowError`, which is not retried; a ``peer`` has only the timeouts.
    """

    def __init__(
        self,
        *,
        offline: bool = False,
        ca_file: str = "",
        peer: Peer | None = None,
        connect_timeout: float = 15.0,
        read_timeout: float = 60.0,
        pause: Pause = time.sleep,
        longest_wait: float = LONGEST_WAIT,
        limits: Limits = DEFAULT,
    ) -> None:
        self._offline = offline and not (peer and peer.socket)
        self._ca_file = ca_file
        self._peer = peer or Peer()
        self._timeouts = (connect_timeout, read_timeout)
        self._pause = pause
        self._longest_wait = longest_wait
        self._limits = limits
        self._pace: Pace | None = None
        self._lock = threading.Lock()
        self._managers: dict[tuple[str, bool], urllib3.PoolManager] = {}
        self._pool: urllib3.HTTPConnectionPool | None = None

    def get(
        self,
        url: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        insecure: bool = False,
        *,
        resume: bool = False,
        outward: bool = False,
    ) -> Response:
        """GET ``url``. Plain ``http://`` is refused unless ``insecure`` is set or the host is a loopback address.

        ``resume`` means that the caller verifies the content, so that a truncated body can be continued by Range
        without a validator; a body with a strong ETag is continued in any case.
        """
        response = self._request("GET", url, headers, insecure=insecure, outward=outward)
        validator = response.headers.get("ETag", "")
        strong = validator.startswith('"')
        if response.status == 200 and (resume or strong):
            extra = {"If-Range": validator} if strong else {}
            asked = {**headers, **extra}
            response.resume_with(lambda done: self._continue(url, asked, done, insecure=insecure, outward=outward))
        return response

    def head(
        self, url: str, headers: Mapping[str, str] = _NO_HEADERS, insecure: bool = False, *, outward: bool = False
    ) -> Response:
        """HEAD ``url``, like `get`."""
        return self._request("HEAD", url, headers, insecure=insecure, outward=outward)

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str] = _NO_HEADERS,
        insecure: bool = False,
        *,
        outward: bool = False,
    ) -> Response:
        """POST ``body``, like `get` but without following redirects; retried only if the server was busy."""
        return self._request("POST", url, headers, body, insecure=insecure, outward=outward)

    def put(
        self,
        url: str,
        body: bytes | Path,
        headers: Mapping[str, str] = _NO_HEADERS,
        insecure: bool = False,
        *,
        outward: bool = False,
    ) -> Response:
        """PUT ``body``, or a file's bytes as they are read; like `get` but without following redirects."""
        return self._request("PUT", url, headers, body, insecure=insecure, outward=outward)

    def patch(
        self, url: str, body: bytes, headers: Mapping[str, str] = _NO_HEADERS, insecure: bool = False
    ) -> Response:
        """PATCH ``body``, like `get` but without following redirects; for what may be done twice."""
        return self._request("PATCH", url, headers, body, insecure=insecure)

    def download(
        self, url: str, *, etag: str = "", last_modified: str = "", insecure: bool = False
    ) -> Response | NotModified:
        """GET ``url`` unless it still matches ``etag`` or ``last_modified`` (as the server sent them).

        Raises:
            StatusError: The status is neither 200 nor 304.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        response = self.get(url, {name: value for name, value in conditions.items() if value}, insecure)
        if response.status == 304:
            response.discard()
            return NotModified(response.headers)
        if response.status != 200:
            with response:
                raise _status_error(response)
        return response

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            for manager in self._managers.values():
                manager.clear()
            if self._pool is not None:
                self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _continue(self, url: str, headers: Mapping[str, str], done: int, *, insecure: bool, outward: bool) -> Response:
        """Request the rest of a body after ``done`` bytes were read."""
        ranged = {**headers, "Range": f"bytes={done}-"}
        response = self._request("GET", url, ranged, insecure=insecure, outward=outward)
        if response.status != 206 or not response.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
            response.close()
            raise NetworkError(
                f"the answer of {shown(url)} was cut after {done} bytes, and the server does not continue it",
                "try again; if it happens again, look at the network or the proxy in between",
            )
        return response

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Path | None = None,
        *,
        insecure: bool,
        outward: bool = False,
    ) -> Response:
        current, sent = url, {"Accept-Encoding": "identity", "User-Agent": "garboard", **headers}
        for _ in range(REDIRECTS + 1):
            self._refuse(current, insecure=insecure, outward=outward)
            response = self._attempts(method, current, sent, body, outward=outward)
            target = response.headers.get("Location", "")
            if response.status not in _REDIRECT or not target or body is not None:
                return _judged(response)
            response.discard()
            following = urljoin(current, target)
            if urlsplit(current).scheme == "https" and urlsplit(following).scheme != "https" and not insecure:
                raise NetworkError(f"{shown(current)} redirects to plain HTTP: {shown(following)}")
            if _origin(current) != _origin(following):
                sent = {name: value for name, value in sent.items() if name.lower() not in {"authorization", "cookie"}}
            current = following
        raise NetworkError(f"{shown(url)} redirects more than {REDIRECTS} times")

    def _attempts(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Path | None, *, outward: bool
    ) -> Response:
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            wait = BACKOFF * 2**attempt
            try:
                with translated(url), _opened(body, headers) as (data, sent):
                    response = Response(self._send(method, url, sent, data, outward=outward), url)
            except BrokenError:
                if last or method == "POST":
                    raise
            else:
                if response.status not in _BUSY or last:
                    return response
                asked = _retry_after(response.headers.get("Retry-After", ""))
                if asked is not None and asked > self._longest_wait:
                    with response:
                        raise _status_error(response, f"the server asks to wait {asked:.0f} seconds")
                response.discard()
                wait = wait if asked is None else asked
            self._pause(wait)
        raise AssertionError  # the last attempt returned or raised

    def _refuse(self, url: str, *, insecure: bool, outward: bool) -> None:
        parts = urlsplit(url)
        if self._offline:
            raise OfflineError(f"offline: no connection is opened to {host_of(url)}", "leave out --offline to allow it")
        if self._peer.socket or self._peer.command:
            return
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise NetworkError(f"not an http(s) address: {shown(url)}")
        if parts.scheme == "http" and not insecure and not self._peer.direct and not is_loopback(parts.hostname):
            raise NetworkError(f"plain HTTP is not allowed to {host_of(url)}", "use https, or allow it for this host")
        if outward and self._proxy(parts):
            refuse_inward(parts.hostname)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | IO[bytes] | None, *, outward: bool
    ) -> urllib3.BaseHTTPResponse:
        import urllib3

        timeout = urllib3.Timeout(connect=self._timeouts[0], read=self._timeouts[1])
        if self._peer.socket or self._peer.command:
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            return self._fixed_pool().urlopen(
                method, target, body, headers, retries=False, redirect=False, timeout=timeout,
                preload_content=False, decode_content=False,
            )  # fmt: skip
        return self._manager(url, outward=outward).urlopen(
            method, url, redirect=False, body=body, headers=headers, retries=False, timeout=timeout,
            preload_content=False, decode_content=False,
        )  # fmt: skip

    def _proxy(self, parts: SplitResult) -> str:
        return "" if self._peer.direct else proxy_for(parts)

    def _manager(self, url: str, *, outward: bool) -> urllib3.PoolManager:
        proxy = self._proxy(urlsplit(url))
        with self._lock:
            if (proxy, outward) not in self._managers:
                context = tls_context(self._ca_file, self._peer)
                self._managers[proxy, outward] = proxy_manager(proxy, context, self._paced(), outward=outward)
            return self._managers[proxy, outward]

    def _paced(self) -> Pace | None:
        if self._pace is None and not self._peer.direct:
            from garboard.net.pace import Pace

            self._pace = Pace(self._limits)
        return self._pace

    def _fixed_pool(self) -> urllib3.HTTPConnectionPool:
        with self._lock:
            if self._pool is None:
                self._pool = peer_pool(self._peer, self._timeouts[0])
            return self._pool


@contextlib.contextmanager
def _opened(
    body: bytes | Path | None, headers: Mapping[str, str]
) -> Iterator[tuple[bytes | IO[bytes] | None, Mapping[str, str]]]:
    """A request's body, of a file as a file with its length, which is sent in pieces."""
    if not isinstance(body, Path):
        yield body, headers
        return
    with body.open("rb") as file:
        yield file, {**headers, "Content-Length": str(body.stat().st_size)}


def _judged(response: Response) -> Response:
    if response.status < 400 or response.status in _RETURNED:
        return response
    with response:
        raise _status_error(response)


def _status_error(response: Response, hint: str = "") -> StatusError:
    body = b""
    with contextlib.suppress(NetworkError):
        body = next(response.chunks(EXCERPT), b"")
    if not hint and response.status == 429:
        hint = "the server limits how often it may be asked; log in, or try again later"
    return StatusError(f"{shown(response.url)} answers with status {response.status}", hint, response.status, body)


def _retry_after(text: str) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3); None if it states nothing."""
    if text.isascii() and text.isdigit():
        return float(text)
    if not text:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
