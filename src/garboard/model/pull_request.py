"""Requests to take a change into a repository, as code hosts keep them: what is asked for, and what was done."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from garboard.model.base import Value

BRANCHES: Final = "garboard/"
"""What the names of all branches begin with that garboard makes."""


class RequestState(StrEnum):
    """Where a pull request stands."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class PullRequest(Value):
    """A pull request of a branch of the repository itself, not of a fork, to another one, its ``target``.

    ``number`` is how the host names it.
    """

    number: int
    address: str
    branch: str
    target: str
    title: str
    body: str
    state: RequestState


class Draft(Value):
    """A pull request to open."""

    branch: str
    target: str
    title: str
    body: str


class Done(StrEnum):
    """What was done with a pull request."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    ALREADY = "asked for already"
    LEFT = "left alone"
    FAILED = "failed"


class RequestOutcome(Value):
    """What was done about one change.

    Attributes:
        branch: the one that has the change.
        title: of the request.
        done: what was done, or would be.
        address: of the request; empty where there is none.
        reason: why it was done or left; empty where that is plain.
        dry: whether nothing was done in fact.
        notes: what the host did not take besides.
    """

    branch: str
    title: str
    done: Done
    address: str = ""
    reason: str = ""
    dry: bool = False
    notes: tuple[str, ...] = ()
