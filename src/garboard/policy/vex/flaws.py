"""What keeps a statement from closing anything: first of all a time that is none."""

from __future__ import annotations

from collections.abc import Iterable

from garboard.model.timestamp import parsed


def time_flaw(text: str) -> str:
    """What is wrong with a time that is stated; empty if nothing is, or none is stated."""
    return f"has {text[:100]} as its time, which is none (2026-01-31T12:00:00Z)" if text and not parsed(text) else ""


def first_flaw(flaws: Iterable[str]) -> str:
    """The first that is one; empty if there is none."""
    return next(filter(None, flaws), "")
