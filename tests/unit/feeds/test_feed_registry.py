from pathlib import Path

import pytest

from garboard import feeds
from garboard.model.errors import UsageError


@pytest.mark.parametrize(
    ("ecosystem", "shard"),
    [
        ("Debian:12", "debian"),
        ("Alpine:v3.20", "alpine:v3.20"),
        ("Wolfi", "wolfi"),
        ("PyPI", "osv:PyPI"),
        ("Ubuntu:22.04:LTS", "osv:Ubuntu:22.04:LTS"),
        ("Amazon Linux:2023", "amazon:2023"),
        ("Oracle Linux:9", "oracle"),
        ("Red Hat:enterprise_linux:9", "redhat"),
        ("SUSE:Linux Enterprise Server 15 SP5", "suse:Linux Enterprise Server 15 SP5"),
        ("openSUSE:Leap 15.6", "opensuse:Leap 15.6"),
        ("SUSE:Leap 15.6", None),
        ("openSUSE:13.2", None),
        ("Gentoo", "gentoo"),
        ("CentOS Stream:9", None),
        ("", None),
    ],
)
def test_each_ecosystem_has_at_most_one_shard(ecosystem, shard):
    assert feeds.shard_for(ecosystem) == shard
    assert sum(feed.shard_for(ecosystem) is not None for feed in feeds.FEEDS) == (shard is not None)


def test_every_known_shard_has_its_feed_and_documents():
    for name in feeds.known():
        shard = name.replace("<release>", "9").replace("<n>", "20").replace("<year>", "2024")
        assert feeds.feed_of(shard).documents(shard)
        assert not any(document.path.startswith("/") for document in feeds.feed_of(shard).documents(shard))


def test_needed_shards_are_each_once():
    assert feeds.needed_shards(["Debian:12", "Debian:11", "PyPI", "CentOS:7"]) == ("debian", "osv:PyPI")


def test_an_unknown_feed_is_the_users_error():
    with pytest.raises(UsageError):
        feeds.feed_of("nope:x")


def test_what_is_made_of_other_shards_has_no_feed():
    with pytest.raises(UsageError) as raised:
        feeds.feed_of("ratings")
    assert raised.value.hint == "garboard db build ratings"


def test_every_module_is_registered():
    folder = Path(feeds.__file__).parent
    assert {feed.__name__.rpartition(".")[2] for feed in feeds.FEEDS} == {path.stem for path in folder.glob("*.py")} - {
        "__init__"
    }


def test_each_keeps_the_protocol():
    for feed in feeds.FEEDS:
        assert feed.known(), feed.NAME
        assert isinstance(feed.CAVEAT, str), feed.NAME
        for name in ("shard_for", "documents", "parse"):
            assert callable(getattr(feed, name)), f"{feed.NAME} lacks {name}"
        assert feeds.feed_of(feed.known()[0]) is feed
