"""Signatures as cosign makes them: keys (Ed25519, and ECDSA on P-256, in PEM), and what is signed of an image.

Format: Red Hat's simple signing, of which cosign signs the payload, and in-toto's DSSE envelope 1.0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIMPLE: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
"""The media type of a `claim`."""
SIGNATURE: Final = "dev.cosignproject.cosign/signature"
"""The annotation in which its signature is."""
STATEMENT: Final = "application/vnd.in-toto+json"
"""What a signed envelope holds; one of another type is none, whatever it looks like."""
CLAIM: Final = "cosign container image signature"
_MOST: Final = 64 * 1024
_PRIVATE_HINT: Final = "openssl genpkey -algorithm ed25519 -out FILE"
_PUBLIC_HINT: Final = "openssl pkey -in PRIVATE -pubout -out FILE, or take cosign.pub"


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


def claim(digest: str, reference: str, more: Mapping[str, Any]) -> bytes:
    """The bytes that are signed of a manifest; ``reference`` names the repository for people."""
    critical = _Critical(_Identity(reference), _Image(digest), CLAIM)
    return msgspec.json.encode(_Payload(critical, dict(more)))


def claimed(data: bytes) -> tuple[str, Mapping[str, Any]]:
    """The digest of which such bytes speak, and what they say more; an empty digest if they are no claim."""
    try:
        found = msgspec.json.decode(data, type=_Payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "", {}
    return (found.critical.image.digest, found.optional or {}) if found.critical.type == CLAIM else ("", {})


def of_envelope(kind: str, payload: bytes) -> bytes:
    """The bytes that are signed of a DSSE envelope's payload (its pre-authentication encoding)."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)


class Signer:
    """Signs with a private key: Ed25519, or ECDSA on P-256 as cosign does."""

    def __init__(self, file: Path) -> None:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        try:
            key = serialization.load_pem_private_key(_read(file), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(str(file), "private", _PRIVATE_HINT) from error
        if not isinstance(key, ed25519.Ed25519PrivateKey) and not (
            isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
        ):
            raise _no_key(str(file), "private", _PRIVATE_HINT)
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
        self.pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def read(cls, file: Path) -> Verifier:
        """Read a public key in PEM.

        Raises:
            UsageError: the file cannot be read, or has no such key.
        """
        return cls.of(_read(file), str(file))

    @classmethod
    def of(cls, pem: bytes, name: str) -> Verifier:
        """Take a public key from its PEM; ``name`` is for messages.

        Raises:
            UsageError: it is no such key.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        try:
            key = serialization.load_pem_public_key(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(name, "public", _PUBLIC_HINT) from error
        if isinstance(key, ed25519.Ed25519PublicKey) or (
            isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        ):
            return cls(key)
        raise _no_key(name, "public", _PUBLIC_HINT)

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
            return opened.read(_MOST)
    except OSError as error:
        raise UsageError(f"the key {file} cannot be read: {error.strerror}", "name a file in PEM") from error


def _no_key(name: str, kind: str, hint: str) -> UsageError:
    return UsageError(f"{name} is no {kind} key in PEM, without a password, of Ed25519 or ECDSA P-256", hint)
