"""Authorization at a registry: challenges (RFC 9110, 11.6.1), Basic, and the distribution project's Bearer tokens.

See https://distribution.github.io/distribution/spec/auth/ (token and oauth).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from garboard.image.credentials import Login
from garboard.model.errors import ImageError, NetworkError
from garboard.net.client import Client, Response, StatusError

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


def authorize(client: Client, challenges: Challenges, login: Login | None, repository: str, *, insecure: bool) -> str:
    """Return the Authorization header that answers a registry's challenges for reading ``repository``.

    It is empty if the registry needs a login and there is none.

    Raises:
        ImageError: The login is refused.
        NetworkError: The token server fails, or the registry wants an unknown kind of login.
    """
    if "bearer" in challenges:
        return f"Bearer {_token(client, challenges['bearer'], login, repository, insecure=insecure)}"
    if "basic" in challenges:
        return _basic(login) if login and login.password else ""
    raise NetworkError(
        "the registry asks for a kind of login that is not known here: " + (", ".join(challenges) or "it does not say"),
        "Basic and Bearer are known",
    )


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()


def _token(
    client: Client, parameters: Mapping[str, str], login: Login | None, repository: str, *, insecure: bool
) -> str:
    realm = parameters.get("realm", "")
    if urlsplit(realm).scheme not in ({"https", "http"} if insecure else {"https"}):
        raise NetworkError(f"the registry names a token server that is no https address: {realm[:200]}")
    query = {"service": parameters.get("service", ""), "scope": f"repository:{repository}:pull"}
    try:
        with _asked(client, realm, query, login, insecure=insecure) as response:
            if response.status != 200:
                raise _refused(login)
            answer = msgspec.json.decode(response.read(_LONGEST_ANSWER), type=_Token)
    except StatusError as error:
        if error.status in {400, 403}:
            raise _refused(login) from error
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NetworkError(f"the token server {urlsplit(realm).netloc} answers no token: {error}") from error
    token = answer.token or answer.access_token
    if not token.isascii() or not token.isprintable() or not token:
        raise NetworkError(f"the token server {urlsplit(realm).netloc} answers no token")
    return token


def _asked(client: Client, realm: str, query: Mapping[str, str], login: Login | None, *, insecure: bool) -> Response:
    if login and login.token:
        form = {**query, "grant_type": "refresh_token", "client_id": "garboard", "refresh_token": login.token}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return client.post(realm, urlencode(form).encode(), kind, insecure=insecure)
    headers = {"Authorization": _basic(login)} if login else {}
    separator = "&" if urlsplit(realm).query else "?"
    return client.get(f"{realm}{separator}{urlencode(query)}", headers, insecure=insecure)


def _refused(login: Login | None) -> ImageError:
    if login is None:
        return ImageError("the registry gives out nothing without a login", "log in with docker login")
    return ImageError(
        f"the registry refuses the login of {login.username or 'the stored token'}", "log in again with docker login"
    )
