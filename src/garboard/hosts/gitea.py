"""Gitea and Forgejo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from garboard.hosts.api import Api, HostError, TooManyPagesError
from garboard.hosts.protocol import PAGES
from garboard.model.pull_request import Draft, PullRequest, RequestState

if TYPE_CHECKING:
    from garboard.hosts.remote import GitRemote

NAME: Final = "gitea"
TOKENS: Final = ("GITEA_TOKEN", "FORGEJO_TOKEN")
SCHEME: Final = "token"
USER: Final = "garboard"
LIMIT: Final = 65_536
_SIZE: Final = ("limit", 50)


class _Repository(msgspec.Struct):
    default_branch: str = ""


class _End(msgspec.Struct):
    ref: str
    label: str = ""
    repo_id: int = 0


class _Pull(msgspec.Struct):
    number: int
    html_url: str
    title: str
    state: str
    head: _End
    base: _End
    body: str | None = None
    merged: bool = False


class _Label(msgspec.Struct):
    id: int
    name: str


def recognizes(remote: GitRemote) -> bool:
    """Whether a remote is at a public host that runs Gitea or Forgejo."""
    return remote.host in ("gitea.com", "codeberg.org")


def api_address(remote: GitRemote) -> str:
    """The API of the host itself."""
    return f"{remote.web}/api/v1"


def repository(api: Api, remote: GitRemote) -> GiteaRepository:
    """The pull requests of a remote.

    Raises:
        HostError: its address names no owner and repository.
    """
    if len(remote.parts) < 2:
        raise HostError("the remote's address names no owner and repository", "see: git remote -v")
    return GiteaRepository(api, *remote.parts[-2:])


class GiteaRepository:
    """Pull requests at Gitea or Forgejo."""

    def __init__(self, api: Api, owner: str, name: str) -> None:
        self._api = api
        self._path = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        yield from _own(self._api.pages(f"{self._path}/pulls", _Pull, _SIZE, PAGES, state="open"))

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, among those that changed last: the host cannot be asked for a branch."""
        query = {"state": "closed", "sort": "recentupdate"}
        found = _own(self._api.pages(f"{self._path}/pulls", _Pull, _SIZE, PAGES, **query))
        try:
            yield from (one for one in found if one.branch == branch)
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {"title": draft.title, "body": draft.body, "head": draft.branch, "base": draft.target}
        return _pull(self._api.send("POST", f"{self._path}/pulls", body, _Pull))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and body."""
        self._patch(request, {"title": title, "body": body})

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and close."""
        self._api.send("POST", f"{self._path}/issues/{request.number}/comments", {"body": comment}, dict[str, Any])
        self._patch(request, {"state": "closed"})

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels that the repository has."""
        known = {one.name: one.id for one in self._api.pages(f"{self._path}/labels", _Label, _SIZE, PAGES)}
        missing = [one for one in labels if one not in known]
        numbers = [known[one] for one in labels if one in known]
        if numbers:
            path = f"{self._path}/issues/{request.number}/labels"
            self._api.send("POST", path, {"labels": numbers}, list[dict[str, Any]])
        if missing:
            raise HostError(f"the repository has no label {missing[0]}", "make it, or name another one")

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people, and teams as ``organization/team``."""
        teams = [one.rpartition("/")[2] for one in reviewers if "/" in one]
        body = {"reviewers": [one for one in reviewers if "/" not in one], "team_reviewers": teams}
        self._api.send("POST", f"{self._path}/pulls/{request.number}/requested_reviewers", body, object)

    def default_branch(self) -> str:
        """As the repository has it."""
        return self._api.get(self._path, _Repository).default_branch

    def _patch(self, request: PullRequest, body: dict[str, str]) -> None:
        self._api.send("PATCH", f"{self._path}/pulls/{request.number}", body, _Pull)


def _own(found: Iterator[_Pull]) -> Iterator[PullRequest]:
    """Those that come from no fork."""
    return (_pull(one) for one in found if one.head.repo_id and one.head.repo_id == one.base.repo_id)


def _pull(one: _Pull) -> PullRequest:
    ended = RequestState.MERGED if one.merged else RequestState.CLOSED
    return PullRequest(
        number=one.number,
        address=one.html_url,
        branch=one.head.label or one.head.ref,  # of a branch that is gone, only the label has the name
        title=one.title,
        body=one.body or "",
        state=RequestState.OPEN if one.state == "open" else ended,
    )
