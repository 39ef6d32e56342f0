import datetime as dt
import json

import pytest

from garboard.model.image import Platform
from garboard.model.limits import DEFAULT
from garboard.model.mirror import InstalledSystem, UpgradeState
from garboard.model.package import Distro, Kept, Package
from garboard.repositories import apk
from garboard.workflows.query_mirrors import drive
from tests.unit.repositories.fake_mirror import Mirror, apkindex, rsa_public

ROOT = "https://dl.example/alpine/v3.20/main"
INDEX = f"{ROOT}/x86_64/APKINDEX.tar.gz"
ENTRIES = "C:Q1x\nP:libssl3\nV:3.3.2-r1\nA:x86_64\no:openssl\n\nC:Q1y\nP:curl\nV:8.9.1-r0\nA:x86_64\n\n"


def image(files=None, platform=None):
    kept = {
        "etc/apk/repositories": f"# main\n{ROOT}\n",
        "etc/apk/keys/alpine.rsa.pub": rsa_public("alpine").decode(),
        "etc/apk/world": "curl\n",
    } | (files or {})
    packages = (("libssl3", "3.3.0-r2", "openssl"), ("curl", "8.9.1-r0", "curl"), ("own", "1-r0", "own"))
    return InstalledSystem(
        files=tuple(Kept(path=path, data=text.encode()) for path, text in kept.items()),
        packages=tuple(
            Package(type="apk", name=name, version=version, scheme="apk", source_name=source, arch="x86_64")
            for name, version, source in packages
        ),
        platform=platform or Platform(),
        distro=Distro(id="alpine", version="3.20.1"),
        now=dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC),
    )


def told(documents, files=None, platform=None):
    mirror = Mirror(documents)
    return drive(apk.offers(image(files, platform)), mirror.fetch), mirror


def offer(found, name):
    return next(one for one in found.offers if one.name == name)


@pytest.mark.parametrize("kind", ["RSA", "RSA256"])
def test_a_signed_index(kind):
    found, _ = told({INDEX: apkindex(ENTRIES, kind=kind)})
    ssl = offer(found, "libssl3")
    assert (ssl.standing, ssl.version, ssl.source_name) == (UpgradeState.UPGRADE, "3.3.2-r1", "openssl")
    assert offer(found, "curl").standing is UpgradeState.CURRENT
    assert offer(found, "own").standing is UpgradeState.ABSENT
    assert (found.repositories[0].name, found.repositories[0].signed) == ("v3.20/main", "alpine.rsa.pub")
    assert not found.gaps


def _changed(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (apkindex(ENTRIES, owner="stranger"), "a key that the image does not have"),
        (_changed(apkindex(ENTRIES)), "its signature is not good"),
        (b"\x1f\x8b damaged", "damaged"),
        (b"", "not signed"),
    ],
)
def test_what_cannot_be_trusted_is_not_used(data, reason):
    found, _ = told({INDEX: data})
    assert not found.offers
    assert reason in found.gaps[0].reason


def test_another_key_of_the_same_name():
    found, _ = told({INDEX: apkindex(ENTRIES)}, {"etc/apk/keys/alpine.rsa.pub": rsa_public("other").decode()})
    assert not found.offers
    assert "not good" in found.gaps[0].reason


@pytest.mark.parametrize("rule", ["libssl3=3.3.0-r2", "libssl3<3.3.2", "libssl3~3.3.0"])
def test_a_pin_in_world(rule):
    one = offer(told({INDEX: apkindex(ENTRIES)}, {"etc/apk/world": rule})[0], "libssl3")
    assert (one.standing, one.version) == (UpgradeState.PINNED, "3.3.2-r1")
    assert rule in one.reason


def test_tagged_repositories_are_for_those_that_ask():
    edge = "https://dl.example/alpine/edge/main"
    documents = {
        INDEX: apkindex(ENTRIES),
        f"{edge}/x86_64/APKINDEX.tar.gz": apkindex(ENTRIES.replace("3.3.2-r1", "3.4.0-r0")),
    }
    lists = {"etc/apk/repositories": f"{ROOT}\n@edge {edge}\n"}
    assert offer(told(documents, lists)[0], "libssl3").version == "3.3.2-r1"
    lists["etc/apk/world"] = "libssl3@edge"
    assert offer(told(documents, lists)[0], "libssl3").version == "3.4.0-r0"


def test_the_architecture_of_the_packages_or_of_the_image():
    _, mirror = told({}, platform=Platform(architecture="arm64"))
    assert mirror.asked == [f"{ROOT}/x86_64/APKINDEX.tar.gz"]
    _, mirror = told({}, {"etc/apk/arch": "armhf\n"})
    assert mirror.asked == [f"{ROOT}/armhf/APKINDEX.tar.gz"]


def test_no_repository():
    found, _ = told({}, {"etc/apk/repositories": "/media/cdrom/apks\n"})
    assert [gap.subject for gap in found.gaps] == ["etc/apk/repositories:1", "apk"]


SECDB = {"packages": [{"pkg": {"name": "openssl", "secfixes": {
    "3.3.0-r2": ["CVE-2024-0001"], "3.3.1-r1": ["CVE-2024-5535 GHSA-aaaa-bbbb-cccc"], "3.3.2-r1": ["CVE-2024-6119"],
    "3.3.9-r0": ["CVE-2026-0001"],
}}}]}  # fmt: skip


def noted(data):
    updates = [one for one in told({INDEX: apkindex(ENTRIES)})[0].offers if one.standing is UpgradeState.UPGRADE]
    documents = {"https://secdb.alpinelinux.org/v3.20/main.json": data} if data else {}
    return drive(apk.notes(updates), Mirror(documents).fetch)


def test_what_secdb_names_between_the_versions():
    found = noted(json.dumps(SECDB).encode())
    assert {note.cves: note.fixed_in for note in found.notes} == {
        ("CVE-2024-5535",): "3.3.1-r1",
        ("CVE-2024-6119",): "3.3.2-r1",
    }


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"packages": []}'])
def test_without_secdb_it_is_said(data):
    found = noted(data)
    assert not found.notes
    assert found.gaps


def test_the_number_of_repositories_is_limited():
    lines = "".join(f"https://dl.example/{at}\n" for at in range(1000))
    found, mirror = told({INDEX: apkindex(ENTRIES)}, {"etc/apk/repositories": f"{ROOT}\n{lines}"})
    assert len(mirror.asked) == 64
    assert offer(found, "libssl3").version == "3.3.2-r1"
    limited = [gap.reason for gap in found.gaps if "the limit" in gap.reason]
    assert limited == ["names more than 64 repositories, the limit: the others were not read"]
    assert max(mirror.rounds) <= (4, DEFAULT.answers_bytes)


def test_a_repository_is_read_once():
    found, mirror = told({INDEX: apkindex(ENTRIES)}, {"etc/apk/repositories": f"{ROOT}\n" * 1000})
    assert mirror.asked == [INDEX]
    assert not found.gaps


def test_the_number_of_gaps_is_limited():
    found, _ = told({}, {"etc/apk/repositories": "/a/folder\n" * 1000})
    assert len(found.gaps) < 70
