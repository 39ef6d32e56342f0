"""Times as they are stored and printed: RFC 3339 texts. Between stages a time is a `datetime.datetime` with a zone."""

from __future__ import annotations

import datetime as dt


def rfc3339(moment: dt.datetime | None) -> str:
    """To the second, ``2026-01-31T12:00:00+00:00``; empty for None."""
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def parsed(text: str) -> dt.datetime | None:
    """A time that others wrote; None for what is none, or names no zone."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def day(moment: dt.datetime) -> str:
    """Its day in UTC, ``2026-01-31``, to be compared with dates as they are stored."""
    return moment.astimezone(dt.UTC).date().isoformat()
