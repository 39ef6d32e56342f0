import io
import json

import pytest

from garboard.feeds import debian
from garboard.matching.ranges import Judged, judge
from garboard.model.advisory import UNREAD, Advisory, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap


def parse(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(debian.parse("debian", [io.BytesIO(data)]))


def one(**release):
    release = {"status": "open", "urgency": "not yet assigned", **release}
    (found,) = parse({"openssl": {"CVE-2024-1000": {"description": "text", "releases": {"bookworm": release}}}})
    return found.affected[0] if isinstance(found, Advisory) else found


def test_a_pair_becomes_an_advisory_with_its_releases():
    releases = {
        "bookworm": {"status": "resolved", "fixed_version": "3.0.1-1", "urgency": "low"},
        "sid": {"status": "open", "urgency": "low"},
    }
    (found,) = parse(
        {"openssl": {"CVE-2024-1000": {"description": "text", "debianbug": 1, "scope": "remote", "releases": releases}}}
    )
    assert (found.id, found.feed, found.details) == ("CVE-2024-1000", "debian", "text")
    assert found.references == ("https://security-tracker.debian.org/tracker/CVE-2024-1000",)
    fixed, open_ = found.affected
    assert (fixed.ecosystem, fixed.package, fixed.scheme, fixed.status) == ("Debian:12", "openssl", "deb", Status.FIXED)
    assert fixed.ranges == (Range(introduced="0", fixed="3.0.1-1"),)
    assert fixed.rating == Rating(source="debian", word="low")
    assert (open_.ecosystem, open_.status, open_.ranges) == ("Debian:sid", Status.AFFECTED, (Range(introduced="0"),))


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ({}, Status.AFFECTED),
        ({"nodsa": "Minor issue", "nodsa_reason": ""}, Status.DEFERRED),
        ({"nodsa": "Minor issue", "nodsa_reason": "postponed"}, Status.DEFERRED),
        ({"nodsa": "Too intrusive", "nodsa_reason": "ignored"}, Status.WILL_NOT_FIX),
        ({"urgency": "end-of-life"}, Status.END_OF_LIFE),
        ({"status": "undetermined"}, Status.UNDETERMINED),
        ({"status": "resolved", "fixed_version": "0"}, Status.NOT_AFFECTED),
        ({"status": "resolved", "fixed_version": "1.0"}, Status.FIXED),
    ],
)
def test_statuses(release, status):
    assert one(**release).status is status


def test_the_reason_is_kept_as_a_note():
    assert one(nodsa="Minor issue", nodsa_reason="").note == "Minor issue"


@pytest.mark.parametrize(
    ("urgency", "word"),
    [
        ("unimportant", "unimportant"),
        ("low**", "low"),
        ("medium*", "medium"),
        ("high", "high"),
        ("not yet assigned", None),
        ("not yet assigned**", None),
        ("end-of-life", None),
    ],
)
def test_urgencies(urgency, word):
    rating = one(urgency=urgency).rating
    assert (rating.word if rating else None) == word


def test_temporary_identifiers_are_kept():
    (found,) = parse({"a": {"TEMP-0000001-ABCDEF": {"releases": {"trixie": {"status": "open"}}}}})
    assert (found.id, found.affected[0].ecosystem) == ("TEMP-0000001-ABCDEF", "Debian:13")


def test_an_unknown_codename_is_one_gap():
    issue = {"releases": {"zurg": {"status": "open"}, "bookworm": {"status": "open"}}}
    gap, first, second = parse({"a": {"CVE-2024-1000": issue, "CVE-2024-1001": issue}})
    assert isinstance(gap, Gap)
    assert "zurg" in gap.subject
    assert [len(each.affected) for each in (first, second)] == [1, 1]


@pytest.mark.parametrize(
    "release", [{"status": "resolved"}, {"status": "fixed"}, {"status": 3}, {"status": "resolved", "fixed_version": 1}]
)
def test_what_is_not_understood_is_a_gap(release):
    gap, found = parse({"openssl": {"CVE-2024-1000": {"releases": {"bookworm": release}}}})
    assert isinstance(gap, Gap)
    (told,) = {each.unmatchable for each in found.affected}
    assert "Debian:12" in {each.ecosystem for each in found.affected}
    assert judge(found.affected[0], "1.0-1") == Judged(affected=False, unknown=told), "whoever has it is told"


@pytest.mark.parametrize("document", [b"[]x", b'["a", "b"]', b'{"a": 1}', b'{"a": ["b"]}', b"not json"])
def test_another_document_is_a_feed_error(document):
    with pytest.raises(FeedError):
        parse(document)


def test_shards():
    assert [debian.shard_for(each) for each in ("Debian:12", "Debian:sid", "Debian", "Ubuntu:22.04:LTS")] == [
        "debian",
        "debian",
        None,
        None,
    ]


def test_a_release_that_is_not_understood_leaves_the_others():
    releases = {"sid": {"status": "resolved"}, "bookworm": {"status": "open"}}
    gap, found = parse({"a": {"CVE-2024-1000": {"releases": releases}, "CVE-2024-1001": {"releases": []}}})
    assert isinstance(gap, Gap)
    assert "sid" in gap.subject
    assert [(each.ecosystem, each.unmatchable) for each in found.affected] == [
        ("Debian:sid", UNREAD),
        ("Debian:12", ""),
    ]
