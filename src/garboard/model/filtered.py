"""Saved reports that do not hold all issues: what a filter left out is neither gone nor new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.errors import UsageError
from garboard.model.gap import Gap

_STAGE: Final = "report"
_NOTHING: Final = ("0 ", "which layers are the base image's is not known")
_ALL: Final = frozenset({"", "low"})


def refuse(name: str, gaps: Iterable[Gap], threshold: str, *, grouped: bool) -> None:
    """Refuse a report from which issues were left out, or packages where several have an issue (``grouped``).

    The gaps say what was left out; old reports state the lowest severity alone.

    Raises:
        UsageError: it is one.
    """
    found = [*dict.fromkeys(_filters(gaps, threshold))] + ["--group-issues"] * grouped
    if found:
        raise UsageError(
            f"{name} is a report with {', '.join(found)}: what that left out would count as gone, or as new",
            "write one without, or with --format report, which keeps all: garboard scan --json -o FILE",
        )


def _filters(gaps: Iterable[Gap], threshold: str) -> Iterator[str]:
    for one in gaps:
        if one.stage == _STAGE and one.subject.startswith("--") and not one.reason.startswith(_NOTHING):
            yield one.subject
    if threshold not in _ALL:
        yield f"--severity {threshold}"
