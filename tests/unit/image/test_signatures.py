"""Signatures beside an image in its registry: found by cosign's tag and among the referrers, and left as they are."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from garboard.image.options import Options
from garboard.image.sources import registry
from garboard.model.image import Attestations, ImageSignature
from garboard.signing import CLAIM, SIGNATURE, SIMPLE, claim, claimed, of_envelope
from tests.unit.image.fake_registry import Fake
from tests.unit.image.test_attached import BUNDLE, DSSE, artifact, digest, index

SIGN = "https://sigstore.dev/cosign/sign/v1"
IN_TOTO = "application/vnd.in-toto+json"


def signatures(fake: Fake, name: str = "team/app:1", *, wanted: bool = True) -> tuple[ImageSignature, ...] | None:
    return attestations(fake, name, wanted=wanted).signatures


def attestations(fake: Fake, name: str = "team/app:1", *, wanted: bool = True) -> Attestations:
    image = registry.open(f"{fake.host}/{name}", Options(insecure=frozenset({fake.host}), signatures=wanted))
    try:
        return image.attestations()
    finally:
        image.close()


def statement(of: str, predicate: str = SIGN) -> bytes:
    subject = [{"digest": {"sha256": of.removeprefix("sha256:")}, "annotations": {}}]
    return json.dumps(
        {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": predicate, "predicate": {}}
    ).encode()


def envelope(payload: bytes, *signed: str) -> dict[str, Any]:
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": IN_TOTO,
        "signatures": [{"sig": one, "keyid": ""} for one in signed],
    }


def test_an_image_without_any_has_none_and_nobody_asks_unless_it_is_wanted(fake: Fake) -> None:
    assert signatures(fake) == ()
    fake.requests.clear()
    assert signatures(fake, wanted=False) is None
    assert not [one for one in fake.requests if ".sig" in one]


def test_cosigns_tag(fake: Fake) -> None:
    payload = claim(digest(fake), "registry.example/team/app", {})
    artifact(fake, f"{digest(fake).replace(':', '-')}.sig", SIMPLE, payload.decode(), **{SIGNATURE: "c2ln"})
    found = signatures(fake)
    assert found is not None
    (one,) = found
    assert (one.digest, one.signed, one.signature) == (digest(fake), payload, "c2ln")
    assert one.place == f"a signature (cosign) on {digest(fake)}"


@pytest.mark.parametrize("kind", [BUNDLE, DSSE])
@pytest.mark.parametrize("stated", [True, False])
def test_an_envelope_among_the_referrers(fake: Fake, kind: str, stated: bool) -> None:
    payload = statement(digest(fake))
    made: dict[str, Any] = envelope(payload, "b25l", "dHdv")
    text = json.dumps({"mediaType": kind, "dsseEnvelope": made} if kind == BUNDLE else made)
    annotations = {"dev.sigstore.bundle.predicateType": SIGN} if stated else {}
    item = artifact(fake, "x", kind, text) | {"artifactType": kind, "annotations": annotations}
    fake.document("team/app", digest(fake).replace(":", "-"), index(item))
    found = signatures(fake)
    assert found is not None
    assert [(one.digest, one.signature) for one in found] == [(digest(fake), "b25l"), (digest(fake), "dHdv")]
    assert {one.signed for one in found} == {of_envelope(IN_TOTO, payload)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{" * 5000,
        json.dumps(envelope(b"{}", "b25l")),
        json.dumps(envelope(statement("sha256:" + "a" * 64, "https://slsa.dev/provenance/v1"), "b25l")),
        json.dumps({**envelope(b"", "b25l"), "payload": "no base 64"}),
    ],
)
def test_what_is_no_signature_is_none(fake: Fake, text: str) -> None:
    item = artifact(fake, "x", DSSE, text) | {"artifactType": DSSE}
    fake.document("team/app", digest(fake).replace(":", "-"), index(item))
    artifact(fake, f"{digest(fake).replace(':', '-')}.sig", SIMPLE, text, **{SIGNATURE: "c2ln"})
    assert signatures(fake) == ()


def test_what_cannot_be_read_is_not_known_and_why_is_told(fake: Fake) -> None:
    tag = f"{digest(fake).replace(':', '-')}.sig"
    artifact(fake, tag, SIMPLE, "x")
    fake.repositories["team/app"][tag] = b"[]"
    found = attestations(fake)
    assert found.signatures is None
    assert fake.host in found.signatures_problem


def test_that_of_an_index_counts_for_its_images(fake: Fake) -> None:
    fake.index("team/app", "many", {"linux/amd64": digest(fake)})
    above = digest(fake, "many")
    artifact(fake, f"{above.replace(':', '-')}.sig", SIMPLE, claim(above, "", {}).decode(), **{SIGNATURE: "c2ln"})
    found = signatures(fake, "team/app:many")
    assert found is not None
    assert [one.digest for one in found] == [above]


def test_a_claim_is_read_as_it_was_made() -> None:
    assert claimed(claim("sha256:1", "r", {"a": "b"})) == ("sha256:1", {"a": "b"})
    assert claimed(claim("sha256:1", "r", {}).replace(CLAIM.encode(), b"atomic container signature")) == ("", {})
