"""How git gets into a code host: by its settings, for this host alone, so that no list of processes shows a token."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def login_settings(address: str, login: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Settings of git, and texts that no message may have; ``login`` is the value of an Authorization header, or empty.

    It is sent over HTTPS only, or to this machine.
    """
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not login:
        return (), ()
    encoded = login.partition(" ")[2]
    hidden = tuple(filter(None, (login, encoded, _secret(encoded))))
    if not safe:
        return (), hidden
    where = f"http.{parts.scheme}://{parts.netloc}/.extraHeader"
    return ((where, ""), (where, f"Authorization: {login}"), ("credential.helper", "")), hidden


def _secret(encoded: str) -> str:
    """The password in what goes to a server."""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
