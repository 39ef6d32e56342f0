"""Feeds from the network: whatever the bytes, only `FeedError` may come out."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable

import pytest

from garboard import feeds
from garboard.baseimage.tags import parse as parse_tag
from garboard.database import trust
from garboard.database.fetch import unpack
from garboard.feeds import osv
from garboard.feeds.readers import ubuntu_states
from garboard.feeds.readers.secdb import identifiers
from garboard.model.errors import DatabaseError, FeedError
from garboard.packages import redhat_streams
from tests.fuzz.mutation import Target, attack
from tests.unit.feeds.documents import archive, glsa, openvex, suse, ubuntu_oval, update, updateinfo
from tests.unit.feeds.test_cvelist import archive as cve_list
from tests.unit.feeds.test_cvelist import record as cve_record


def _zip(*records: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number}.json", record)
    return file.getvalue()


OSV = json.dumps(
    {
        "id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2024-1000"], "withdrawn": None,
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}], "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-1"]},
        "affected": [{"package": {"ecosystem": "PyPI", "name": "A.b"}, "versions": ["1", "2"], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2"}, {"last_affected": "3"}]}]}],
    }
).encode()  # fmt: skip
OSV_LIST = b"2026-01-01T00:00:00Z,GHSA-aaaa-bbbb-cccc\n2026-01-01T00:00:00.5Z,ALSA-2024:0265\n"
FRIENDSOFPHP = b"""title: 'a: b'
cve: CVE-2024-1000
branches:
    1.x:
        time: 2024-01-01 00:00:00
        versions: ['>=1.0', '<1.2']
reference: composer://acme/web
"""
RUBYSEC = b"""---
engine: ruby
cve: 2024-1000
date: 2024-01-01
description: |
  A text.
patched_versions:
  - "~> 2.1.0.preview.2, != 2.1.3"
  - ">= 2.2"
unaffected_versions:
  - "< 1.9.3.484"
