"""What a code host is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from garboard.hosts.api import Api
    from garboard.hosts.remote import GitRemote
    from garboard.model.pull_request import Draft, PullRequest

PAGES: Final = 20
"""Pages of a list that are read."""


class CodeHost(Protocol):
    """The pull requests of one repository. Each method raises `HostError` if the host refuses, or does not answer as it should."""

    def opened(self) -> Iterator[PullRequest]:
        """All that are open, from branches of the repository itself.

        Raises:
            HostError: there are more than `PAGES` pages: then nothing is known of the rest.
        """

    def ended(self, branch: str) -> Iterator[PullRequest]:
        """Those of one branch that are merged or closed, the newest first; of very many, not the oldest."""

    def open(self, draft: Draft) -> PullRequest:
        """Open one."""

    def update(self, request: PullRequest, title: str, body: str) -> None:
        """Give one another title and body."""

    def close(self, request: PullRequest, comment: str) -> None:
        """Close one unmerged, with a comment that says why."""

    def label(self, request: PullRequest, labels: tuple[str, ...]) -> None:
        """Add labels to one."""

    def ask(self, request: PullRequest, reviewers: tuple[str, ...]) -> None:
        """Ask people to review one."""

    def default_branch(self) -> str:
        """The branch that requests go to if none is named."""


class HostKind(Protocol):
    """A kind of code host: a module of this room."""

    NAME: str
    """As ``--host`` names it."""
    TOKENS: tuple[str, ...]
    """Variables of the environment that may have a token, the first that is set counts."""
    SCHEME: str
    """The scheme of the Authorization header that takes the token: Bearer, token, or Basic."""
    USER: str
    """The name that goes with a token where git asks for a name and a password."""
    LIMIT: int
    """Characters of a body that the host takes."""

    def recognizes(self, remote: GitRemote) -> bool:
        """Whether a remote is surely at such a host."""

    def api_address(self, remote: GitRemote) -> str:
        """The API's address, without a slash at its end."""

    def repository(self, api: Api, remote: GitRemote) -> CodeHost:
        """The pull requests of a remote."""
