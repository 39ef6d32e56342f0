"""Bitbucket Cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from garboard.hosts.api import Api, HostError, Query, TooManyPagesError
from garboard.hosts.protocol import PAGES
from garboard.model.pull_request import Draft, PullRequest, RequestState

if TYPE_CHECKING:
    from garboard.hosts.remote import GitRemote

NAME: Final = "bitbucket"
TOKENS: Final = ("BITBUCKET_TOKEN",)
SCHEME: Final = "Bearer"
USER: Final = "x-token-auth"
LIMIT: Final = 32_768
_SIZE: Final = 50
_ENDED: Final = ("MERGED", "DECLINED", "SUPERSEDED")
_STATES: Final = {"OPEN": RequestState.OPEN, "MERGED": RequestState.MERGED}


class _Branch(msgspec.Struct):
    name: str


class _Named(msgspec.Struct):
    full_name: str = ""


class _End(msgspec.Struct):
    branch: _Branch
    repository: _Named | None = None


class _Link(msgspec.Struct):
    href: str


class _Links(msgspec.Struct):
    html: _Link


class _Pull(msgspec.Struct):
    id: int
    title: str
    state: str
    links: _Links
    source: _End
    destination: _End
    description: str | None = None


class _Page(msgspec.Struct):
    values: list[_Pull]
    next: str = ""


class _Repository(msgspec.Struct):
    mainbranch: _Branch | None = None


def recognizes(remote: GitRemote) -> bool:
    """Whether a remote is at bitbucket.org."""
    return remote.host in ("bitbucket.org", "altssh.bitbucket.org")


def api_address(_remote: GitRemote) -> str:
    """The API of Bitbucket Cloud."""
    return "https://api.bitbucket.org/2.0"


def repository(api: Api, remote: GitRemote) -> BitbucketRepository:
    """The pull requests of a remote.

    Raises:
        HostError: its address names no workspace and repository.
    """
    if len(remote.parts) < 2:
        raise HostError("the remote's address names no workspace and repository", "see: git remote -v")
    return BitbucketRepository(api, *remote.parts[-2:])


class BitbucketRepository:
    """Pull requests at Bitbucket Cloud."""

    def __init__(self, api: Api, workspace: str, name: str) -> None:
        self._api = api
        self._path = f"/repositories/{quote(workspace, safe='')}/{quote(name, safe='')}"
        self._requests = f"{self._path}/pullrequests"

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        yield from self._pages(("OPEN",))

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, the newest first."""
        try:
            found = self._pages(_ENDED, f'source.branch.name = "{branch}"')
            yield from (one for one in found if one.branch == branch)
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {
            "title": draft.title,
            "description": draft.body,
            "source": {"branch": {"name": draft.branch}},
            "destination": {"branch": {"name": draft.target}},
        }
        return _pull(self._api.send("POST", self._requests, body, _Pull))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and description."""
        self._api.send("PUT", f"{self._requests}/{request.number}", {"title": title, "description": body}, _Pull)

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and decline."""
        said = {"content": {"raw": comment}}
        self._api.send("POST", f"{self._requests}/{request.number}/comments", said, dict[str, Any])
        self._api.send("POST", f"{self._requests}/{request.number}/decline", {}, _Pull)

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """There are none."""
        del request
        raise HostError(f"Bitbucket has no labels, as {labels[0]}", "leave out --label")

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people by their account's number, or by their UUID in braces."""
        people = [{"uuid": one} if one.startswith("{") else {"account_id": one} for one in reviewers]
        body = {"title": request.title, "reviewers": people}
        self._api.send("PUT", f"{self._requests}/{request.number}", body, _Pull)

    def default_branch(self) -> str:
        """As the repository has it."""
        found = self._api.get(self._path, _Repository).mainbranch
        return found.name if found else ""

    def _pages(self, states: tuple[str, ...], condition: str = "") -> Iterator[PullRequest]:
        given: dict[str, Query] = {"state": states, **({"q": condition} if condition else {})}
        for page in range(1, PAGES + 1):
            query: dict[str, Query] = {**given, "sort": "-created_on", "pagelen": _SIZE, "page": page}
            found = self._api.get(self._requests, _Page, **query)
            yield from (_pull(one) for one in found.values if _is_own(one))
            if not found.next:
                return
        raise TooManyPagesError(f"Bitbucket lists more than {PAGES} pages of pull requests", "close some")


def _is_own(one: _Pull) -> bool:
    """Whether it comes from no fork."""
    source, destination = one.source.repository, one.destination.repository
    return bool(source and destination and source.full_name and source.full_name == destination.full_name)


def _pull(one: _Pull) -> PullRequest:
    return PullRequest(
        number=one.id,
        address=one.links.html.href,
        branch=one.source.branch.name,
        target=one.destination.branch.name,
        title=one.title,
        body=one.description or "",
        state=_STATES.get(one.state, RequestState.CLOSED),
    )
