"""Which images an organization's list allows as a base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from garboard.baseimage.candidates import Choice
from garboard.model.baseimage import Approval


def approved(one: Choice, approvals: Sequence[Approval], now: dt.datetime) -> bool | None:
    """Whether any of its tags is on the list today; None if there is no list."""
    if not approvals:
        return None
    valid = [approval for approval in approvals if approval.holds(now)]
    return any(approval.covers(name) for approval in valid for name, _ in one.tags)
