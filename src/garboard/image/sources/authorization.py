"""Authorization at a registry: challenges (RFC 9110, 11.6.1), Basic, and the distribution project's Bearer tokens.

See https://distribution.github.io/distribution/spec/auth/ (token and oauth).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from garboard.image.credentials import Login
from garboard.model.errors import ImageError, NetworkError
from garboard.net.client import Client, Response, StatusError, host_of

_LONGEST_ANSWER = 1024 * 1024
_PART = re.compile(
    r'[\s,]*(?:(?P<name>[\w-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s,"]+))|(?P<scheme>[\w-]+)(?=[\s,]|$))'
)

Challenges = Mapping[str, Mapping[str, str]]
"""Maps a scheme in lower case (``bearer``, ``basic``) to its parameters."""


class _Token(msgspec.Struct):
    token: str = ""
    access_token: str = ""


def parse_challenges(header: str) -> Challenges:
    """Parse the challenges of a WWW-Authenticate header, or of several joined by commas.

    A malformed part ends the list.
    """
    challenges: dict[str, dict[str, str]] = {}
    parameters: dict[str, str] = {}
    position = 0
    while match := _PART.match(header, position):
        if match["scheme"]:
            parameters = challenges.setdefault(match["scheme"].lower(), {})
        else:
            quoted = match["quoted"]
            value = match["word"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters.setdefault(match["name"].lower(), value)
        position = match.end()
    return challenges


class Asking(NamedTuple):
    """Who asks for what: the login, the repository, and its registry (``host[:port]``).

    ``insecure`` allows plain HTTP, but with a login only to the registry's own host; ``outward`` is a registry that may
    not lead to addresses of this machine or its link.
    """

    login: Login | None
    repository: str
    registry: str
    insecure: bool
    outward: bool
    actions: str = "pull"
    """What is to be done with the repository, as a token's scope names it."""


def authorize(client: Client, challenges: Challenges, asking: Asking) -> str:
    """Return the Authorization header that answers a registry's challenges.

    It is empty if the registry needs a login and there is none.

    Raises:
        ImageError: The login is refused.
        NetworkError: The token server fails, or the registry wants an unknown kind of login.
    """
    if "bearer" in challenges:
        return f"Bearer {_token(client, challenges['bearer'], asking)}"
    if "basic" in challenges:
        return _basic(asking.login) if asking.login and asking.login.password else ""
    raise NetworkError(
        "the registry asks for a kind of login that is not known here: " + (", ".join(challenges) or "it does not say"),
        "Basic and Bearer are known",
    )


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()


def _token(client: Client, parameters: Mapping[str, str], asking: Asking) -> str:
    realm = parameters.get("realm", "")
    _refuse(realm, asking)
    login = asking.login
    query = {"service": parameters.get("service", ""), "scope": f"repository:{asking.repository}:{asking.actions}"}
    try:
        with _asked(client, realm, query, asking) as response:
            if response.status != 200:
                raise _refused(login)
            answer = msgspec.json.decode(response.read(_LONGEST_ANSWER), type=_Token)
    except StatusError as error:
        if error.status in {400, 403}:
            raise _refused(login) from error
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NetworkError(f"the token server {host_of(realm)} answers no token: {error}") from error
    token = answer.token or answer.access_token
    if not token.isascii() or not token.isprintable() or not token:
        raise NetworkError(f"the token server {host_of(realm)} answers no token")
    return token


def _refuse(realm: str, asking: Asking) -> None:
    """Refuse a token server that a login, or any request, must not reach."""
    parts = _split(realm)
    if parts is None or parts.scheme not in ({"https", "http"} if asking.insecure else {"https"}):
        raise NetworkError(f"the registry names a token server that is no https address: {realm[:200]}")
    own = _split(f"//{asking.registry}")
    if parts.scheme == "http" and asking.login and (own is None or parts.hostname != own.hostname):
        raise NetworkError(
            f"the registry {asking.registry} asks to send its login over plain HTTP to another host: {host_of(realm)}",
            "plain HTTP was allowed only to the registry itself; ask its operator for a token server with https",
        )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _asked(client: Client, realm: str, query: Mapping[str, str], asking: Asking) -> Response:
    login, insecure, outward = asking.login, asking.insecure, asking.outward
    if login and login.token:
        form = {**query, "grant_type": "refresh_token", "client_id": "garboard", "refresh_token": login.token}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return client.post(realm, urlencode(form).encode(), kind, insecure=insecure, outward=outward)
    headers = {"Authorization": _basic(login)} if login else {}
    separator = "&" if urlsplit(realm).query else "?"
    return client.get(f"{realm}{separator}{urlencode(query)}", headers, insecure=insecure, outward=outward)


def _refused(login: Login | None) -> ImageError:
    if login is None:
        return ImageError("the registry gives out nothing without a login", "log in with docker login")
    return ImageError(
        f"the registry refuses the login of {login.username or 'the stored token'}", "log in again with docker login"
    )
