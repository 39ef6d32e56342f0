"""What importers make of real documents, against what another project's importer makes of the same (see PROVENANCE.txt).

Compared are facts: which package of which release, in which module, is fixed in which version.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from garboard import feeds
from garboard.model.advisory import Advisory, Affected, Status
from tests.unit.feeds import documents

Fact = tuple[str, str, str]
"""Identifier, package, fixed version (empty: none)."""


def facts(shard: str, *paths: Path) -> set[Fact]:
    """Of a shard that is built of these documents; any others that it has are absent."""
    found: set[Fact] = set()
    absent = [None] * (len(feeds.feed_of(shard).documents(shard)) - 1)
    for path in paths:
        with path.open("rb") as stream:
            for one in feeds.feed_of(shard).parse(shard, [stream, *absent]):
                if isinstance(one, Advisory):
                    found |= {fact for each in one.affected for fact in said(one.id, each)}
    return found


def said(identifier: str, affected: Affected) -> set[Fact]:
    if affected.status is Status.NOT_AFFECTED:
        return set()
    return {(identifier, affected.package, one.fixed) for one in affected.ranges}


def snapshots(folder: Path) -> list[dict[str, Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [json.loads(path.read_text())["item"]["Vulnerability"] for path in paths]


def expected(folder: Path) -> set[Fact]:
    return {
        (one["Name"], fix["Name"], "" if fix["Version"] == "None" else fix["Version"].removeprefix("0:"))
        for one in snapshots(folder)
        for fix in one["FixedIn"]
    }


@pytest.fixture
def vunnel(shared: Path) -> Path:
    return shared / "conformance/feeds/vunnel"


def test_photon(vunnel: Path) -> None:
    for release in ("1.0", "4.0"):
        found = facts(f"photon:{release}", vunnel / f"photon/test-fixtures/input/cve_data_photon{release}.json")
        cves = {fact for fact in found if fact[0].startswith("CVE-")}  # the other project leaves out what is no CVE
        assert cves == expected(vunnel / f"photon/test-fixtures/snapshots/photon:{release}"), release


def test_arch(vunnel: Path) -> None:
    found = facts("arch", vunnel / "arch/test-fixtures/input/arch-advisories/all.json")
    assert found == expected(vunnel / "arch/test-fixtures/snapshots")


def test_mariner(vunnel: Path) -> None:
    found = facts("azurelinux:2", vunnel / "mariner/test-fixtures/mariner-truncated-2.0-oval.xml")
    assert found == expected(vunnel / "mariner/test-fixtures/snapshots/mariner:2.0")


def test_oracle(vunnel: Path) -> None:
    found = facts("oracle", vunnel / "oracle/test-fixtures/mock_data")
    assert found == expected(vunnel / "oracle/test-fixtures/snapshots")


def test_amazon(vunnel: Path, shared: Path) -> None:
    """The other project reads the errata's pages, and this one the repository's list, of which the sample was shortened."""
    for release, name in (("2", "updateinfo_2.xml.gz"), ("2023", "updateinfo_2023.xml.gz")):
        found = facts(f"amazon:{release}", shared / "data/amazon/vuls" / name)
        assert found
        theirs = expected(vunnel / f"amazon/test-fixtures/snapshots/amzn:{release}")
        both = {fact[0].replace(f"ALAS{release}", "ALAS") for fact in found} & {fact[0] for fact in theirs}
        for identifier in both:
            mine = {fact[1:] for fact in found if fact[0].replace(f"ALAS{release}", "ALAS") == identifier}
            assert mine <= {fact[1:] for fact in theirs if fact[0] == identifier}, identifier


def test_fedora(vunnel: Path) -> None:
    folder = vunnel / "fedora/test-fixtures/input"
    updates = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    stream = (json.dumps({"updates": updates})).encode()
    found = {
        fact
        for one in feeds.feed_of("fedora:40").parse("fedora:40", [io.BytesIO(stream)])
        if isinstance(one, Advisory)
        for affected in one.affected
        for _, package, version in said(one.id, affected)
        for fact in {(cve, package, version) for cve in one.related}
    }
    theirs = {
        (one["Name"], fix["Name"], fix["Version"].removeprefix("0:"))
        for one in snapshots(vunnel / "fedora/test-fixtures/snapshots/default")
        for fix in one["FixedIn"]
        if one["NamespaceName"] == "fedora:40"
    }
    assert {fact for fact in theirs if fact[0].startswith("CVE-")} == found


def test_sles(vunnel: Path) -> None:
    """The other project reads no modules."""
    for release, theirs in (("15", "sles:15"), ("15 SP1", "sles:15.1")):
        found = facts(f"suse:Linux Enterprise Server {release}", vunnel / "sles/test-fixtures/suse_truncated.xml")
        wanted = {fact for fact in expected(vunnel / f"sles/test-fixtures/snapshots/{theirs}") if fact[2] != "0"}
        assert {fact for fact in found if fact[2]} == wanted, release


def test_ubuntu(vunnel: Path, shared: Path) -> None:
    """OSV's records with the reasons of OpenVEX: what is fixed in which version, and what will not be."""
    data = shared / "data/ubuntu/vunnel"
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as made:
        for path in (data / "osv/cve").rglob("*.json"):
            made.writestr(path.name, path.read_bytes())
    vex = documents.archive(*(path.read_bytes() for path in (data / "vex/cve").rglob("*.json")))
    compared = 0
    for release in ("14.04", "20.04", "22.04", "24.04"):
        shard = f"osv:Ubuntu:{release}:LTS"
        found = {
            (one.id, each.package): (each.status in {Status.WILL_NOT_FIX, Status.END_OF_LIFE}, each.ranges[0].fixed)
            for one in feeds.feed_of(shard).parse(shard, [zipped, None, None, io.BytesIO(vex)])
            if isinstance(one, Advisory)
            for each in one.affected
            if each.ranges and not each.subscription
        }
        folder = vunnel / f"ubuntu/test-fixtures/snapshots/ubuntu-{release}-lts"
        for path in folder.glob("*.json"):
            record = json.loads(path.read_text())["item"]
            for each in record["affected"] if not record.get("withdrawn") else ():
                said = each.get("database_specific", {}).get("anchore", {})
                if each["package"]["ecosystem"] != f"Ubuntu:{release}:LTS" or "inference" in said:
                    continue  # what it infers from fixes for subscribers has its own state here
                told = said.get("status", "") == "wont-fix"
                fixed = [event["fixed"] for event in each["ranges"][0]["events"] if "fixed" in event]
                assert found[record["id"], each["package"]["name"]] == (told, "".join(fixed)), (
                    release,
                    each["package"],
                )
                compared += 1
    assert compared > 8
