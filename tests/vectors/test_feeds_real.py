"""The importers on upstream's real bytes (see PROVENANCE.txt of each folder of the conformance data)."""

import datetime as dt
import json
from collections import Counter
from itertools import chain

import pytest

from garboard import feeds
from garboard.feeds import osv
from garboard.feeds.readers import osv_advisory, ubuntu_states
from garboard.feeds.readers.osv_record import OsvRecord
from garboard.model.advisory import Advisory, CveFacts, Status
from garboard.model.gap import Gap
from garboard.workflows.update_database import ShardOutcome, update

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def parsed(shared):
    """All records of a shard, read once."""
    known = {}

    def read(shard):
        if shard not in known:
            feed = feeds.feed_of(shard)
            paths = [
                next((p for p in (shared / "data" / n for n in (d.path, *d.other_paths)) if p.is_file()), None)
                for d in feed.documents(shard)
            ]
            if not any(paths):
                pytest.skip(f"the conformance data have no {shard}")
            streams = [path.open("rb") if path else None for path in paths]
            known[shard] = list(feed.parse(shard, streams))
            for stream in streams:
                if stream:
                    stream.close()
        return known[shard]

    return read


@pytest.mark.parametrize(
    ("shard", "records", "withdrawn", "gaps"),
    [
        ("osv:PyPI", 7080, 269, 0),
        ("osv:Go", 4291, 17, 0),
        ("osv:crates.io", 714, 9, 0),
        ("osv:npm", 185, 0, 0),
        ("osv:Bitnami", 7444, 0, 0),
        ("debian", 22226, 0, 0),
        ("kev", 1404, 0, 0),
        ("epss", 2674, 0, 0),
        ("nvd:2022", 3, 0, 0),
    ],
)
def test_counts(parsed, shard, records, withdrawn, gaps):
    found = parsed(shard)
    assert sum(isinstance(each, Advisory | CveFacts) for each in found) == records
    assert sum(isinstance(each, Advisory) and bool(each.withdrawn) for each in found) == withdrawn
    assert sum(isinstance(each, Gap) for each in found) == gaps


def advisories(records):
    return {each.id: each for each in records if isinstance(each, Advisory)}


def test_debian_statuses_against_the_document_itself(parsed, shared):
    document = json.loads((shared / "data/debian-tracker/tracker/data/json").read_bytes())
    releases = list(
        chain.from_iterable(issue["releases"].values() for issues in document.values() for issue in issues.values())
    )
    found = Counter(item.status for each in parsed("debian") for item in each.affected)
    assert sum(found.values()) == len(releases)
    assert found[Status.NOT_AFFECTED] == sum(each.get("fixed_version") == "0" for each in releases)
    assert found[Status.WILL_NOT_FIX] == sum(each.get("nodsa_reason") == "ignored" for each in releases)
    assert found[Status.DEFERRED] == sum(each.get("nodsa_reason") in {"", "postponed"} for each in releases)
    assert found[Status.END_OF_LIFE] == sum(each["urgency"] == "end-of-life" for each in releases)
    words = Counter(item.rating.word for each in parsed("debian") for item in each.affected if item.rating)
    assert words["unimportant"] == sum(each["urgency"] == "unimportant" for each in releases)


@pytest.mark.parametrize(
    "sample",
    [
        "vunnel/debian.json",
        "osv.dev/debian_security_tracker_mock.json",
        "clair/fetcher_debian_test.json",
        "vuls/fetch/debian/tracker/api/testdata/fixtures/advisory.json",
    ],
)
def test_the_real_samples_of_the_tracker(shared, sample):
    path = shared / "data/debian-tracker/real-samples" / sample
    document = json.loads(path.read_bytes())
    with path.open("rb") as file:
        found = list(feeds.feed_of("debian").parse("debian", [file]))
    with_releases = sum(bool(issue["releases"]) for issues in document.values() for issue in issues.values())
    assert sum(isinstance(each, Advisory) for each in found) == with_releases > 1
    # One hand-made release of one sample is resolved, but in no version.
    assert sum(isinstance(each, Gap) for each in found) == (sample.startswith("clair"))


def test_alma_names_its_vulnerabilities_as_related(parsed):
    found = advisories(parsed("osv:AlmaLinux:9"))
    assert all(item.ecosystem == "AlmaLinux:9" for each in found.values() for item in each.affected)
    security = [each for each in found.values() if each.id.startswith("ALSA-")]
    assert sum(bool(each.related) for each in security) > 0.99 * len(security)
    assert not any(each.aliases for each in found.values())
    assert all(each.related for each in found.values() if each.id.startswith(("ALBA", "ALEA")))


def test_alma_modules_are_taken_from_the_summary(parsed):
    modular = [
        (each, item)
        for each in parsed("osv:AlmaLinux:8")
        if isinstance(each, Advisory)
        for item in each.affected
        if any(".module_el8" in r.fixed for r in item.ranges)
    ]
    stated = [item for _, item in modular if item.module]
    assert len(stated) > 0.75 * len(modular)
    assert all(item.module in each.summary for each, item in modular if item.module)


def test_a_known_python_advisory(parsed):
    jinja = advisories(parsed("osv:PyPI"))["PYSEC-2014-8"]
    (affected,) = jinja.affected
    assert set(jinja.aliases) == {"CVE-2014-1402", "GHSA-8r7q-cvjq-x353"}
    assert (affected.package, [(r.introduced, r.fixed) for r in affected.ranges]) == ("jinja2", [("0", "2.7.2")])
    assert "2.7.1" in affected.versions


