"""Feeds of one shard: they cover what they are about, and refuse every other name in the same words."""

from __future__ import annotations

import io

import pytest

from garboard import feeds
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.errors import FeedError

SINGLE = [feed for feed in feeds.FEEDS if feed.known() == (feed.NAME,)]


def test_an_ecosystem_of_releases_needs_one() -> None:
    feed = SingleShard("x", "X:", "all of X is in", ())
    assert [feed.shard_for(one) for one in ("X:9", "X:", "X", "Y:9", "")] == ["x", None, None, None, None]
    feed = SingleShard("x", "X", "all of X is in", ())
    assert [feed.shard_for(one) for one in ("X:9", "X", "")] == [None, "x", None]
    assert SingleShard("x", "", "all of X is in", ()).shard_for("") is None


@pytest.mark.parametrize("feed", SINGLE, ids=lambda one: one.NAME)
def test_another_name_is_refused_with_the_right_one(feed: feeds.Feed) -> None:
    assert feed.documents(feed.NAME)
    with pytest.raises(FeedError, match=f"there is no shard {feed.NAME}:9") as caught:
        feed.documents(f"{feed.NAME}:9")
    assert caught.value.hint.endswith(f": {feed.NAME}")


@pytest.mark.parametrize("feed", SINGLE, ids=lambda one: one.NAME)
def test_without_its_documents_there_is_nothing(feed: feeds.Feed) -> None:
    absent = [None] * len(feed.documents(feed.NAME))
    with pytest.raises(FeedError, match="has no document"):
        list(feed.parse(feed.NAME, absent))


def test_the_only_document() -> None:
    stream = io.BytesIO()
    assert only("x", [stream]) is stream
