"""What GitHub's API and those that are made after it have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from garboard.hosts.api import Api, HostError, TooManyPagesError
from garboard.hosts.protocol import PAGES
from garboard.model.pull_request import RequestState

if TYPE_CHECKING:
    from garboard.hosts.remote import GitRemote
    from garboard.model.pull_request import Draft, PullRequest

Pull = TypeVar("Pull")
"""A pull request as such a host tells it."""


class _Repository(msgspec.Struct):
    default_branch: str = ""


def named(remote: GitRemote) -> tuple[str, str]:
    """The owner and the repository of a remote.

    Raises:
        HostError: its address names none.
    """
    if len(remote.parts) < 2:
        raise HostError("the remote's address names no owner and repository", "see: git remote -v")
    return remote.parts[-2], remote.parts[-1]


def state(stated: str, *, merged: bool) -> RequestState:
    """Where a request stands that is stated to be ``open`` or ``closed``."""
    ended = RequestState.MERGED if merged else RequestState.CLOSED
    return RequestState.OPEN if stated == "open" else ended


class StyledRepository(Generic[Pull]):
    """Pull requests at such a host.

    Subclasses say whose a pull request is and how it is read, of which size pages are, what is asked of a branch, and how labels are added.
    """

    KIND: type[Any]
    SIZE: tuple[str, int]

    def __init__(self, api: Api, owner: str, name: str) -> None:
        self._api = api
        self._owner = owner
        self._path = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"

    def is_own(self, pull: Pull) -> bool:
        """Whether it comes from no fork."""
        raise NotImplementedError

    def read(self, pull: Pull) -> PullRequest:
        """What it says."""
        raise NotImplementedError

    def about(self, branch: str) -> dict[str, str]:
        """What is asked for those of a branch that ended, as far as the host can be."""
        raise NotImplementedError

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        return self._pages({"state": "open"})

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, the newest first."""
        try:
            yield from (one for one in self._pages({"state": "closed", **self.about(branch)}) if one.branch == branch)
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {"title": draft.title, "body": draft.body, "head": draft.branch, "base": draft.target}
        return self.read(self._api.send("POST", f"{self._path}/pulls", body, self.KIND))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and body."""
        self._patch(request, {"title": title, "body": body})

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and close."""
        self._api.send("POST", f"{self._path}/issues/{request.number}/comments", {"body": comment}, dict[str, Any])
        self._patch(request, {"state": "closed"})

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people, and teams as ``organization/team``."""
        teams = [one.rpartition("/")[2] for one in reviewers if "/" in one]
        body = {"reviewers": [one for one in reviewers if "/" not in one], "team_reviewers": teams}
        self._api.send("POST", f"{self._path}/pulls/{request.number}/requested_reviewers", body, object)

    def default_branch(self) -> str:
        """As the repository has it."""
        return self._api.get(self._path, _Repository).default_branch

    def _labelled(self, request: PullRequest, labels: Sequence[object]) -> None:
        path = f"{self._path}/issues/{request.number}/labels"
        self._api.send("POST", path, {"labels": labels}, list[dict[str, Any]])

    def _pages(self, query: dict[str, str]) -> Iterator[PullRequest]:
        found = self._api.pages(f"{self._path}/pulls", self.KIND, self.SIZE, PAGES, **query)
        return (self.read(one) for one in found if self.is_own(one))

    def _patch(self, request: PullRequest, body: dict[str, str]) -> None:
        self._api.send("PATCH", f"{self._path}/pulls/{request.number}", body, self.KIND)
