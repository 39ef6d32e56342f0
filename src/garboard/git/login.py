"""How git gets into a code host: by its settings, for this host alone, so that no list of processes shows a token."""

from __future__ import annotations

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
    hidden = (login, login.partition(" ")[2])
    if not safe:
        return (), hidden
    where = f"http.{parts.scheme}://{parts.netloc}/.extraHeader"
    return ((where, ""), (where, f"Authorization: {login}"), ("credential.helper", "")), hidden
