"""Times as they are stored and printed: RFC 3339 texts. Between stages a time is a `datetime.datetime` with a zone."""

from __future__ import annotations

import datetime as dt


def rfc3339(moment: dt.datetime | None) -> str:
    """A time to the second, ``2026-01-31T12:00:00+00:00``; empty for None."""
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def parsed(text: str) -> dt.datetime | None:
    """A time that others wrote, whose letters may be small; None if it is not a time or names no zone."""
    try:
        found = dt.datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def day(moment: dt.datetime) -> str:
    """The time's day in UTC, ``2026-01-31``, for comparing with stored dates."""
    return moment.astimezone(dt.UTC).date().isoformat()
