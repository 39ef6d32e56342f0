"""OpenPGP signatures of a repository's Release, checked like apt does: only with the keys that the source is signed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from garboard.repositories.errors import Refused

if TYPE_CHECKING:
    from pysequoia import Cert

_END: Final = b"-----END PGP PUBLIC KEY BLOCK-----"
_BEGIN: Final = b"-----BEGIN PGP"


def certificates(keyrings: Mapping[str, bytes]) -> list[Cert]:
    """Return all keys of the keyrings (binary or armored).

    Raises:
        Refused: No key can be read.
    """
    from pysequoia import Cert

    found: list[Cert] = []
    problems = []
    for path, data in keyrings.items():
        if not data:
            problems.append(f"the image has no file {path}, or it is a link to elsewhere")
        for block in _blocks(data):
            try:
                found += Cert.split_bytes(block)
            except Exception as error:  # noqa: BLE001  (the library has no narrower one)
                problems.append(f"{path}: {error}")
    if not found:
        raise Refused("no key is there to check its signature with: " + ("; ".join(problems) or "no keyring"))
    return found


def _blocks(data: bytes) -> Iterable[bytes]:
    if not data.lstrip().startswith(_BEGIN):
        return (data,) if data else ()
    return [block + _END for block in data.split(_END) if _BEGIN in block]


def verified(
    data: bytes, signature: bytes | None, keys: list[Cert], fingerprints: tuple[str, ...]
) -> tuple[bytes, str]:
    """Return the signed content, and the fingerprint of a key that signed it.

    ``signature`` is detached; None for a text that contains its own (InRelease). ``fingerprints`` limit who may sign.

    Raises:
        Refused: None of the keys signed the content, or the bytes differ.
    """
    from pysequoia import Sig, verify

    try:
        if signature is None:
            result = verify(data, store=lambda _: keys)
            signed = result.bytes
        else:
            result = verify(data, store=lambda _: keys, signature=Sig.from_bytes(signature))
            signed = data
    except Exception as error:
        raise Refused(f"its signature is not good: {_first_line(error)}") from error
    names = {name for one in result.valid_sigs for name in (one.certificate, one.signing_key)}
    if signed is None or not names:
        raise Refused("it is not signed")
    if fingerprints and not any(name.lower() in fingerprints for name in names):
        raise Refused(f"it is signed by {result.valid_sigs[0].certificate}, which the source does not name")
    return bytes(signed), result.valid_sigs[0].certificate


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
