"""GitHub, and GitHub Enterprise Server."""

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

NAME: Final = "github"
TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
SCHEME: Final = "Bearer"
USER: Final = "x-access-token"
LIMIT: Final = 65_536
_SIZE: Final = ("per_page", 100)


class _Repository(msgspec.Struct):
    full_name: str
    default_branch: str = ""


class _End(msgspec.Struct):
    ref: str
    repo: _Repository | None = None


class _Pull(msgspec.Struct):
    number: int
    html_url: str
    title: str
    state: str
    head: _End
    base: _End
    body: str | None = None
    merged_at: str | None = None


def recognizes(remote: GitRemote) -> bool:
    """Whether a remote is at github.com."""
    return remote.host in ("github.com", "ssh.github.com")


def api_address(remote: GitRemote) -> str:
    """The API of github.com, or of a server of one's own."""
    return "https://api.github.com" if recognizes(remote) else f"{remote.web}/api/v3"


def repository(api: Api, remote: GitRemote) -> GitHubRepository:
    """The pull requests of a remote.

    Raises:
        HostError: its address names no owner and repository.
    """
    if len(remote.parts) < 2:
        raise HostError("the remote's address names no owner and repository", "see: git remote -v")
    return GitHubRepository(api, *remote.parts[-2:])


class GitHubRepository:
    """Pull requests at GitHub."""

    def __init__(self, api: Api, owner: str, name: str) -> None:
        self._api = api
        self._owner = owner
        self._path = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        yield from self._own(self._api.pages(f"{self._path}/pulls", _Pull, _SIZE, PAGES, state="open"))

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, the newest first."""
        query = {"state": "closed", "head": f"{self._owner}:{branch}", "sort": "created", "direction": "desc"}
        pulls = self._own(self._api.pages(f"{self._path}/pulls", _Pull, _SIZE, PAGES, **query))
        try:
            yield from (one for one in pulls if one.branch == branch)
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {"title": draft.title, "body": draft.body, "head": draft.branch, "base": draft.target}
        return _pull(self._api.send("POST", f"{self._path}/pulls", body, _Pull))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and body."""
        self._api.send("PATCH", f"{self._path}/pulls/{request.number}", {"title": title, "body": body}, _Pull)

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and close."""
        self._api.send("POST", f"{self._path}/issues/{request.number}/comments", {"body": comment}, dict[str, Any])
        self._api.send("PATCH", f"{self._path}/pulls/{request.number}", {"state": "closed"}, _Pull)

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels; what does not exist is made."""
        self._api.send("POST", f"{self._path}/issues/{request.number}/labels", {"labels": labels}, list[dict[str, Any]])

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people, and teams as ``organization/team``."""
        teams = [one.rpartition("/")[2] for one in reviewers if "/" in one]
        body = {"reviewers": [one for one in reviewers if "/" not in one], "team_reviewers": teams}
        self._api.send("POST", f"{self._path}/pulls/{request.number}/requested_reviewers", body, dict[str, Any])

    def default_branch(self) -> str:
        """As the repository has it."""
        return self._api.get(self._path, _Repository).default_branch

    @staticmethod
    def _own(pulls: Iterator[_Pull]) -> Iterator[PullRequest]:
        """Those that come from no fork."""
        for one in pulls:
            if one.head.repo and one.base.repo and one.head.repo.full_name == one.base.repo.full_name:
                yield _pull(one)


def _pull(one: _Pull) -> PullRequest:
    ended = RequestState.MERGED if one.merged_at else RequestState.CLOSED
    return PullRequest(
        number=one.number,
        address=one.html_url,
        branch=one.head.ref,
        title=one.title,
        body=one.body or "",
        state=RequestState.OPEN if one.state == "open" else ended,
    )
