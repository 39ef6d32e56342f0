"""VEX documents that lie in an image or are attached to it: what of them is applied, and what is only shown.

Formats: in-toto Statement 0.1 and 1.0, DSSE envelopes, Sigstore bundles. Signatures are checked by the policy's keys alone.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import Attached, Image
from garboard.model.policy import PolicyError
from garboard.model.vex import VexSource, VexStatement
from garboard.policy.vex import strict_json
from garboard.policy.vex.document import read
from garboard.policy.vex.openvex import CONTEXT
from garboard.signing import STATEMENT, Verifier, of_envelope

_STATEMENTS: Final = "https://in-toto.io/Statement/"
_HASH: Final = "sha256"
_MOST: Final = 32
"""Of signatures on an envelope."""


class Weighed(NamedTuple):
    """The statements that are applied, what is shown of every document, and gaps for those that cannot be read."""

    statements: tuple[VexStatement, ...]
    sources: tuple[VexSource, ...]
    gaps: tuple[Gap, ...]


class Trusted(NamedTuple):
    """Whose documents are applied: authors by their exact names, and public keys in PEM, by name, that sign attestations."""

    authors: Collection[str] = ()
    keys: Mapping[str, bytes] = {}


class _Other(ValueError):
    """An attestation that is whole, and none of VEX."""


def weigh(documents: Iterable[Attached], image: Image, trust: Trusted) -> Weighed:
    """Read what accompanies an image; only what trusted authors state, or what a trusted key signed, is applied."""
    statements: list[VexStatement] = []
    sources: list[VexSource] = []
    gaps: list[Gap] = []
    for one in documents:
        try:
            data, signer = _document(one, image, trust.keys)
            found = read(data, one.place)
        except _Other:
            continue
        except (PolicyError, ValueError) as error:
            problem = error.message if isinstance(error, PolicyError) else f"{one.place} {error}"
            sources.append(VexSource(place=one.place, unchecked=one.attested, problem=problem))
            gaps.append(Gap(stage="match", subject=one.place, reason=problem.removeprefix(f"{one.place} ")))
            continue
        unchecked = one.attested and not signer
        if one.attested:
            place = f"{one.place} ({f'signed by {signer}' if signer else 'signature not checked'})"
            found = tuple(msgspec.structs.replace(each, document=place) for each in found)
        for author in dict.fromkeys((*(each.author for each in found), *(() if found else ("",)))):
            own = [each for each in found if each.author == author]
            trusted = bool(signer) or (bool(author) and author in trust.authors)
            statements += own if trusted else ()
            sources.append(
                VexSource(
                    place=one.place,
                    author=author,
                    statements=len(own),
                    trusted=trusted,
                    signer=signer,
                    unchecked=unchecked,
                )
            )
    return Weighed(tuple(statements), tuple(sources), tuple(gaps))


def _document(one: Attached, image: Image, keys: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The document itself, of an attestation the predicate, and the name of the key that signed the attestation.

    Raises:
        ValueError: it is no attestation, a damaged one, or one on something else.
    """
    if not one.attested:
        return one.data, ""
    signer = ""
    try:
        found = strict_json.decoded(one.data)
        envelope = found.get("dsseEnvelope", found) if isinstance(found, dict) else {}
        if isinstance(envelope, dict) and "payload" in envelope:
            payload = b64decode(envelope["payload"], validate=True)
            signer = _signer(envelope, payload, keys)
            found = strict_json.decoded(payload)
    except (ValueError, TypeError) as error:
        raise ValueError(f"is no attestation that can be read: {error}") from error
    if not isinstance(found, dict) or not str(found.get("_type", "")).startswith(_STATEMENTS):
        raise ValueError("is no attestation that can be read: it holds no in-toto statement")
    if not str(found.get("predicateType", "")).startswith(CONTEXT):
        raise _Other
    own = {image.manifest_digest, image.config_digest, *image.index_digests} - {""}
    if own.isdisjoint(f"{_HASH}:{digest}" for digest in _digests(found.get("subject"))):
        raise ValueError("is an attestation on something else than this image, and closes nothing")
    return msgspec.json.encode(found.get("predicate")), signer


def _signer(envelope: Mapping[str, Any], payload: bytes, keys: Mapping[str, bytes]) -> str:
    """The name of the first key that signed an envelope; empty if none did."""
    if envelope.get("payloadType") != STATEMENT:
        return ""
    listed = envelope.get("signatures")
    signatures = (
        [str(one.get("sig", "")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    signed = of_envelope(STATEMENT, payload)
    for name, pem in keys.items():
        key = Verifier.of(pem, name)
        if any(key.signed(signed, one) for one in signatures[:_MOST]):
            return name
    return ""


def _digests(subjects: Any) -> list[str]:
    found = [one.get("digest") for one in subjects if isinstance(one, dict)] if isinstance(subjects, list) else []
    return [str(one.get(_HASH, "")) for one in found if isinstance(one, dict)]
