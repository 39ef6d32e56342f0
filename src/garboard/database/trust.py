"""Signed statements about a shared database, and a record of those that were accepted.

A statement says which manifest is meant, its serial, and until when it counts, as The Update Framework reasons: an older state
(a smaller serial) and one that is held back (past its end) are refused like a forged one. It has the form of cosign's payload
of an image signature, with three optional fields of our own, so that cosign and its key services can sign it too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.database import store
from garboard.model.base import Value
from garboard.model.errors import DatabaseError
from garboard.model.timestamp import rfc3339
from garboard.signing import claim, claimed

if TYPE_CHECKING:
    from garboard.signing import Verifier

RECORD: Final = "accepted.json"
"""In the database's folder: the newest state that was accepted of each key."""
_OWN: Final = "garboard."


class SignedState(Value):
    """What a signature says of a shared database; times are RFC 3339."""

    digest: str
    """Of the manifest."""
    serial: int
    made: str
    expires: str

    def expired(self, now: dt.datetime) -> bool:
        """Whether it no longer counts."""
        return dt.datetime.fromisoformat(self.expires) <= now


class Accepted(Value):
    """The newest state that was accepted."""

    serial: int
    digest: str


def payload(statement: SignedState, reference: str) -> bytes:
    """The bytes that are signed; ``reference`` names the repository for people."""
    told = {"serial": statement.serial, "made": statement.made, "expires": statement.expires}
    return claim(statement.digest, reference, {_OWN + name: value for name, value in told.items()})


def statement(data: bytes, where: str) -> SignedState:
    """Read a payload whose signature is good.

    Raises:
        DatabaseError: it says nothing of a database: no digest, serial or end.
    """
    digest, said = claimed(data)
    serial, made, expires = (str(said.get(_OWN + name, "")) for name in ("serial", "made", "expires"))
    if digest and serial.isascii() and serial.isdecimal() and len(serial) <= 15:
        with contextlib.suppress(ValueError, OverflowError):
            return SignedState(
                digest=digest, serial=int(serial), made=_time(made) if made else "", expires=_time(expires)
            )
    raise DatabaseError(
        f"the signature of {where} does not say its serial and its end",
        "sign with: garboard db push --sign-key FILE; or cosign sign -a garboard.serial=… -a garboard.expires=…",
    )


def _time(text: str) -> str:
    read = dt.datetime.fromisoformat(text)
    return rfc3339(read.astimezone(dt.UTC) if read.tzinfo else read.replace(tzinfo=dt.UTC))


def accepted(directory: Path, verifier: Verifier) -> Accepted | None:
    """The newest state that was accepted of a key.

    Raises:
        DatabaseError: the record is damaged.
    """
    return _record(directory).get(verifier.fingerprint)


def accept(directory: Path, verifier: Verifier, statement: SignedState) -> None:
    """Remember a state as the newest of a key, unless a newer one is there already."""
    record = _record(directory)
    before = record.get(verifier.fingerprint)
    if before is not None and before.serial >= statement.serial:
        return
    record[verifier.fingerprint] = Accepted(serial=statement.serial, digest=statement.digest)
    with store.scratch(directory) as written:
        written.write_bytes(msgspec.json.encode(record))
        store.install(written, directory / RECORD)


def _record(directory: Path) -> dict[str, Accepted]:
    path = directory / RECORD
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Accepted])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise DatabaseError(
            f"which states of a shared database were accepted cannot be read in {path}",
            "remove it if you trust what is in the registry now",
        ) from error
