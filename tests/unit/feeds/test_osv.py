import io
import json
import zipfile

import pytest

from garboard.feeds import osv
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap


def record(identifier="GHSA-aaaa-bbbb-cccc", *, ecosystem="PyPI", name="Foo.Bar", ranges=(), versions=None, **more):
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": list(ranges)}
    if versions is not None:
        affected["versions"] = versions
    return {"id": identifier, "modified": "2026-01-01T00:00:00Z", "affected": [affected], **more}


def span(*events, kind="ECOSYSTEM"):
    return {"type": kind, "events": [dict([event]) for event in events]}


def parse(*records, shard="osv:PyPI"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, item in enumerate(records):
            archive.writestr(f"{number}.json", item if isinstance(item, bytes) else json.dumps(item))
    header, *found = osv.parse(shard, [file])
    assert header == FeedHeader(ecosystems=(shard.removeprefix("osv:"),))
    return found


def one(item, shard="osv:PyPI") -> Advisory:
    (found,) = parse(item, shard=shard)
    assert isinstance(found, Advisory)
    return found


INTRODUCED, FIXED, LAST = "introduced", "fixed", "last_affected"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(INTRODUCED, "0"), (FIXED, "1.2")], [("0", "1.2", "")]),
        ([(FIXED, "1.2"), (INTRODUCED, "0")], [("0", "1.2", "")]),
        ([(INTRODUCED, "1.0"), (LAST, "1.5")], [("1.0", "", "1.5")]),
        ([(INTRODUCED, "1.0")], [("1.0", "", "")]),
        (
            [(INTRODUCED, "2.0"), (INTRODUCED, "0"), (FIXED, "2.10"), (FIXED, "1.9")],
            [("0", "1.9", ""), ("2.0", "2.10", "")],
        ),
        # A second fix of the same interval says nothing.
        ([(INTRODUCED, "0"), (FIXED, "1.0"), (FIXED, "2.0")], [("0", "1.0", "")]),
        # Fixed and reintroduced in the same version.
        (
            [(INTRODUCED, "0"), (FIXED, "1.0"), (INTRODUCED, "1.0"), (FIXED, "1.1")],
            [("0", "1.0", ""), ("1.0", "1.1", "")],
        ),
        # Versions that PEP 440 cannot order stand in their written order.
        (
            [(INTRODUCED, "0"), (FIXED, "1-NA"), (INTRODUCED, "2-x y"), (FIXED, "3-NA")],
            [("0", "1-NA", ""), ("2-x y", "3-NA", "")],
        ),
    ],
)
def test_events_become_intervals(events, expected):
    (affected,) = one(record(ranges=[span(*events)])).affected
    assert [(r.introduced, r.fixed, r.last_affected) for r in affected.ranges] == expected
    assert affected.unmatchable == ""


@pytest.mark.parametrize(
    ("known", "events", "affected"),
    [
        ("< 4.0", [(INTRODUCED, "0")], (True, False, False)),
        ("<= 4.0", [(INTRODUCED, "0")], (True, True, False)),
        ("<4.0", [(INTRODUCED, "1.0")], (True, False, False)),
        ("< 4.0", [(INTRODUCED, "0"), (FIXED, "4.1")], (True, True, False)),
        ("< 4.0", [(INTRODUCED, "5.0")], (False, False, True)),
        ("> 1, < 4.0", [(INTRODUCED, "0")], (True, True, True)),
        ("< x y", [(INTRODUCED, "0")], (True, True, True)),
        (["< 4.0"], [(INTRODUCED, "0")], (True, True, True)),
        (None, [(INTRODUCED, "0")], (True, True, True)),
    ],
)
def test_the_last_version_that_is_known_ends_a_range_without_an_end(known, events, affected):
    item = record(ranges=[span(*events)])
    item["affected"][0]["database_specific"] = {"last_known_affected_version_range": known}
    (found,) = one(item).affected
    judged = [judge(found, version) for version in ("3.9", "4.0", "5.1")]
    assert tuple(each.affected for each in judged) == affected
    assert {each.fixed for each in judged} <= {"", "4.1"}, "what ends it is no fix"


def test_events_without_any_order_are_told():
    (affected,) = one(record(ranges=[span((FIXED, "1-NA"), (INTRODUCED, "x y"), (INTRODUCED, "0"))])).affected
    assert affected.ranges == ()
    assert "order" in affected.unmatchable


