"""What reports show of a vulnerability database: its shards, and how fresh they are."""

from __future__ import annotations

from garboard.model.advisory import FeedState
from garboard.model.base import Value

STALE_DAYS = 7
"""Age since data were last fetched or confirmed; most feeds change every day."""


class Status(Value):
    """One shard; ``error`` says why it cannot be used, and then nothing else is known. ``age`` is in days, if known."""

    shard: str
    error: str = ""
    state: FeedState | None = None
    ecosystems: tuple[str, ...] = ()
    bytes: int = 0
    age: int | None = None

    @property
    def stale(self) -> bool:
        """Whether it should be fetched again."""
        return self.age is None or self.age > STALE_DAYS


class Statuses(Value):
    """All shards of the database in a directory."""

    directory: str
    shards: tuple[Status, ...]


class Check(Value):
    """The result of checking one shard; ``error`` says why it cannot be read, and then nothing else is known.

    ``unparseable`` counts affected packages with a version that does not parse, ``without_order`` those of a kind with
    no known order.
    """

    shard: str
    error: str = ""
    faults: tuple[str, ...] = ()
    records: int = 0
    affected: int = 0
    unparseable: int = 0
    without_order: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is as it was recorded."""
        return not (self.error or self.faults)


class Checks(Value):
    """The shards of a database that were compared with what was recorded."""

    directory: str
    shards: tuple[Check, ...]


class Shards(Value):
    """The names of shards: those available, and those installed."""

    known: tuple[str, ...]
    installed: tuple[str, ...]


def size(count: int) -> str:
    """Bytes for display."""
    if count < 10_000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 10_000_000 else f"{count / 1_000_000:.1f} MB"
