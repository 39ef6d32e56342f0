import io
import json

import pytest

from garboard.feeds import alpine, wolfi
from garboard.feeds.readers.secdb import identifiers
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap


def document(**packages):
    return io.BytesIO(
        json.dumps(
            {
                "reponame": "main",
                "packages": [{"pkg": {"name": name, "secfixes": fixes}} for name, fixes in packages.items()],
            }
        ).encode()
    )


def parse(**packages):
    header, *found = alpine.parse("alpine:v3.20", [document(**packages), None])
    assert header == FeedHeader(ecosystems=("Alpine:v3.20",))
    return found


def test_a_fixed_issue():
    (found,) = parse(openssl={"3.3.0-r2": ["CVE-2024-4603"]})
    (affected,) = found.affected
    assert (found.id, affected.ecosystem, affected.package, affected.scheme) == (
        "CVE-2024-4603",
        "Alpine:v3.20",
        "openssl",
        "apk",
    )
    assert (affected.ranges, affected.status) == ((Range(introduced="0", fixed="3.3.0-r2"),), Status.FIXED)


def test_version_zero_is_a_negative_fact_unless_a_fix_stands_beside_it():
    (negative,) = parse(a={"0": ["CVE-2024-1000"]})
    assert (negative.affected[0].status, negative.affected[0].ranges) == (Status.NOT_AFFECTED, ())
    (fixed,) = parse(a={"0": ["CVE-2024-1000"], "1.0-r0": ["CVE-2024-1000"]})
    assert fixed.affected[0].status is Status.FIXED


def test_the_highest_version_of_several_wins_by_apk_order():
    (found,) = parse(a={"1.9-r0": ["CVE-2024-1000"], "1.10-r0": ["CVE-2024-1000"], "1.10_rc1-r0": ["CVE-2024-1000"]})
    assert found.affected[0].ranges == (Range(introduced="0", fixed="1.10-r0"),)
    (found,) = parse(a={"1.9-r0": ["CVE-2024-1000"], "no version": ["CVE-2024-1000"]})
    assert len(found.affected[0].ranges) == 2


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("CVE-2024-1000", {"CVE-2024-1000": ()}),
        ("CVE-2017-2616 (+ regression fix)", {"CVE-2017-2616": ()}),
        ("CVE_2019-2426", {"CVE-2019-2426": ()}),
        ("CVE 2025-48379", {"CVE-2025-48379": ()}),
        ("CVE-2019-19451.patch", {"CVE-2019-19451": ()}),
        ("CVE-2016-9377 XSA-196", {"CVE-2016-9377": ()}),
        ("CVE-2024-1000 GHSA-aaaa-bbbb-cccc", {"CVE-2024-1000": ("GHSA-aaaa-bbbb-cccc",)}),
        ("CVE-2024-1000 CVE-2024-1001", {"CVE-2024-1000": (), "CVE-2024-1001": ()}),
        ("GHSA-aaaa-bbbb-cccc", {"GHSA-aaaa-bbbb-cccc": ()}),
        ("XSA-207", {"XSA-207": ()}),
        ("ALPINE-13661", {"ALPINE-13661": ()}),
        ("CVE N/A ZBX-11023", {"ZBX-11023": ()}),
        ("fixed upstream", {}),
    ],
)
def test_identifiers_of_a_note(note, expected):
    assert identifiers(note) == expected


def test_a_note_without_identifier_and_a_broken_package_are_gaps():
    gap, good = parse(a={"1": ["see upstream", "CVE-2024-1000"]})
    assert isinstance(gap, Gap)
    assert isinstance(good, Advisory)
    broken = io.BytesIO(b'{"packages": [{"pkg": 3}, {"pkg": {"name": "b", "secfixes": null}}]}')
    _, gap = alpine.parse("alpine:edge", [broken, None])
    assert isinstance(gap, Gap)


def test_another_document_is_a_feed_error():
    with pytest.raises(FeedError, match="not a secdb"):
        list(alpine.parse("alpine:edge", [io.BytesIO(b"{}"), None]))


def test_both_repositories_of_a_branch():
    main, community = alpine.documents("alpine:v3.20")
    assert (main.path, main.optional) == ("alpine-secdb/v3.20/main.json", False)
    assert (community.url, community.optional) == ("https://secdb.alpinelinux.org/v3.20/community.json", True)
    found = [
        r
        for r in alpine.parse(
            "alpine:v3.20", [document(a={"1": ["CVE-2024-1000"]}), document(b={"1": ["CVE-2024-1000"]})]
        )
        if isinstance(r, Advisory)
    ]
    assert [each.affected[0].package for each in found] == ["a", "b"]


def test_shards():
    assert [
        alpine.shard_for(each) for each in ("Alpine:v3.20", "Alpine:edge", "Alpine", "Alpine:3.20", "Debian:12")
    ] == ["alpine:v3.20", "alpine:edge", None, None, None]
    assert [wolfi.shard_for(each) for each in ("Wolfi", "Chainguard", "Alpine:edge")] == ["wolfi", "chainguard", None]
    with pytest.raises(FeedError):
        alpine.documents("alpine:../edge")


def test_wolfi_is_a_secdb_of_its_own():
    header, found = wolfi.parse("wolfi", [document(a={"1.0-r0": ["GHSA-aaaa-bbbb-cccc"]})])
    assert header == FeedHeader(ecosystems=("Wolfi",))
    assert (found.feed, found.affected[0].ecosystem, found.affected[0].scheme) == ("wolfi", "Wolfi", "apk")
