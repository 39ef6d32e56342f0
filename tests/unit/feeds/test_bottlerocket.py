"""Bottlerocket: its list of software, its advisories, and both together."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import msgspec
import pytest

from garboard.database.read import Database
from garboard.feeds import bottlerocket as feed
from garboard.feeds import shard_for
from garboard.feeds.readers import bounded
from garboard.matching import match
from garboard.model.advisory import Advisory, Range, Rating
from garboard.model.errors import FeedError
from garboard.model.feed import Record
from garboard.model.gap import Gap
from garboard.model.package import Distro, Inventory, Package
from garboard.packages import distro
from tests.unit.database.test_database import build
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted
from tests.unit.feeds.documents import update, updateinfo

PATH = "usr/share/bottlerocket/application-inventory.json"
BUILD = "1.1740525475.e3a5862c.br1"


def entry(name: str, version: str, epoch: object = "1", **more: object) -> dict[str, object]:
    stated = {"Name": name, "Version": version, "Release": BUILD, "Epoch": epoch, "Architecture": "x86_64"}
    return stated | {"Publisher": "bottlerocket-core-kit", "ApplicationType": "Unspecified"} | more


def listed(*entries: object) -> bytes:
    return json.dumps({"Content": entries}).encode()


def parsed(data: bytes) -> list[Record]:
    _, *found = feed.parse("bottlerocket", [io.BytesIO(data)])
    return found


def test_the_list_of_software() -> None:
    facts = read(
        cataloger_of("rpm"), PATH, listed(entry("libcap", "2.73"), entry("chrony", "4.6.1", "0"), entry("x", "1", 2))
    )
    assert [(one.name, one.version, one.arch, one.vendor) for one in packages(facts)] == [
        ("libcap", f"1:2.73-{BUILD}", "x86_64", "bottlerocket-core-kit"),
        ("chrony", f"4.6.1-{BUILD}", "x86_64", "bottlerocket-core-kit"),
        ("x", f"2:1-{BUILD}", "x86_64", "bottlerocket-core-kit"),
    ]
    assert wanted(cataloger_of("rpm"), f"aarch64-bottlerocket-linux-gnu/sys-root/{PATH}")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"Content": 3}',
        b"[" * 100_000,
        listed(*[0] * 20_001),
        listed(entry("", "1")),
        listed({"Name": "a"}),
        listed([]),
    ],
)
def test_what_is_no_list_and_no_package_is_a_gap(data: bytes) -> None:
    facts = read(cataloger_of("rpm"), PATH, data)
    assert len(gaps(facts)) == 1
    assert not packages(facts)


def test_old_lists_state_the_release_of_the_system_for_every_package() -> None:
    facts = read(cataloger_of("rpm"), PATH, listed(*(entry(f"p{number}", "1.15.1") for number in range(9))))
    assert not packages(facts)
    assert "1.15.1" in gaps(facts)[0]


def test_advisories() -> None:
    one, gap = parsed(
        updateinfo(
            update("BRSA-b8okc9cb56gk", f"libcap 1 2.78 {BUILD}", f"libcap 1 2.78 {BUILD}"),
            update("BRSA-x", kind="security"),
            update("BRSA-y", f"a 0 1 {BUILD}", kind="enhancement"),
        )
    )
    assert isinstance(one, Advisory)
    assert (one.id, one.related, one.ratings) == (
        "BRSA-b8okc9cb56gk",
        ("CVE-2024-1000",),
        (Rating(source="bottlerocket", word="important"),),
    )
    assert [(each.ecosystem, each.package, each.ranges) for each in one.affected] == [
        ("Bottlerocket", "libcap", (Range(introduced="0", fixed=f"1:2.78-{BUILD}"),))
    ]
    assert isinstance(gap, Gap)
    assert shard_for("Bottlerocket") == "bottlerocket"


@pytest.mark.parametrize(
    "data", [b"", b"<html/><x>", b"{}", updateinfo()[:-5], gzip.compress(b"<updates>" + bytes(64 * bounded.MIB))]
)
def test_another_document_is_refused(data: bytes) -> None:
    with pytest.raises(FeedError):
        parsed(data)


@pytest.mark.parametrize(
    ("version", "epoch", "found"),
    [("2.73", "1", True), ("2.78", "1", False), ("2.79", "1", False), ("2.79", "0", True)],
)
def test_a_package_below_and_at_the_fix(tmp_path: Path, version: str, epoch: str, found: bool) -> None:
    build(
        tmp_path,
        "bottlerocket",
        *feed.parse("bottlerocket", [io.BytesIO(updateinfo(update("BRSA-1", f"libcap 1 2.78 {BUILD}")))]),
    )
    (own,) = read(distro, "etc/os-release", 'ID=bottlerocket\nVERSION_ID="1.34.0"\nVARIANT_ID="aws-k8s-1.31"\n')
    assert isinstance(own, Distro)
    (package,) = (
        one
        for one in read(cataloger_of("rpm"), PATH, listed(entry("libcap", version, epoch)))
        if isinstance(one, Package)
    )
    package = msgspec.structs.replace(package, ecosystem=distro.ecosystem(own.id, own.version))
    inventory = Inventory(packages=(package,), distro=own)
    with Database(tmp_path) as database:
        matched = match(inventory, database)
    assert [one.vulnerability.id for one in matched.findings] == (["CVE-2024-1000"] if found else [])
    assert matched.judged == 1
