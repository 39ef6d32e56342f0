"""Signed statements about a shared database, and a record of those that were accepted.

A statement says which manifest is meant, its serial, and until when it counts, as The Update Framework reasons: an older state
(a smaller serial) and one that is held back (past its end) are refused like a forged one. It has the form of cosign's payload
of an image signature, with three optional fields of our own, so that cosign and its key services can sign it too.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from garboard.database import store
from garboard.model.base import Value
from garboard.model.errors import DatabaseError, UsageError
from garboard.model.timestamp import rfc3339

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES: Final = 64 * 1024
RECORD: Final = "accepted.json"
"""In the database's folder: the newest state that was accepted of each key."""
_TYPE: Final = "cosign container image signature"
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


class _Image(msgspec.Struct):
    digest: str = msgspec.field(name="docker-manifest-digest", default="")


class _Identity(msgspec.Struct):
    reference: str = msgspec.field(name="docker-reference", default="")


class _Critical(msgspec.Struct):
    identity: _Identity
    image: _Image
    type: str


class _Payload(msgspec.Struct):
    critical: _Critical
    optional: dict[str, Any] | None = None


def payload(statement: SignedState, reference: str) -> bytes:
    """The bytes that are signed; ``reference`` names the repository for people."""
    critical = _Critical(_Identity(reference), _Image(statement.digest), _TYPE)
    told = {"serial": statement.serial, "made": statement.made, "expires": statement.expires}
    return msgspec.json.encode(_Payload(critical, {_OWN + name: value for name, value in told.items()}))


class Signer:
    """Signs with a private key: Ed25519, or ECDSA on P-256 as cosign does."""

    def __init__(self, file: Path) -> None:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        try:
            key = serialization.load_pem_private_key(_read(file), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(file, "private", "openssl genpkey -algorithm ed25519 -out FILE") from error
        if not isinstance(key, ed25519.Ed25519PrivateKey) and not (
            isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
        ):
            raise _no_key(file, "private", "openssl genpkey -algorithm ed25519 -out FILE")
        self._key: Ed25519PrivateKey | EllipticCurvePrivateKey = key

    def sign(self, data: bytes) -> str:
        """Return the signature in Base64."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return base64.b64encode(self._key.sign(data)).decode()
        return base64.b64encode(self._key.sign(data, ec.ECDSA(hashes.SHA256()))).decode()

    def verifier(self) -> Verifier:
        """What verifies its signatures."""
        return Verifier(self._key.public_key())


class Verifier:
    """Verifies with a public key: Ed25519, or ECDSA on P-256."""

    def __init__(self, key: Ed25519PublicKey | EllipticCurvePublicKey) -> None:
        from cryptography.hazmat.primitives import serialization

        self._key = key
        encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.fingerprint = hashlib.sha256(encoded).hexdigest()

    @classmethod
    def read(cls, file: Path) -> Verifier:
        """Read a public key in PEM.

        Raises:
            UsageError: the file cannot be read, or has no such key.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        hint = "openssl pkey -in PRIVATE -pubout -out FILE, or take cosign.pub"
        try:
            key = serialization.load_pem_public_key(_read(file))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(file, "public", hint) from error
        if isinstance(key, ed25519.Ed25519PublicKey) or (
            isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        ):
            return cls(key)
        raise _no_key(file, "public", hint)

    def signed(self, data: bytes, signature: str) -> bool:
        """Whether the key made this signature of these bytes."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        try:
            raw = base64.b64decode(signature, validate=True)
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(raw, data)
            else:
                self._key.verify(raw, data, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(KEY_BYTES)
    except OSError as error:
        raise UsageError(f"the key {file} cannot be read: {error.strerror}", "name a file in PEM") from error


def _no_key(file: Path, kind: str, hint: str) -> UsageError:
    return UsageError(f"{file} is no {kind} key in PEM, without a password, of Ed25519 or ECDSA P-256", hint)


def statement(data: bytes, where: str) -> SignedState:
    """Read a payload whose signature is good.

    Raises:
        DatabaseError: it says nothing of a database: no digest, serial or end.
    """
    try:
        found = msgspec.json.decode(data, type=_Payload)
        said = found.optional or {}
        serial, made, expires = (str(said.get(_OWN + name, "")) for name in ("serial", "made", "expires"))
        if found.critical.type == _TYPE and serial.isascii() and serial.isdecimal() and len(serial) <= 15:
            return SignedState(
                digest=found.critical.image.digest,
                serial=int(serial),
                made=_time(made) if made else "",
                expires=_time(expires),
            )
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        pass
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
