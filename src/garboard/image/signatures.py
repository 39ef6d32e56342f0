"""Signatures beside an image in its registry, kept as they are: whose they are is judged where the keys are known.

Format: cosign's (claims under the tag ``sha256-….sig``), and Sigstore's bundles 0.1 to 0.3 and DSSE envelopes among the
referrers of a manifest, which hold an in-toto statement of cosign's predicate for signatures.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from garboard.image import manifest as manifests
from garboard.image.attestations import ENVELOPES, KEYS_OF_TYPE, Attaching, Fetch, all_attached, layers_of
from garboard.model.image import Image, ImageSignature
from garboard.signing import SIGNATURE, SIMPLE, STATEMENT, claimed, of_envelope

PREDICATE: Final = "https://sigstore.dev/cosign/sign/"
_SIMPLE_ARTIFACT: Final = "application/vnd.dev.cosign.artifact.sig.v1+json"
_STATEMENTS: Final = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
_MOST: Final = 32


class _Signed(msgspec.Struct):
    sig: str


class _Envelope(msgspec.Struct):
    payload: str
    kind: str = msgspec.field(name="payloadType")
    signatures: list[_Signed]


class _Bundle(msgspec.Struct):
    envelope: _Envelope = msgspec.field(name="dsseEnvelope")


class _Subject(msgspec.Struct):
    digest: dict[str, str]


class _Statement(msgspec.Struct):
    type: str = msgspec.field(name="_type")
    subject: list[_Subject]
    predicate: str = msgspec.field(name="predicateType")


def read(image: Image, attached: Attaching, fetch: Fetch) -> tuple[ImageSignature, ...]:
    """Return the signatures that are attached to an image's manifest and its indexes.

    Raises:
        GarboardError: the registry does not answer, or not as the specification says, so that they are not known.
    """
    return tuple(
        one
        for place, data in all_attached(image, attached)
        for one in _of(data, image.name, f"a signature {place}", fetch)
    )


def _of(data: bytes, subject: str, place: str, fetch: Fetch) -> Iterator[ImageSignature]:
    """The signatures that a list of referrers or one of cosign's manifests names."""
    for layers, _ in layers_of(data, subject, fetch, _may_sign, _MOST):
        yield from _of_layers(layers, place, fetch)


def _may_sign(item: manifests.Descriptor) -> bool:
    """Whether what refers to an image is a signature, or does not tell what it is."""
    stated = [(item.annotations or {}).get(key, "") for key in KEYS_OF_TYPE]
    if any(stated):
        return any(one.startswith(PREDICATE) for one in stated)
    return item.artifact_type in {"", _SIMPLE_ARTIFACT, *ENVELOPES}


def _of_layers(layers: Iterable[manifests.Descriptor], place: str, fetch: Fetch) -> Iterator[ImageSignature]:
    for layer in [one for one in layers if one.media_type == SIMPLE or one.media_type in ENVELOPES][:_MOST]:
        if layer.media_type != SIMPLE:
            yield from _of_envelope(fetch(layer), place)
            continue
        signature = (layer.annotations or {}).get(SIGNATURE, "")
        data = fetch(layer) if signature else b""
        digest, _ = claimed(data)
        if digest:
            yield ImageSignature(digest=digest, signed=data, signature=signature, place=place)


def _of_envelope(data: bytes, place: str) -> Iterator[ImageSignature]:
    """The signatures of an envelope, alone or in a bundle; none if it holds another statement than that one signs."""
    envelope = _decoded(data)
    if envelope is None or envelope.kind != STATEMENT:
        return
    try:
        payload = base64.b64decode(envelope.payload, validate=True)
        statement = msgspec.json.decode(payload, type=_Statement)
    except (binascii.Error, msgspec.MsgspecError, ValueError, RecursionError):
        return
    if statement.type not in _STATEMENTS or not statement.predicate.startswith(PREDICATE):
        return
    signed = of_envelope(envelope.kind, payload)
    for one in envelope.signatures[:_MOST]:
        for about in statement.subject[:_MOST]:
            yield ImageSignature(
                digest=f"sha256:{about.digest.get('sha256', '')}", signed=signed, signature=one.sig, place=place
            )


def _decoded(data: bytes) -> _Envelope | None:
    try:
        return msgspec.json.decode(data, type=_Bundle).envelope
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        return msgspec.json.decode(data, type=_Envelope)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
