"""Whatever bytes a shard's file has, what reads it says that it is damaged; none of them ends in a traceback."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.database import store
from garboard.database.read import Database
from garboard.database.shard import Shard
from garboard.database.verify import verify
from garboard.model.errors import DatabaseError
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts
from garboard.workflows.query_database import between, of_package, of_vulnerability
from tests.examples import examples
from tests.unit.database.test_database import ADVISORY, CveFacts, FeedHeader, Rating, build

FACTS = CveFacts(cve="CVE-2024-1000", ratings=(Rating(source="nvd", vector="CVSS:3.1/AV:N"),), cwes=("CWE-79",))
RECORDS = (
    FeedHeader(ecosystems=("Debian:12",)),
    *(ADVISORY for _ in range(40)),
    FACTS,
    Cycle(product="debian", name="12"),
    Support(ecosystem="Debian:12", package="curl", ends=True),
    RepositoryProducts(repository="baseos", cpes=("cpe:/o:redhat:enterprise_linux:9",)),
)
READS: dict[str, Callable[[Shard], object]] = {
    "hits": lambda shard: list(shard.hits("Debian:12", "openssl")),
    "names": lambda shard: shard.names("Debian:12"),
    "facts": lambda shard: list(shard.facts(["CVE-2024-1000"])),
    "all facts": lambda shard: list(shard.all_facts()),
    "advisories": lambda shard: list(shard.advisories(shard.ecosystems)),
    "naming": lambda shard: list(shard.naming("CVE-2024-1000")),
    "digests": lambda shard: list(shard.digests()),
    "support": lambda shard: list(shard.support("Debian:12")),
    "cycles": lambda shard: list(shard.cycles("debian")),
    "products": lambda shard: list(shard.products("baseos")),
    "meta": lambda shard: shard.meta("documents"),
    "verify": verify,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "db"
    build(folder, "debian", *RECORDS)
    return folder


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, whole: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path_factory.mktemp("other") / "db"))


@examples(300)
@given(data=st.data())
def test_wrong_bytes(whole: Path, other: Path, data: st.DataObject) -> None:
    content = bytearray(store.path_of(whole, "debian").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    length = data.draw(st.integers(0, len(content))) if data.draw(st.booleans()) else len(content)
    store.path_of(other, "debian").write_bytes(content[:length])
    with contextlib.suppress(DatabaseError), contextlib.closing(Shard(other, "debian")) as shard:
        for read in READS.values():
            with contextlib.suppress(DatabaseError):
                read(shard)
    with contextlib.suppress(DatabaseError):
        between(whole, other)


ROWS = ("advisory", "affected", "fact", "cycle", "support", "repository")
PAYLOADS = (b"", b"\xc1", b"\x80", b"\x91\x01", b"\x81\xa2id\x01", "text", 7, b"\xdd\xff\xff\xff\xff")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("table", ROWS)
def test_a_row_that_is_no_value(whole: Path, tmp_path: Path, table: str, payload: bytes | str | int) -> None:
    folder = shutil.copytree(whole, tmp_path / "db")
    with contextlib.closing(sqlite3.connect(store.path_of(folder, "debian"))) as connection:
        connection.execute(f"UPDATE {table} SET payload = ?", (payload,))
        connection.commit()
    told: list[DatabaseError] = []
    with contextlib.closing(Shard(folder, "debian")) as shard:
        for read in READS.values():
            try:
                read(shard)
            except DatabaseError as error:
                told.append(error)
        assert verify(shard).faults
    assert {error.hint for error in told} == {"garboard db update debian"}
    assert all(error.message.startswith("the database shard debian is damaged") for error in told)
    with Database(folder) as database, contextlib.suppress(DatabaseError):
        of_package(database, "openssl", "Debian:12")
    with Database(folder) as database, contextlib.suppress(DatabaseError):
        of_vulnerability(database, "CVE-2024-1000")
    with contextlib.suppress(DatabaseError):
        between(whole, folder)