def test_commits_alone_are_unmatchable_but_versions_beside_them_are_not():
    commits = span((INTRODUCED, "0"), (FIXED, "a" * 40), kind="GIT")
    assert "commits" in one(record(ranges=[commits])).affected[0].unmatchable
    listed = one(record(ranges=[commits], versions=["1.0"])).affected[0]
    assert (listed.unmatchable, listed.versions, listed.ranges) == ("", ("1.0",), ())
    ranged = one(record(ranges=[commits, span((INTRODUCED, "0"))])).affected[0]
    assert (ranged.unmatchable, ranged.ranges) == ("", (Range(introduced="0"),))


def test_a_limit_on_versions_is_told():
    (affected,) = one(record(ranges=[span((INTRODUCED, "0"), ("limit", "2.0"))])).affected
    assert "limit" in affected.unmatchable
    assert one(record(ranges=[span((INTRODUCED, "0"), ("limit", "*"))])).affected[0].ranges == (Range(introduced="0"),)


def test_neither_ranges_nor_versions_is_told():
    assert one(record()).affected[0].unmatchable == "it names no versions"


@pytest.mark.parametrize(
    ("ecosystem", "name", "expected", "scheme"),
    [
        ("PyPI", "jw.util_X--y", "jw-util-x-y", "pep440"),
        ("npm", "@Babel/Core", "@Babel/Core", "semver"),
        ("NuGet", "Newtonsoft.Json", "newtonsoft.json", "nuget"),
        ("Packagist", "Drupal/Core", "drupal/core", "composer"),
        ("Ubuntu:22.04:LTS", "openssl", "openssl", "deb"),
        ("AlmaLinux:9", "bash", "bash", "rpm"),
        ("MinimOS", "bash", "bash", "apk"),
        ("Go", "github.com/Masterminds/goutils", "github.com/masterminds/goutils", "semver"),
        ("SwiftURL", "https://github.com/Apple/swift-nio.git", "github.com/apple/swift-nio", "semver"),
    ],
)
def test_names_and_schemes_are_the_ecosystems(ecosystem, name, expected, scheme):
    item = record(ecosystem=ecosystem, name=name, ranges=[span((INTRODUCED, "0"))], related=["CVE-2024-1000"])
    (affected,) = one(item, f"osv:{ecosystem}").affected
    assert (affected.ecosystem, affected.package, affected.scheme) == (ecosystem, expected, scheme)


def test_a_registry_behind_a_language_belongs_to_it():
    item = record(
        ecosystem="Packagist:https://packages.drupal.org/8", name="drupal/x", ranges=[span((INTRODUCED, "0"))]
    )
    assert one(item, "osv:Packagist").affected[0].ecosystem == "Packagist"


def test_other_ecosystems_of_a_record_are_left_out():
    item = record(ranges=[span((INTRODUCED, "0"))])
    item["affected"].append({"package": {"ecosystem": "npm", "name": "foo"}, "versions": ["1"]})
    item["affected"].append({"versions": ["1"]})
    assert [each.package for each in one(item).affected] == ["foo-bar"]
    assert [each.package for each in one(item, "osv:npm").affected] == ["foo"]
    assert parse(item, shard="osv:Maven") == []
    assert parse(record(ecosystem="AlmaLinux:8"), shard="osv:AlmaLinux:9") == []


def test_a_rolling_distributions_packages_of_a_language_are_none_of_its_own():
    assert parse(record("ECHO-1", ecosystem="Echo:PyPi"), shard="osv:Echo") == []
    own = record("ECHO-1", ecosystem="Echo", ranges=[span((INTRODUCED, "0"), (FIXED, "1.0"))])
    assert one(own, "osv:Echo").affected[0].scheme == "deb"


def test_the_same_package_twice_is_the_union():
    item = record(ranges=[span((INTRODUCED, "0"), (FIXED, "1.0"))])
    item["affected"].append(
        {"package": {"ecosystem": "PyPI", "name": "foo_bar"}, "ranges": [span((INTRODUCED, "2.0"))], "versions": ["7"]}
    )
    (affected,) = one(item).affected
    assert affected.ranges == (Range(introduced="0", fixed="1.0"), Range(introduced="2.0"))
    assert affected.versions == ("7",)
    assert affected.status is Status.FIXED


