"""Code hosts: one module per kind, behind `garboard.hosts.protocol`, and the one registry of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from garboard.hosts import azure, bitbucket, gitea, github, gitlab
from garboard.hosts.api import Api, Token
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.hosts.protocol import CodeHost, HostKind
    from garboard.hosts.remote import GitRemote
    from garboard.net.client import Client

KINDS: Final = cast("tuple[HostKind, ...]", (github, gitlab, gitea, bitbucket, azure))
NAMES: Final = tuple(one.NAME for one in KINDS)


class OpenedHost(NamedTuple):
    """A repository at a code host.

    Attributes:
        requests: its pull requests.
        login: the value of the Authorization header that lets git in; empty where git needs none of ours.
        token: hides itself in texts.
        limit: characters of a body.
    """

    requests: CodeHost
    login: str
    token: Token
    limit: int


def open_host(client: Client, remote: GitRemote, name: str, api: str) -> OpenedHost:
    """The host of a remote, of the kind that is named, or else that its address tells; ``api`` is empty for the usual address.

    Raises:
        UsageError: it is of no known kind, or the environment has no token for it.
        HostError: the address names no repository.
    """
    kind = _kind(remote, name)
    variable = next((one for one in kind.TOKENS if os.environ.get(one)), "")
    if not variable:
        raise UsageError(f"pull requests at {kind.NAME} need a token", f"set it in {' or '.join(kind.TOKENS)}")
    if not api and remote.scheme == "file":
        raise UsageError("the remote is a folder, which has no pull requests", "name the API's address with --api")
    token = Token(os.environ[variable].strip())
    root = api or kind.api_address(remote)
    opened = kind.repository(Api(client, root, token, token.header(kind.SCHEME, kind.USER)), remote)
    login = token.header("Basic", kind.USER) if remote.scheme in ("https", "http") else ""
    return OpenedHost(opened, login, token, kind.LIMIT)


def login_of(remote: GitRemote, name: str) -> str:
    """The value of the Authorization header that lets git read a remote; empty where there is no token for it, or no need."""
    kind = _find_kind(remote, name)
    secret = next(filter(None, (os.environ.get(one) for one in kind.TOKENS)), "") if kind else ""
    return (
        Token(secret.strip()).header("Basic", kind.USER)
        if kind and secret and remote.scheme in ("https", "http")
        else ""
    )


def _kind(remote: GitRemote, name: str) -> HostKind:
    found = _find_kind(remote, name)
    if found is None:
        raise UsageError(
            f"what kind of code host {remote.host or 'the remote'} is is not known", f"say it: --host {'|'.join(NAMES)}"
        )
    return found


def _find_kind(remote: GitRemote, name: str) -> HostKind | None:
    return next((one for one in KINDS if (name == one.NAME if name else one.recognizes(remote))), None)
