from __future__ import annotations

import datetime as dt

import pytest

from garboard.model.advisory import FeedState
from garboard.model.baseimage import Approval
from garboard.model.timestamp import day, parsed, rfc3339

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
EAST = dt.timezone(dt.timedelta(hours=14))


@pytest.mark.parametrize(
    "text", ["2026-01-31t12:00:00z", "2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"]
)
def test_a_time_is_read(text):
    assert parsed(text) == NOON


@pytest.mark.parametrize("text", ["", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "2026-13-01T12:00:00Z"])
def test_what_is_no_time_or_names_no_zone(text):
    assert parsed(text) is None


def test_what_is_written_is_read():
    assert rfc3339(NOON.replace(microsecond=999_999)) == "2026-01-31T12:00:00+00:00"
    assert rfc3339(NOON.astimezone(EAST)) == "2026-02-01T02:00:00+14:00"
    assert parsed(rfc3339(NOON.astimezone(EAST))) == NOON
    assert rfc3339(None) == ""


def test_a_day_is_one_of_utc():
    assert day(NOON.astimezone(EAST)) == "2026-01-31"


def test_the_age_of_data():
    assert FeedState(shard="kev", fetched="2026-01-24T12:00:00+00:00").age(NOON) == dt.timedelta(days=7)
    assert FeedState(shard="kev", fetched="long ago").age(NOON) is None


@pytest.mark.parametrize(
    ("until", "holds"), [("", True), ("2026-01-30", False), ("2026-01-31", True), ("2026-02-01", True)]
)
def test_an_approval_holds_on_its_last_day(until, holds):
    assert Approval(pattern="a", until=until).holds(NOON) is holds
    assert Approval(pattern="a", until=until).holds(NOON.astimezone(EAST)) is holds