def test_linkage_of_language_ecosystems_and_of_distributions():
    language = one(record(aliases=["CVE-2024-1000", "PYSEC-2024-1"], related=["CVE-2024-9999"]))
    assert (language.aliases, language.related) == (("CVE-2024-1000", "PYSEC-2024-1"), ())
    ubuntu = record("UBUNTU-CVE-2024-1000", ecosystem="Ubuntu:22.04:LTS", upstream=["CVE-2024-1000"])
    assert one(ubuntu, "osv:Ubuntu:22.04:LTS").aliases == ("CVE-2024-1000",)
    notice = record("USN-1-1", ecosystem="Ubuntu:22.04:LTS", upstream=["UBUNTU-CVE-2024-1000", "CVE-2024-1001"])
    found = one(notice, "osv:Ubuntu:22.04:LTS")
    assert (found.aliases, found.related) == ((), ("CVE-2024-1000", "CVE-2024-1001"))
    erratum = record("ALSA-2024:1", ecosystem="AlmaLinux:9", related=["CVE-2024-1000", "CVE-2024-1001"])
    found = one(erratum, "osv:AlmaLinux:9")
    assert (found.aliases, found.related) == ((), ("CVE-2024-1000", "CVE-2024-1001"))


def test_a_bug_fix_erratum_that_names_no_vulnerability_is_none():
    assert parse(record("ALBA-2024:1", ecosystem="AlmaLinux:9"), shard="osv:AlmaLinux:9") == []
    assert parse(record("ALBA-2024:1", ecosystem="AlmaLinux:9", related=["CVE-2024-1000"]), shard="osv:AlmaLinux:9")


def test_withdrawn_is_a_tombstone():
    found = one(record(withdrawn="2025-01-01T00:00:00Z", ranges=[span((INTRODUCED, "0"))]))
    assert (found.withdrawn, found.affected) == ("2025-01-01T00:00:00Z", ())


def test_malicious_packages_are_marked():
    assert one(record("MAL-2025-1", versions=["1"])).malicious
    assert not one(record(versions=["1"])).malicious


def test_ratings_of_a_record_and_of_a_package():
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    item = record(
        severity=[{"type": "CVSS_V3", "score": vector}],
        database_specific={"severity": "HIGH", "cwe_ids": ["CWE-79", 3]},
    )
    item["affected"][0]["severity"] = [{"type": "CVSS_V4", "score": "CVSS:4.0/x"}]
    found = one(item)
    assert found.ratings == (Rating(source="ghsa", vector=vector), Rating(source="ghsa", word="HIGH"))
    assert found.cwes == ("CWE-79",)
    assert found.affected[0].rating == Rating(source="ghsa", vector="CVSS:4.0/x")
    word = record("UBUNTU-CVE-2024-1000", ecosystem="Ubuntu:22.04:LTS", severity=[{"type": "Ubuntu", "score": "low"}])
    word["affected"][0]["ecosystem_specific"] = {"urgency": "medium"}
    found = one(word, "osv:Ubuntu:22.04:LTS")
    assert found.ratings == (Rating(source="ubuntu", word="low"),)
    assert found.affected[0].rating == Rating(source="ubuntu", word="medium")
    alma = one(
        record("ALSA-2024:1", ecosystem="AlmaLinux:9", summary="Important: x security update"), "osv:AlmaLinux:9"
    )
    assert alma.ratings == (Rating(source="alsa", word="Important"),)


def test_free_form_parts_of_another_shape_spoil_nothing():
    for odd in (None, [], "x", {"severity": [1], "cwe_ids": "CWE-1"}):
        assert one(record(versions=["1"], database_specific=odd)).ratings == ()


def test_modular_packages_keep_their_streams_apart():
    builds = ["1-1.module_el8.5.0+1+a", "1-1.module_el8.4.0+1+b"]
    item = record("ALSA-2024:1", ecosystem="AlmaLinux:8", name="nodejs", summary="Important: nodejs:18 security update")
    package = item["affected"][0]["package"]
    item["affected"] = [{"package": package, "ranges": [span((INTRODUCED, "0"), (FIXED, build))]} for build in builds]
    found = one(item, "osv:AlmaLinux:8").affected
    assert [(each.module, each.ranges[0].fixed) for each in found] == [("nodejs:18", build) for build in builds]
    item["summary"] = "Important: virt:rhel and virt-devel:rhel security update"
    assert {each.module for each in one(item, "osv:AlmaLinux:8").affected} == {""}


