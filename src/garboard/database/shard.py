"""Reading one shard file."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from garboard.database import rows
from garboard.database.store import CONFIRMED, SCHEMA, path_of
from garboard.model.advisory import Advisory, CveFacts, FeedState, Hit
from garboard.model.base import Value
from garboard.model.errors import DatabaseError
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts

HINT = "garboard db update"
BATCH = 500


class Confirmed(Value):
    """A note that upstream still had the bytes of ``sha256`` at the time ``fetched``."""

    sha256: str
    fetched: str


class OtherSchemaError(DatabaseError):
    """A shard that another version of the program built."""


class Shard:
    """A read-only shard.

    Raises:
        DatabaseError: On opening, if the file is not a shard of this program's schema.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.path = path_of(directory, name)
        self.connection = _connect(self.path)
        try:
            self._check()
            self.state = self._state()
            found = self.connection.execute("SELECT name, id FROM ecosystem").fetchall()
        except (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError) as error:
            self.connection.close()
            raise DatabaseError(f"the database shard {name} is damaged: {error}", f"{HINT} {name}") from error
        except DatabaseError:
            self.connection.close()
            raise
        self._ecosystems: dict[str, int] = dict(found)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def meta(self, key: str) -> str:
        """Return a value of the ``meta`` table; empty if there is none."""
        found = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else ""

    def _check(self) -> None:
        schema = self.meta("schema")
        if schema != str(SCHEMA):
            raise OtherSchemaError(
                f"the database shard {self.name} has schema {schema or 'unknown'}, this program reads {SCHEMA}",
                f"{HINT} {self.name}",
            )
        if self.meta("shard") != self.name:
            raise DatabaseError(f"{self.path.name} holds the shard {self.meta('shard')}", f"{HINT} {self.name}")

    def _state(self) -> FeedState:
        state = msgspec.json.decode(self.meta("state"), type=FeedState)
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            note = msgspec.json.decode(self.path.with_suffix(CONFIRMED).read_bytes(), type=Confirmed)
            if note.sha256 == state.sha256 and note.fetched > state.fetched:
                return msgspec.structs.replace(state, fetched=note.fetched)
        return state

    @property
    def ecosystems(self) -> tuple[str, ...]:
        """Return the ecosystems and releases that it holds data of, sorted."""
        return tuple(sorted(self._ecosystems))

    def hits(self, ecosystem: str, package: str) -> Iterator[Hit]:
        """Yield everything the shard has about a package, in the feed's order."""
        number = self._ecosystems.get(ecosystem)
        found = self._rows(
            "SELECT advisory.payload, affected.payload FROM affected JOIN advisory ON advisory.id = affected.advisory"
            " WHERE affected.ecosystem = ? AND affected.package = ? ORDER BY advisory, position",
            (number, package),
        )
        with self._reading():
            for advisory, affected in found:
                yield Hit(
                    advisory=rows.unpack_advisory(advisory),
                    affected=rows.unpack_affected(affected, ecosystem, package),
                )

    def names(self, ecosystem: str) -> tuple[str, ...]:
        """Return all packages that the shard has something about."""
        number = self._ecosystems.get(ecosystem)
        found = self._rows("SELECT DISTINCT package FROM affected WHERE ecosystem = ?", (number,))
        return tuple(name for (name,) in found)

    def facts(self, cves: Iterable[str]) -> Iterator[CveFacts]:
        """Yield the shard's facts about these CVEs."""
        wanted = tuple(cves)
        texts: dict[int, str] = {0: ""}
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            marks = ",".join("?" * len(some))
            query = f"SELECT cve, payload FROM fact WHERE cve IN ({marks})"  # noqa: S608  # only question marks
            with self._reading():
                for cve, payload in self._rows(query, some):
                    yield rows.unpack_facts(cve, payload, lambda number: self._text(number, texts))

    def all_facts(self) -> Iterator[CveFacts]:
        """Yield the shard's facts about all CVEs that it knows, in order."""
        found = self._rows("SELECT cve FROM fact ORDER BY cve", ())
        for start in range(0, len(found), BATCH):
            yield from self.facts(cve for (cve,) in found[start : start + BATCH])

    def advisories(self, ecosystems: Iterable[str]) -> Iterator[Advisory]:
        """Yield the advisories of some of the ecosystems, in the feed's order, with what they say of those only."""
        numbers = {self._ecosystems[name]: name for name in ecosystems}
        marks = ",".join("?" * len(numbers))
        query = (
            "SELECT advisory, advisory.payload, ecosystem, package, affected.payload FROM affected"  # noqa: S608
            f" JOIN advisory ON advisory.id = advisory WHERE ecosystem IN ({marks}) ORDER BY advisory, position"
        )
        with self._reading():
            for (_, payload), group in itertools.groupby(self._rows(query, tuple(numbers)), key=lambda row: row[:2]):
                affected = (rows.unpack_affected(row[4], numbers[row[2]], row[3]) for row in group)
                yield msgspec.structs.replace(rows.unpack_advisory(payload), affected=tuple(affected))

    def whole(self) -> Iterator[Advisory]:
        """Yield all advisories with all that they say, in the feed's order; withdrawn ones too."""
        names = {number: name for name, number in self._ecosystems.items()}
        keys: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for number, position, ecosystem, package in self._rows(
            "SELECT advisory, position, ecosystem, package FROM affected", ()
        ):
            keys[number].append((position, ecosystem, package))
        one = "SELECT payload FROM affected WHERE ecosystem = ? AND package = ? AND advisory = ? AND position = ?"
        with self._reading():
            for number, payload in self.connection.execute("SELECT id, payload FROM advisory ORDER BY id"):
                affected = []
                for position, ecosystem, package in sorted(keys.get(number, ())):
                    ((said,),) = self._rows(one, (ecosystem, package, number, position))
                    affected.append(rows.unpack_affected(said, names[ecosystem], package))
                yield msgspec.structs.replace(rows.unpack_advisory(payload), affected=tuple(affected))

    def naming(self, identifier: str) -> Iterator[Advisory]:
        """Yield the advisories that have an identifier among their names, in any case, with all that they say."""
        wanted = identifier.casefold()
        query = (
            "SELECT advisory.id, advisory.payload, ecosystem.name, package, affected.payload FROM advisory"
            " LEFT JOIN affected ON affected.advisory = advisory.id LEFT JOIN ecosystem ON ecosystem.id = ecosystem"
            " WHERE instr(advisory.payload, ?) OR instr(advisory.payload, ?) OR instr(advisory.payload, ?)"
            " ORDER BY advisory.id, position"
        )
        prefix, dash, rest = identifier.partition("-")
        spellings = (identifier, identifier.upper(), f"{prefix.upper()}{dash}{rest.lower()}")  # GHSA-… is in lower case
        found = self._rows(query, tuple(one.encode() for one in spellings))
        with self._reading():
            for (_, payload), group in itertools.groupby(found, key=lambda row: row[:2]):
                advisory = rows.unpack_advisory(payload)
                names = (advisory.id, *advisory.aliases, *advisory.related, *advisory.errata)
                if wanted in {name.casefold() for name in names}:
                    affected = (rows.unpack_affected(row[4], row[2], row[3]) for row in group if row[4] is not None)
                    yield msgspec.structs.replace(advisory, affected=tuple(affected))

    def digests(self) -> Iterator[tuple[tuple[str, str, str], bytes]]:
        """Yield a digest of what each advisory says of each package: by ecosystem, package and identifier."""
        query = (
            "SELECT ecosystem.name, package, advisory.payload, affected.payload FROM affected"
            " JOIN advisory ON advisory.id = advisory JOIN ecosystem ON ecosystem.id = ecosystem ORDER BY 1, 2, advisory, position"
        )
        said = self._rows(query, ())
        with self._reading():
            for (ecosystem, package, payload), group in itertools.groupby(said, key=lambda row: row[:3]):
                advisory = rows.unpack_advisory(payload)
                told = hashlib.sha256()
                for part in (advisory.withdrawn.encode(), *(row[3] for row in group)):
                    told.update(hashlib.sha256(part).digest())
                yield (ecosystem, package, advisory.id), told.digest()

    def support(self, ecosystem: str) -> Iterator[Support]:
        """Yield what is said of the packages of a release, in the feed's order."""
        found = self._rows("SELECT position, payload FROM support WHERE ecosystem = ? ORDER BY 1", (ecosystem,))
        with self._reading():
            for _, payload in found:
                yield rows.unpack_support(payload)

    def products(self, repository: str) -> Iterator[RepositoryProducts]:
        """Yield what is said of a repository."""
        found = self._rows("SELECT position, payload FROM repository WHERE name = ? ORDER BY 1", (repository,))
        with self._reading():
            for _, payload in found:
                yield rows.unpack_repository(payload)

    def cycles(self, product: str) -> Iterator[Cycle]:
        """Yield the cycles of a product, in the feed's order."""
        found = self._rows("SELECT position, payload FROM cycle WHERE product = ? ORDER BY 1", (product,))
        with self._reading():
            for _, payload in found:
                yield rows.unpack_cycle(payload)

    def _text(self, number: int, known: dict[int, str]) -> str:
        if number not in known:
            found = self._rows("SELECT value FROM text WHERE id = ?", (number,))
            known[number] = str(found[0][0]) if found else ""
        return known[number]

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        with self._reading():
            return self.connection.execute(query, values).fetchall()
        raise AssertionError  # what is read is returned or raised

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Say which shard it is that cannot be read, whatever its bytes make of a row."""
        try:
            yield
        except (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise DatabaseError(f"the database shard {self.name} is damaged: {error}", f"{HINT} {self.name}") from error


def _connect(path: Path) -> sqlite3.Connection:
    # Immutable: nobody writes to a shard file, so no lock is taken, and it can be on a read-only volume.
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.execute("PRAGMA trusted_schema=OFF")
    except sqlite3.Error as error:
        raise DatabaseError(f"cannot open the database shard {path.name}: {error}", HINT) from error
    return connection
