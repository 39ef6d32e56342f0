"""GitHub, and GitHub Enterprise Server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from garboard.hosts import github_style
from garboard.model.pull_request import PullRequest

if TYPE_CHECKING:
    from garboard.hosts.api import Api
    from garboard.hosts.remote import GitRemote

NAME: Final = "github"
TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
SCHEME: Final = "Bearer"
USER: Final = "x-access-token"
LIMIT: Final = 65_536


class _Repository(msgspec.Struct):
    full_name: str


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
    return GitHubRepository(api, *github_style.named(remote))


class GitHubRepository(github_style.StyledRepository[_Pull]):
    """Pull requests at GitHub."""

    KIND = _Pull
    SIZE = ("per_page", 100)

    def is_own(self, pull: _Pull) -> bool:
        """Whether it comes from no fork."""
        return bool(pull.head.repo and pull.base.repo and pull.head.repo.full_name == pull.base.repo.full_name)

    def read(self, pull: _Pull) -> PullRequest:
        """What it says."""
        return PullRequest(
            number=pull.number,
            address=pull.html_url,
            branch=pull.head.ref,
            target=pull.base.ref,
            title=pull.title,
            body=pull.body or "",
            state=github_style.state(pull.state, merged=bool(pull.merged_at)),
        )

    def about(self, branch: str) -> dict[str, str]:
        """Those of the branch, the newest first."""
        return {"head": f"{self._owner}:{branch}", "sort": "created", "direction": "desc"}

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels; what does not exist is made."""
        self._labelled(request, labels)