def test_one_bad_record_is_a_gap_and_the_others_stand():
    gap, good = parse(b'{"id": 3}', record(versions=["1"]))
    assert isinstance(gap, Gap)
    assert "$.id" in gap.reason
    assert isinstance(good, Advisory)
    assert all(isinstance(each, Gap) for each in parse(b"", b"[" * 100_000, b"\xff", b"null"))


@pytest.mark.parametrize(
    ("ecosystem", "shard"),
    [
        ("PyPI", "osv:PyPI"),
        ("AlmaLinux:9", "osv:AlmaLinux:9"),
        ("Ubuntu:22.04:LTS", "osv:Ubuntu:22.04:LTS"),
        ("Maven:https://repo.example/maven", "osv:Maven"),
        ("AlmaLinux", None),
        ("Fedora:40", None),
        ("Debian:12", None),
        ("", None),
    ],
)
def test_shards_of_ecosystems(ecosystem, shard):
    assert osv.shard_for(ecosystem) == shard


def test_addresses_keep_the_colon_and_quote_the_blank():
    (document,) = osv.documents("osv:Rocky Linux:9")
    assert document.url.endswith("/Rocky%20Linux:9/all.zip")
    assert document.path == "osv/Rocky Linux:9/all.zip"
    for wrong in ("osv:AlmaLinux", "osv:Nope", "osv:AlmaLinux:../x"):
        with pytest.raises(FeedError, match="no shard"):
            osv.documents(wrong)


def stated(ecosystem: str, name: str, *events: tuple[str, str]) -> dict:
    return {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": [{INTRODUCED: "0"}, *({kind: text} for kind, text in events)]}],
    }


def told(ecosystem: str, *items: dict) -> list[tuple[str, str, str, str]]:
    found = [each for advisory in parse({"id": "X-1", "affected": list(items)}, shard=f"osv:{ecosystem}")
             for each in advisory.affected]  # fmt: skip
    return [(each.ecosystem, each.package, ",".join(r.fixed for r in each.ranges), each.subscription) for each in found]


PLAIN, PRO = "Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((stated(PRO, "a", (FIXED, "1esm1")),), [("1esm1", "Ubuntu Pro")]),
        ((stated(PRO, "a"),), [("", "Ubuntu Pro")]),
        ((stated(PLAIN, "a"), stated(PRO, "a", (FIXED, "1esm1"))), [("1esm1", "Ubuntu Pro")]),
        ((stated(PLAIN, "a", (FIXED, "1")), stated(PRO, "a", (FIXED, "1esm1"))), [("1", ""), ("1esm1", "Ubuntu Pro")]),
        ((stated(PLAIN, "a", (FIXED, "1")), stated(PRO, "a")), [("1", "")]),
        ((stated(PLAIN, "a"), stated(PRO, "a")), [("", "")]),
        ((stated("Ubuntu:Pro:20.04:LTS", "a"), stated("Ubuntu:Pro:FIPS:22.04:LTS", "a")), []),
    ],
)
def test_fixes_for_subscribers_are_told_as_such(items, expected):
    assert told(PLAIN, *items) == [(PLAIN, "a", *one) for one in expected]


def test_a_record_that_comes_in_both_files_is_one():
    def zipped() -> io.BytesIO:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("X-1.json", json.dumps({"id": "X-1", "affected": [stated(PLAIN, "a"), stated(PRO, "a")]}))
        return file

    assert len(osv.documents(f"osv:{PLAIN}")) == 4
    records = list(osv.parse(f"osv:{PLAIN}", [zipped(), zipped()]))[1:]
    assert [each.id for each in records] == ["X-1"]
    assert [each.id for each in list(osv.parse(f"osv:{PLAIN}", [zipped(), None]))[1:]] == ["X-1"]


def test_an_erratum_is_no_alias_of_what_it_fixes():
    found = one(record("PYSEC-1", versions=["1"], aliases=["CVE-2024-1000", "DSA-5000-1", "DLA-3000-1", "GHSA-a"]))
    assert found.aliases == ("CVE-2024-1000", "GHSA-a")
    assert found.errata == ("DSA-5000-1", "DLA-3000-1")
    erratum = one(
        record("DLA-3000-1", ecosystem="Ubuntu:24.10", versions=["1"], aliases=["CVE-2024-1000"]), "osv:Ubuntu:24.10"
    )
    assert (erratum.aliases, erratum.related) == ((), ("CVE-2024-1000",))
