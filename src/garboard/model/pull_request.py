"""Requests to take a change into a repository, as code hosts keep them: what is asked for, and what was done."""

from __future__ import annotations

from enum import StrEnum

from garboard.model.base import Value
from garboard.model.fix import FileChange


class RequestState(StrEnum):
    """Where a pull request stands."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class PullRequest(Value):
    """A pull request of a branch of the repository itself, not of a fork; ``number`` is how the host names it."""

    number: int
    address: str
    branch: str
    title: str
    body: str
    state: RequestState


class Draft(Value):
    """A pull request to open."""

    branch: str
    target: str
    title: str
    body: str


class WantedRequest(Value):
    """A change that should be asked for.

    Attributes:
        scope: names whose requests these are: one of the same scope that is wanted no longer is superseded.
        key: names what changes, within the scope.
        title: in one line.
        body: Markdown.
        content: a digest of what changes: the same change has the same one.
        files: each with its path in the repository, with slashes.
    """

    scope: str
    key: str
    title: str
    body: str
    content: str
    files: tuple[FileChange, ...]

    @property
    def branch(self) -> str:
        """The branch that has the change."""
        return f"{BRANCHES}{self.scope}/{self.key}"


BRANCHES = "garboard/"
"""What the names of all branches begin with that garboard makes."""


class Done(StrEnum):
    """What was done with a pull request."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    LEFT = "left alone"


class RequestOutcome(Value):
    """What was done about one change; ``address`` is empty where there is no request, ``reason`` says why it was done or left."""

    branch: str
    title: str
    done: Done
    address: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
