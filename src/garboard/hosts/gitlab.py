"""GitLab, where pull requests are merge requests."""

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

NAME: Final = "gitlab"
TOKENS: Final = ("GITLAB_TOKEN",)
SCHEME: Final = "Bearer"
USER: Final = "oauth2"
LIMIT: Final = 1_000_000
_SIZE: Final = ("per_page", 100)
_STATES: Final = {"opened": RequestState.OPEN, "locked": RequestState.OPEN, "merged": RequestState.MERGED}


class _Project(msgspec.Struct):
    default_branch: str = ""


class _User(msgspec.Struct):
    id: int
    username: str


class _MergeRequest(msgspec.Struct):
    iid: int
    web_url: str
    title: str
    state: str
    source_branch: str
    target_branch: str
    source_project_id: int | None = None
    target_project_id: int | None = None
    description: str | None = None


def recognizes(remote: GitRemote) -> bool:
    """Whether a remote is at gitlab.com."""
    return remote.host in ("gitlab.com", "altssh.gitlab.com")


def api_address(remote: GitRemote) -> str:
    """The API of the host itself."""
    return "https://gitlab.com/api/v4" if recognizes(remote) else f"{remote.web}/api/v4"


def repository(api: Api, remote: GitRemote) -> GitLabProject:
    """The merge requests of a remote, which may lie in groups of groups.

    Raises:
        HostError: its address names no project.
    """
    if len(remote.parts) < 2:
        raise HostError("the remote's address names no group and project", "see: git remote -v")
    return GitLabProject(api, "/".join(remote.parts if remote.scheme != "file" else remote.parts[-2:]))


class GitLabProject:
    """Merge requests at GitLab."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._path = f"/projects/{quote(name, safe='')}"
        self._requests = f"{self._path}/merge_requests"

    def opened(self) -> Iterator[PullRequest]:
        """All that are open."""
        yield from _own(self._api.pages(self._requests, _MergeRequest, _SIZE, PAGES, state="opened"))

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of a branch that ended, the newest first."""
        query = {"state": "all", "source_branch": branch, "order_by": "created_at", "sort": "desc"}
        found = _own(self._api.pages(self._requests, _MergeRequest, _SIZE, PAGES, **query))
        try:
            yield from (one for one in found if one.branch == branch and one.state is not RequestState.OPEN)
        except TooManyPagesError:
            return

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""
        body = {
            "title": draft.title,
            "description": draft.body,
            "source_branch": draft.branch,
            "target_branch": draft.target,
        }
        return _pull(self._api.send("POST", self._requests, body, _MergeRequest))

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and description."""
        self._put(request, {"title": title, "description": body})

    def close(self, request: PullRequest, comment: str) -> None:
        """Say why, and close."""
        self._api.send("POST", f"{self._requests}/{request.number}/notes", {"body": comment}, dict[str, Any])
        self._put(request, {"state_event": "close"})

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels; what does not exist is made."""
        self._put(request, {"add_labels": ",".join(labels)})

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people by their user names."""
        self._put(request, {"reviewer_ids": [self._user(one) for one in reviewers]})

    def default_branch(self) -> str:
        """As the project has it."""
        return self._api.get(self._path, _Project).default_branch

    def _user(self, name: str) -> int:
        found = self._api.get("/users", list[_User], username=name)
        if not found:
            raise HostError(f"GitLab knows no user {name}", "name a user as in the address of the profile")
        return found[0].id

    def _put(self, request: PullRequest, body: dict[str, Any]) -> None:
        self._api.send("PUT", f"{self._requests}/{request.number}", body, _MergeRequest)


def _own(found: Iterator[_MergeRequest]) -> Iterator[PullRequest]:
    """Those that come from no fork."""
    return (
        _pull(one)
        for one in found
        if one.source_project_id is not None and one.source_project_id == one.target_project_id
    )


def _pull(one: _MergeRequest) -> PullRequest:
    return PullRequest(
        number=one.iid,
        address=one.web_url,
        branch=one.source_branch,
        target=one.target_branch,
        title=one.title,
        body=one.description or "",
        state=_STATES.get(one.state, RequestState.CLOSED),
    )
