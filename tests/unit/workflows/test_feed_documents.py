"""Publishers' documents that are hostile, cut short, emptied or shrunken: refused in clear words, and the old data stay."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from garboard.database import store
from garboard.database.read import Database
from garboard.workflows.update_database import ShardOutcome, ShardResult, Terms, update
from tests.unit.feeds import documents

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


class Publisher(NamedTuple):
    """A shard, where a mirror has its document, the ecosystem and package that it is about, and its maker for a count."""

    shard: str
    path: str
    ecosystem: str
    write: Callable[[int], bytes]
    entity: bool = False
    """Whether it is XML."""


def cve(number: int) -> str:
    return f"CVE-2024-{1000 + number}"


def oracle(count: int) -> bytes:
    on = documents.leaf("Oracle Linux 9 is installed")
    return documents.oracle(
        *(
            documents.definition(documents.both(on, documents.signed("a", f"1-{n}")), title=f"ELSA-2024-{n}: a")
            for n in range(count)
        )
    )


def fedora(count: int) -> bytes:
    updates = [
        {"alias": f"FEDORA-2024-{n}", "release": {"version": "40"}, "builds": [{"nvr": f"a-1-{n}"}]}
        for n in range(count)
    ]
    return json.dumps({"updates": updates, "pages": 1}).encode()


def ubuntu_osv(count: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for n in range(count):
            spans = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": f"1-{n}"}]}]
            affected = [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "a"}, "ranges": spans}]
            record = {"id": f"UBUNTU-{cve(n)}", "upstream": [cve(n)], "affected": affected}
            made.writestr(f"{n}.json", json.dumps(record))
    return file.getvalue()


def redhat(count: int) -> bytes:
    said = ("fixed", "EUS", "a@1-1.el9_2?arch=x86_64"), ("fixed", documents.MAIN, "a@2-1.el9?arch=x86_64")
    return documents.archive(*(documents.vex(*said, cve=cve(n)) for n in range(count)))


SENTENCE = "a package in xenial was vulnerable but has been fixed (note: '1-{}')."
SLES = "SUSE Linux Enterprise Server 15 SP5"
PUBLISHERS = (
    Publisher("oracle", "oracle/com.oracle.elsa-all.xml", "Oracle Linux:9", oracle, entity=True),
    Publisher("fedora:40", "fedora/40.json", "Fedora:40", fedora),
    Publisher("redhat", "redhat/data/csaf/v2/vex/vex.tar.gz", "Red Hat:enterprise_linux:9", redhat),
    Publisher("osv:Ubuntu:22.04:LTS", "osv/Ubuntu:22.04:LTS/all.zip", "Ubuntu:22.04:LTS", ubuntu_osv),
    Publisher(
        "osv:Ubuntu:16.04:LTS",
        "ubuntu/oval/com.ubuntu.xenial.cve.oval.xml",
        "Ubuntu:16.04:LTS",
        lambda count: documents.ubuntu_oval(*((cve(n), SENTENCE.format(n)) for n in range(count))),
        entity=True,
    ),
    Publisher(
        "suse:Linux Enterprise Server 15 SP5",
        "suse/oval/suse.linux.enterprise.15-sp5-affected.xml",
        "SUSE:Linux Enterprise Server 15 SP5",
        lambda count: documents.suse(*((cve(n), SLES, f"a < 0:1-{n}") for n in range(count))),
        entity=True,
    ),
    Publisher(
        "gentoo",
        "gentoo/glsa-master.tar.gz",
        "Gentoo",
        lambda count: documents.archive(
            *(documents.glsa(f"202401-{n}", "a", f"vulnerable lt 1-r{n + 1}") for n in range(count)),
            name="glsa-master/glsa-{}.xml",
        ),
    ),
    Publisher(
        "azurelinux:3",
        "azurelinux/azurelinux-3.0-oval.xml",
        "Azure Linux:3",
        lambda count: documents.microsoft(*((cve(n), "true", "a", "less than", f"0:1-{n}") for n in range(count))),
        entity=True,
    ),
    Publisher(
        "amazon:2023",
        "amazon/2023/core/updateinfo.xml",
        "Amazon Linux:2023",
        lambda count: documents.updateinfo(*(documents.update(f"ALAS-{n}", f"a 0 1 {n}") for n in range(count))),
        entity=True,
    ),
)
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>'


def put(mirror: Path, publisher: Publisher, data: bytes) -> None:
    path = mirror / publisher.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (path.parent / "archive_latest.txt").write_text(f"{path.name}\n")


def wrong(publisher: Publisher) -> dict[str, bytes]:
    whole = publisher.write(10)
    found = {
        "empty": b"",
        "a web page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "of another publisher": b'{"x": [1, 2, 3]}',
        "emptied": publisher.write(0),
        "cut short": whole[: len(whole) * 2 // 3],
        "cut short in its compression": gzip.compress(whole)[:-12],
        "shrunken": publisher.write(7),
        "nested": b"[" * 100_000,
    }
    return found | ({"with entities": BOMB + whole.partition(b"?>")[2]} if publisher.entity else {})


def updated(mirror: Path, db: Path, publisher: Publisher, *, accept: bool = False) -> ShardResult:
    (result,) = update(db, [publisher.shard], origin=str(mirror), now=NOW, terms=Terms(accept_shrink=accept))
    return result


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=lambda one: one.shard)
def test_a_wrong_document_is_refused_and_the_old_data_stay(publisher: Publisher, tmp_path: Path) -> None:
    mirror, db = tmp_path / "mirror", tmp_path / "db"
    put(mirror, publisher, publisher.write(10))
    first = updated(mirror, db, publisher)
    assert first.outcome is ShardOutcome.UPDATED, first.error
    before = store.path_of(db, publisher.shard).read_bytes()
    for kind, data in wrong(publisher).items():
        put(mirror, publisher, data)
        result = updated(mirror, db, publisher)
        assert result.outcome is ShardOutcome.FAILED, kind
        assert len(result.error) > 20, kind
        assert "Traceback" not in result.error, kind
        assert store.path_of(db, publisher.shard).read_bytes() == before, kind
        with Database(db) as database:
            assert len(list(database.hits(publisher.ecosystem, "a"))) >= 10, kind
    put(mirror, publisher, publisher.write(7))
    assert "shrunk from 10 records to 7" in updated(mirror, db, publisher).error
    assert updated(mirror, db, publisher, accept=True).outcome is ShardOutcome.UPDATED


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=lambda one: one.shard)
def test_a_first_document_that_is_wrong_makes_no_shard(publisher: Publisher, tmp_path: Path) -> None:
    for kind, data in wrong(publisher).items():
        if kind != "shrunken":
            put(tmp_path / "mirror", publisher, data)
            assert updated(tmp_path / "mirror", tmp_path / "db", publisher).outcome is ShardOutcome.FAILED, kind
    assert store.installed(tmp_path / "db") == ()
