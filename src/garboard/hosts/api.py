"""Code hosts' APIs: JSON that is asked for and sent with a token, which goes nowhere else."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from garboard.model.errors import GarboardError, NetworkError
from garboard.net.client import Client, Response, StatusError

_LARGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer."""
_SAID: Final = 300
"""Characters of a host's own words that are told."""
_NEXT: Final = re.compile(r"""\brel=["']?next\b""")
_HINTS: Final = {
    401: "the token is not valid, or has expired",
    403: "the token does not allow this",
    404: "there is no such repository, or the token does not let it be seen",
    429: "too much was asked for in a short time: try again later",
}

Query = str | int | tuple[str, ...]
"""The value of a parameter, or several of them."""
T = TypeVar("T")


class HostError(GarboardError):
    """A code host that refuses, or does not answer as it should."""


class Token:
    """A token, which shows itself nowhere but where it is asked for."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise HostError("the token has characters that no token has", "set it again, without a line end")
        self._secret = secret

    def __repr__(self) -> str:
        return "Token(…)"

    def header(self, scheme: str, user: str) -> str:
        """The value of an Authorization header."""
        if scheme == "Basic":
            return f"Basic {self._encoded(user)}"
        return f"{scheme} {self._secret}"

    def hidden_in(self, text: str) -> str:
        """A text without the token."""
        return text.replace(self._secret, "…")

    def _encoded(self, user: str) -> str:
        return base64.b64encode(f"{user}:{self._secret}".encode()).decode()


class Api:
    """The API of one host."""

    def __init__(self, client: Client, root: str, token: Token, authorization: str) -> None:
        self._client = client
        self._root = root.rstrip("/")
        self._token = token
        self._authorization = authorization

    def get(self, path: str, kind: type[T], **query: Query) -> T:
        """What stands at a path.

        Raises:
            HostError: the host refuses, or its answer is of another kind.
        """
        return self._read(self._asked("GET", self._url(path, query))[0], kind)

    def send(self, method: str, path: str, body: object, kind: type[T], **query: Query) -> T:
        """What is answered to a POST, PUT or PATCH of JSON.

        Raises:
            HostError: the host refuses, or its answer is of another kind.
        """
        return self._read(self._asked(method, self._url(path, query), msgspec.json.encode(body))[0], kind)

    def pages(self, path: str, kind: type[T], size: tuple[str, int], most: int, **query: Query) -> Iterator[T]:
        """The entries of a list that comes in numbered pages of at most ``size``, a parameter's name and its value.

        A host may give fewer on each page: the last one is the one that names no next one, or else one that is empty.

        Raises:
            HostError: there are more than ``most`` pages.
        """
        name, number = size
        for page in range(1, most + 1):
            data, links = self._asked("GET", self._url(path, {**query, name: number, "page": page}))
            found: list[T] = self._read(data, list[kind])  # type: ignore[valid-type]
            yield from found
            if not found or (links and not _NEXT.search(links)):
                return
        raise TooManyPagesError(f"{self._host} lists more than {most} pages of pull requests", "close some")

    @property
    def _host(self) -> str:
        return urlsplit(self._root).netloc

    def _url(self, path: str, query: dict[str, Any]) -> str:
        return f"{self._root}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")

    def _asked(self, method: str, url: str, body: bytes | None = None) -> tuple[bytes, str]:
        """An answer, and the pages that it names."""
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._opened(method, url, headers, body) as response:
                if urlsplit(response.url)[:2] != urlsplit(url)[:2]:
                    raise HostError(f"{self._host} sends to another host", "name the API's address with --api")
                data = response.read(_LARGEST)
        except StatusError as error:
            raise self._refused(method, error.status, error.body) from None
        except NetworkError as error:
            raise HostError(self._hidden(error.message), self._hidden(error.hint)) from None
        if not 200 <= response.status < 300:
            raise self._refused(method, response.status, data)
        return data, response.headers.get("Link", "")

    def _opened(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Response:
        if body is None:
            return self._client.get(url, headers)
        send = {"POST": self._client.post, "PUT": self._client.put, "PATCH": self._client.patch}[method]
        return send(url, body, headers)

    def _refused(self, method: str, status: int, body: bytes) -> HostError:
        said = self._hidden(_words(body))
        what = "does not let this be read" if method == "GET" else "does not take this"
        return HostError(f"{self._host} {what}: {status}{': ' + said if said else ''}", _HINTS.get(status, ""))

    def _hidden(self, text: str) -> str:
        """A text without the token, also as the header has it."""
        return self._token.hidden_in(text).replace(self._authorization.rpartition(" ")[2], "…")

    def _read(self, data: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise HostError(
                f"{self._host} does not answer as its API should", "is it such a host? see --host"
            ) from None


class TooManyPagesError(HostError):
    """A list of which not everything was read."""


def _words(body: bytes) -> str:
    """What a host says of an error, in one line; empty if that is not in JSON."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    said = (
        next((found[one] for one in ("message", "error", "errors") if found.get(one)), "")
        if isinstance(found, dict)
        else ""
    )
    if isinstance(said, dict):
        said = said.get("message", "")
    text = said if isinstance(said, str) else str(said)
    return "".join(one if one.isprintable() else " " for one in text)[:_SAID].strip()
