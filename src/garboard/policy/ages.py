"""Facts that age: lists that grow every day, so that what is not in an old one is not known."""

from __future__ import annotations

import datetime as dt
from typing import Final

from garboard.model.advisory import FeedState
from garboard.model.report import Report
from garboard.model.timestamp import parsed

DAILY: Final = frozenset({"kev", "epss"})
"""Feeds that are published every few days, so that their own date is the age of what they say, whenever they were fetched."""
_DAY: Final = dt.timedelta(days=1)
STALE_AFTER: Final = 30
"""Days after which what they say is not known any more, where the policy says nothing else."""


def age(feed: FeedState, now: dt.datetime) -> dt.timedelta | None:
    """The age of a feed's data: since they were fetched, or by their own date where that counts.

    None if it is not known: nothing tells, or they are of a later day than the report's.
    """
    own = parsed(feed.data_date) if feed.shard in DAILY else None
    fetched = feed.age(now)
    ages = [one for one in (fetched, now - own if own is not None else None) if one is not None]
    return None if not ages or min(ages) < -_DAY else max(ages)


def of_later_days(report: Report) -> str:
    """What says that the report's day is not today: the newest data that are of a later one; empty if none are."""
    later = [one.fetched[:10] for one in report.feeds if (age := one.age(report.created)) is not None and age < -_DAY]
    return max(later, default="")


def of(name: str, report: Report) -> FeedState | None:
    """The state of a feed in use."""
    return next((one for one in report.feeds if one.shard.partition(":")[0] == name), None)


def fresh(name: str, report: Report, most: int) -> bool:
    """Whether a feed is there, and its data are at most so many days old."""
    feed = of(name, report)
    found = age(feed, report.created) if feed is not None else None
    return found is not None and found.days <= most


def told(name: str, report: Report) -> str:
    """How old a feed's data are, for people; empty if it is not there."""
    feed = of(name, report)
    if feed is None:
        return ""
    found = age(feed, report.created)
    if found is None:
        return f"{name}: data of {'a later day' if of_later_days(report) else 'an unknown day'}"
    days = max(found.days, 0)
    day = (report.created - found).date()
    return f"{name}: data of {day}, {days} day{'' if days == 1 else 's'} old"
