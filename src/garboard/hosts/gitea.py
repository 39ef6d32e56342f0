"""Gitea and Forgejo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from garboard.hosts import github_style
from garboard.hosts.api import HostError
from garboard.hosts.protocol import PAGES
from garboard.model.pull_request import PullRequest

if TYPE_CHECKING:
    from garboard.hosts.api import Api
    from garboard.hosts.remote import GitRemote

NAME: Final = "gitea"
TOKENS: Final = ("GITEA_TOKEN", "FORGEJO_TOKEN")
SCHEME: Final = "token"
USER: Final = "garboard"
LIMIT: Final = 65_536


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
    return GiteaRepository(api, *github_style.named(remote))


class GiteaRepository(github_style.StyledRepository[_Pull]):
    """Pull requests at Gitea or Forgejo."""

    KIND = _Pull
    SIZE = ("limit", 50)

    def is_own(self, pull: _Pull) -> bool:
        """Whether it comes from no fork."""
        return bool(pull.head.repo_id) and pull.head.repo_id == pull.base.repo_id

    def read(self, pull: _Pull) -> PullRequest:
        """What it says."""
        return PullRequest(
            number=pull.number,
            address=pull.html_url,
            branch=pull.head.label or pull.head.ref,  # of a branch that is gone, only the label has the name
            target=pull.base.ref,
            title=pull.title,
            body=pull.body or "",
            state=github_style.state(pull.state, merged=pull.merged),
        )

    def about(self, branch: str) -> dict[str, str]:  # noqa: ARG002
        """Those that changed last: the host cannot be asked for a branch."""
        return {"sort": "recentupdate"}

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels that the repository has."""
        known = {one.name: one.id for one in self._api.pages(f"{self._path}/labels", _Label, self.SIZE, PAGES)}
        missing = [one for one in labels if one not in known]
        numbers = [known[one] for one in labels if one in known]
        if numbers:
            self._labelled(request, numbers)
        if missing:
            raise HostError(f"the repository has no label {missing[0]}", "make it, or name another one")