def test_every_python_range_of_the_zip_is_judged_or_told(parsed):
    odd = Counter(
        item.unmatchable
        for each in parsed("osv:PyPI")
        if isinstance(each, Advisory)
        for item in each.affected
        if item.unmatchable
    )
    assert sum(odd.values()) < 20, odd


def test_alpine_agrees_with_the_document(parsed, shared):
    listed = set()
    for name in ("main", "community"):
        for entry in json.loads((shared / f"data/alpine-secdb/v3.20/{name}.json").read_bytes())["packages"]:
            for version, notes in entry["pkg"]["secfixes"].items():
                listed |= {
                    (entry["pkg"]["name"], note)
                    for note in notes
                    if version != "0" and note.startswith("CVE-") and len(note.split()) == 1
                }
    found = {
        (item.package, each.id)
        for each in parsed("alpine:v3.20")
        if isinstance(each, Advisory)
        for item in each.affected
        if item.status is Status.FIXED
    }
    assert len(listed) > 7000
    assert not listed - found


def test_old_branches_and_wolfi(parsed):
    for shard in ("alpine:v3.9", "alpine:v3.17", "alpine:edge", "wolfi"):
        assert len(advisories(parsed(shard))) > 500
        assert not [each for each in parsed(shard) if isinstance(each, Gap)]


def test_log4shell_is_known_as_exploited(parsed):
    (log4j,) = [each for each in parsed("kev") if isinstance(each, CveFacts) and each.cve == "CVE-2021-44228"]
    assert (log4j.kev_added, log4j.kev_ransomware) == ("2021-12-10", True)


def test_nvd_keeps_the_sources_apart(parsed):
    (facts,) = [each for each in parsed("nvd:2022") if isinstance(each, CveFacts) and each.cve == "CVE-2022-0001"]
    assert facts.ratings[0].source == "nvd"
    assert facts.ratings[0].vector == "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:N"
    assert {rating.source for rating in facts.ratings} == {"nvd", "134c704f-9b21-4f2e-91b3-4a467353bcc0"}


def test_nvd_pages_of_the_interface_have_the_same_entries(shared):
    for path in ("vunnel/full-page.json", "vuls/api/cve/testdata/fixtures/ssvc_affected/0-1.json"):
        with (shared / "data/nvd" / path).open("rb") as file:
            found = list(feeds.feed_of("nvd:2023").parse("nvd:2023", [file]))
        assert not [each for each in found if isinstance(each, Gap)]
        assert sum(isinstance(each, CveFacts) for each in found) == len(
            json.loads((shared / "data/nvd" / path).read_bytes())["vulnerabilities"]
        )


def test_samples_of_thirty_osv_sources_decode(shared):
    import msgspec

    decoder = msgspec.json.Decoder(OsvRecord)
    files = list((shared / "data/osv/samples").rglob("*.json"))
    read, broken = 0, []
    for path in files:
        try:
            record = decoder.decode(path.read_bytes())
        except msgspec.ValidationError as error:
            # Some were abridged by their collectors (a count where a list was), one breaks the schema.
            broken.append(str(error).rpartition(".")[2])
            continue
        for item in record.affected or ():
            shard = osv.shard_for(item.package.ecosystem) if item.package else None
            if shard:
                found = osv_advisory.advise(record, shard.partition(":")[2], "osv")
                read += found is not None
    assert len(files) > 300
    assert read > 300
    assert set(broken) <= {"versions`", "ranges`"}


def test_vunnels_ubuntu_documents(shared):
    import msgspec

    decoder = msgspec.json.Decoder(OsvRecord)
    path = shared / "conformance/feeds/vunnel/ubuntu/test-fixtures/osv/cve/2021/UBUNTU-CVE-2021-3782.json"
    found = osv_advisory.advise(decoder.decode(path.read_bytes()), "Ubuntu:22.04:LTS", "osv")
    assert found.aliases == ("CVE-2021-3782",)
    assert {item.package for item in found.affected} == {"wayland"}
    notice = decoder.decode((path.parents[2] / "usn/USN-5614-1.json").read_bytes())
    assert osv_advisory.advise(notice, "Ubuntu:18.04:LTS", "osv").related == ("CVE-2021-3782",)


def test_a_database_of_the_mirror(shared, tmp_path):
    shards = ["debian", "osv:PyPI", "alpine:v3.20", "kev", "epss"]
    results = update(tmp_path / "db", shards, origin=str(shared / "data"), now=NOW)
    assert [result.outcome for result in results] == [ShardOutcome.UPDATED] * len(shards)
    again = update(tmp_path / "db", shards, origin=str(shared / "data"), now=NOW)
    assert [result.outcome for result in again] == [ShardOutcome.UNCHANGED] * len(shards)


@pytest.mark.parametrize("release", ["14.04", "16.04", "18.04", "20.04"])
def test_every_sentence_of_ubuntus_last_oval_is_understood(shared, release):
    path = shared / "data" / ubuntu_states.documents(release)[0].path
    with path.open("rb") as stream:
        found = Counter(
            type(one).__name__ for one in osv.parse(f"osv:Ubuntu:{release}:LTS", [None, None, stream, None])
        )
    assert found["Gap"] == 0
    assert found["Advisory"] > 3000