"""
SIGNED = trust.payload(
    trust.SignedState(digest="sha256:0", serial=7, made="2026-01-01T00:00:00Z", expires="2026-01-08"), "r"
)
DEBIAN = json.dumps(
    {
        "a": {
            "CVE-2024-1000": {
                "description": '\u00e9\\"',
                "releases": {
                    "bookworm": {"status": "resolved", "fixed_version": "1", "urgency": "low**"},
                    "sid": {"status": "open", "nodsa": "x", "nodsa_reason": ""},
                },
            }
        }
    }
).encode()
SECDB = json.dumps(
    {
        "packages": [
            {
                "pkg": {
                    "name": "a",
                    "secfixes": {
                        "1.0-r0": ["CVE-2024-1000 XSA-1"],
                        "1.1-r0": ["CVE-2024-1000"],
                        "0": ["GHSA-aaaa-bbbb-cccc"],
                    },
                }
            }
        ]
    }
).encode()
NVD = json.dumps(
    {
        "timestamp": "x",
        "vulnerabilities": [
            {
                "cve": {
                    "id": "CVE-2022-1000",
                    "metrics": {
                        "cvssMetricV31": [{"source": "nvd@nist.gov", "cvssData": {"vectorString": "CVSS:3.1/x"}}]
                    },
                    "weaknesses": [{"description": [{"value": "CWE-1"}]}],
                }
            }
        ],
    }
).encode()
KEV = json.dumps(
    {"dateReleased": "x", "vulnerabilities": [{"cveID": "CVE-2024-1000", "dateAdded": "2024-01-01"}]}
).encode()
ENDOFLIFE = json.dumps(
    {
        "generated_at": "2026-01-02T03:04:05+00:00",
        "result": [
            {
                "name": "debian",
                "releases": [{"name": "12", "codename": "Bookworm", "isLts": False, "eolFrom": "2026-07-11"}],
            }
        ],
    }
).encode()
ENDOFLIFE_OLD = json.dumps([{"cycle": "12", "eol": "2026-07-11", "lts": True, "support": False}]).encode()
EPSS = b"#model_version:v1,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-2020-5902,0.97,0.99\n"


def _parse(shard: str, data: bytes) -> None:
    feed = feeds.feed_of(shard)
    streams = [io.BytesIO(data), *[None] * (len(feed.documents(shard)) - 1)]
    try:
        for _ in feed.parse(shard, streams):
            pass
    except FeedError:
        pass


def fuzz_osv_record(data: bytes) -> None:
    _parse("osv:PyPI", _zip(data))


def fuzz_osv_zip(data: bytes) -> None:
    _parse("osv:PyPI", data)


def fuzz_debian(data: bytes) -> None:
    _parse("debian", data)


def fuzz_alpine(data: bytes) -> None:
    _parse("alpine:v3.20", data)


def fuzz_nvd(data: bytes) -> None:
    _parse("nvd:2022", data)


def fuzz_cvelist(data: bytes) -> None:
    _parse("cvelist", data)


def fuzz_kev(data: bytes) -> None:
    _parse("kev", data)


def fuzz_epss(data: bytes) -> None:
    _parse("epss", data)


def fuzz_endoflife(data: bytes) -> None:
    _parse("endoflife", data)


def fuzz_debian_support(data: bytes) -> None:
    feed = feeds.feed_of("debian-security-support")
    streams = [io.BytesIO(data), *[None] * (len(feed.documents("debian-security-support")) - 1)]
    try:
        for _ in feed.parse("debian-security-support", streams):
            pass
    except FeedError:
        pass


def fuzz_endoflife_product(data: bytes) -> None:
    feed = feeds.feed_of("endoflife")
    streams = [None, io.BytesIO(data), *[None] * (len(feed.documents("endoflife")) - 2)]
    with contextlib.suppress(FeedError):
        for _ in feed.parse("endoflife", streams):
            pass


def fuzz_rubysec(data: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("rubies/ruby/CVE-2024-1000.yml", data)
        archive.writestr("gems/uri/CVE-2024-1000.yml", data)
    _parse("rubysec", file.getvalue())


def fuzz_friendsofphp(data: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("acme/web/CVE-2024-1000.yaml", data)
    _parse("friendsofphp", file.getvalue())


def fuzz_osv_list(data: bytes) -> None:
    with contextlib.suppress(FeedError):
        osv.listed(io.BytesIO(data))


def fuzz_signature(data: bytes) -> None:
    with contextlib.suppress(DatabaseError):
        trust.statement(data, "db").expired(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def _fuzz(shard: str, at: int = 0) -> Callable[[bytes], None]:
    """Of a shard whose document at this place is given, without the others."""

    def run(data: bytes) -> None:
        feed = feeds.feed_of(shard)
        streams: list[io.BytesIO | None] = [None] * len(feed.documents(shard))
        streams[at] = io.BytesIO(data)
        with contextlib.suppress(FeedError):
            for _ in feed.parse(shard, streams):
                pass

    return run


def fuzz_vex(data: bytes) -> None:
    with contextlib.suppress(FeedError):
        ubuntu_states.of_vex(io.BytesIO(archive(data)), "22.04")


def fuzz_glsa(data: bytes) -> None:
    _fuzz("gentoo")(archive(data, name="glsa-{}.xml"))


def fuzz_content_manifest(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        redhat_streams.of_manifest(data)
    redhat_streams.of_cpe(data.decode("utf-8", "replace"))
    redhat_streams.of_repository(data.decode("utf-8", "replace"))
    redhat_streams.of_products(data.decode("utf-8", "replace").split(), "9.2")


def fuzz_tags(data: bytes) -> None:
    repository, _, tag = data.decode("utf-8", "replace").partition(":")
    text = tag[:128]
    assert "-".join(part.text for part in parse_tag(repository, tag).parts) == text


def fuzz_notes(data: bytes) -> None:
    identifiers(data.decode("utf-8", "replace"))
    unpack(data.decode("utf-8", "replace"))


TARGETS = (
    Target("osv record", fuzz_osv_record, (OSV,)),
    Target("osv zip", fuzz_osv_zip, (_zip(OSV, OSV),)),
    Target("debian", fuzz_debian, (DEBIAN, gzip.compress(DEBIAN))),
    Target("alpine", fuzz_alpine, (SECDB,)),
    Target("nvd", fuzz_nvd, (NVD, gzip.compress(NVD))),
    Target("cvelist", fuzz_cvelist, (cve_list(cve_record()).getvalue(), cve_list(cve_record(), b"{}").getvalue())),
    Target("kev", fuzz_kev, (KEV,)),
    Target("epss", fuzz_epss, (EPSS, gzip.compress(EPSS))),
    Target(
        "debian-security-support",
        fuzz_debian_support,
        (b"a limited x\nb non-supported 1-1 2025-01-01 y\nc.* supported\n",),
    ),
    Target("rubysec", fuzz_rubysec, (RUBYSEC,)),
    Target("friendsofphp", fuzz_friendsofphp, (FRIENDSOFPHP,)),
    Target("osv list", fuzz_osv_list, (OSV_LIST, gzip.compress(OSV_LIST))),
    Target("signature", fuzz_signature, (SIGNED,)),
    Target(
        "suse",
        _fuzz("suse:Linux Enterprise Server 15 SP5"),
        (suse(("CVE-2024-1000", "SUSE Linux Enterprise Server 15 SP5", "a < 0:1-1|b not|c affected")),),
    ),
    Target(
        "ubuntu oval",
        _fuzz("osv:Ubuntu:16.04:LTS", 2),
        (ubuntu_oval(("CVE-2024-1000", "a package in xenial was vulnerable but has been fixed (note: '1').")),),
    ),
    Target("ubuntu vex", fuzz_vex, (openvex("CVE-2024-1000", "affected", "a jammy", action_statement="ignore"),)),
    Target("glsa", fuzz_glsa, (glsa("202401-01", "a/b", "vulnerable lt 1.2-r1", "unaffected rge 1.1-r3"),)),
    Target(
        "content manifest",
        fuzz_content_manifest,
        (b'{"content_sets": ["rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"]}', b"cpe:/a:redhat:rhel_eus:9.2::appstream"),
    ),
    Target("bottlerocket", _fuzz("bottlerocket"), (updateinfo(update("BRSA-1", "a 1 2 3.br1")),)),
    Target(
        "rocky",
        _fuzz("rocky"),
        (
            b'{"advisories": [{"name": "RLSA-2024:1", "cves": [{"cve": "CVE-2024-1000"}], "packages": [{"nevra": "a-0:1-1.el9.x86_64.rpm", "product_name": "Rocky Linux 9", "module_name": "a", "module_stream": "3"}]}], "total": 1}',
        ),
    ),
    Target(
        "redhat repositories",
        _fuzz("redhat-repositories"),
        (
            b'{"data": {"rhel-9-rpms": {"cpes": ["cpe:/o:redhat:enterprise_linux:9"]}}, "last_updated": "2026-01-01T00:00:00Z"}',
        ),
    ),
    Target("endoflife", fuzz_endoflife, (ENDOFLIFE,)),
    Target("endoflife product", fuzz_endoflife_product, (ENDOFLIFE_OLD, gzip.compress(ENDOFLIFE_OLD))),
    Target(
        "tags",
        fuzz_tags,
        (b"python:3.12.4-slim-bookworm", b"eclipse-temurin:8u502-b07-jdk-alpine-3.24", b"node:lts-jod"),
    ),
    Target("notes", fuzz_notes, (b"CVE-2024-1000 GHSA-aaaa-bbbb-cccc XSA-1", b'[{"url":"x","etag":"y"}]')),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input(target):
    attack(target, 500, seed=1)
