"""Attaches a VEX document to an image in its registry: an in-toto statement that refers to the image's manifest.

Format: OCI image and distribution specifications 1.1 (``subject``, referrers, and their tag where a registry has no list of
them), in-toto Statement 1.0, and where it is signed, Sigstore's bundle 0.3 with a DSSE envelope.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec

from garboard.image import manifest as manifests
from garboard.image import reference as references
from garboard.image.attestations import BUNDLE, BUNDLE_CONTENT, BUNDLE_PREDICATE, OPENVEX, PREDICATE_TYPE
from garboard.image.options import Options
from garboard.image.sources.publishing import Publisher
from garboard.model.errors import ImageError, OfflineError, UsageError
from garboard.model.image import Image
from garboard.net.client import Client
from garboard.signing import STATEMENT, Signer, of_envelope

_EMPTY: Final = "application/vnd.oci.empty.v1+json"
_CREATED: Final = "org.opencontainers.image.created"
_PREDICATE: Final = f"{OPENVEX}/v0.2.0"
_MOST: Final = 1000
"""Of descriptors in the tag of an image's referrers."""


def subject_of(image: Image) -> str:
    """The digest to which a document is attached.

    Raises:
        UsageError: the image was not read from a registry, so that there is nothing to attach to.
    """
    if image.source != "registry" or not image.manifest_digest:
        raise UsageError(
            f"{image.name} was not read from a registry, so nothing can be attached to it",
            "name the image as it is there: registry:HOST/NAME:TAG",
        )
    return image.manifest_digest


def attach(document: bytes, image: Image, options: Options, *, created: str, signer: Signer | None = None) -> str:
    """Attach an OpenVEX document to an image; the same one again changes nothing, unless its signature is another each time.

    Returns:
        The digest of the manifest that holds it.

    Raises:
        UsageError: as `subject_of`.
        OfflineError: no connection may be opened.
        ImageError: the registry does not allow it, or has another manifest now.
        NetworkError: the registry does not take it.
    """
    digest = subject_of(image)
    reference = references.parse(image.name)
    if options.offline:
        raise OfflineError(f"offline: {image.name} is in a registry", "leave out --offline to attach to it")
    with Client(ca_file=options.ca_file, limits=options.limits) as client:
        there = Publisher(reference.registry, reference.registry, reference.repository, options, client)
        data, _ = there.manifest(digest)
        named = {PREDICATE_TYPE: _PREDICATE}
        kind, statement = STATEMENT, _statement(document, f"{reference.registry}/{reference.repository}", digest)
        if signer is not None:
            kind, statement = BUNDLE, _bundle(statement, signer)
            named |= {BUNDLE_CONTENT: "dsse-envelope", BUNDLE_PREDICATE: _PREDICATE}
        content = {
            "schemaVersion": 2,
            "mediaType": manifests.OCI_MANIFEST,
            "artifactType": kind,
            "config": _uploaded(there, _EMPTY, b"{}"),
            "layers": [_uploaded(there, kind, statement) | {"annotations": named}],
            "subject": _described(_kind(data), data),
            "annotations": {_CREATED: created, **named},
        }
        made = msgspec.json.encode(content)
        found = there.publish(f"sha256:{hashlib.sha256(made).hexdigest()}", made, manifests.OCI_MANIFEST)
        if there.referrers(digest) is None:
            item = _described(manifests.OCI_MANIFEST, made) | {"artifactType": kind, "annotations": named}
            _list(there, digest, item)
        return found


def _statement(document: bytes, name: str, digest: str) -> bytes:
    """The same bytes for the same document; the predicate as it is."""
    algorithm, _, value = digest.partition(":")
    return msgspec.json.encode(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {algorithm: value}}],
            "predicateType": _PREDICATE,
            "predicate": msgspec.Raw(document.strip()),
        }
    )


def _bundle(statement: bytes, signer: Signer) -> bytes:
    signature = signer.sign(of_envelope(STATEMENT, statement))
    payload = base64.b64encode(statement).decode()
    hint = base64.b64encode(bytes.fromhex(signer.verifier().fingerprint)).decode()
    return msgspec.json.encode(
        {
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": hint}},
            "dsseEnvelope": {"payload": payload, "payloadType": STATEMENT, "signatures": [{"sig": signature}]},
        }
    )


def _kind(data: bytes) -> str:
    stated = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("mediaType")
    return msgspec.json.decode(stated, type=str) if stated is not None else manifests.OCI_MANIFEST


def _described(kind: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def _uploaded(there: Publisher, kind: str, data: bytes) -> dict[str, Any]:
    found = _described(kind, data)
    if not there.has_blob(found["digest"]):
        with tempfile.TemporaryDirectory(prefix="garboard-") as folder:
            file = Path(folder) / "blob"
            file.write_bytes(data)
            there.upload(file, found["digest"])
    return found


def _list(there: Publisher, digest: str, item: dict[str, Any]) -> None:
    """Add it to the image's list of referrers that a tag names; what others put there stays as it is."""
    tag = digest.replace(":", "-", 1)
    before = there.tagged(tag)
    index: dict[str, Any] = {"schemaVersion": 2, "mediaType": manifests.OCI_INDEX, "manifests": []}
    if before is not None:
        try:
            index = msgspec.json.decode(before, type=dict[str, Any])
            known = [one["digest"] for one in index["manifests"]]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError) as error:
            raise ImageError(
                f"the tag {tag} holds no list of what is attached to the image: {error}", "nothing was changed in it"
            ) from error
        if item["digest"] in known:
            return
        if len(known) >= _MOST:
            raise ImageError(f"{len(known)} artifacts are attached to the image, the limit", f"remove some from {tag}")
    index["manifests"] = [*index["manifests"], item]
    there.publish(tag, msgspec.json.encode(index), manifests.OCI_INDEX)
