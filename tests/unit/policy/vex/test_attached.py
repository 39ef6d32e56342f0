"""VEX documents that come with an image: shown always, applied where the policy names the author."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.image import Attached, Image
from garboard.policy.vex.apply import apply
from garboard.policy.vex.attached import Trusted, Weighed, weigh
from garboard.signing import of_envelope
from tests.unit.policy.vex.test_vex import CURL, DIGEST, csaf, cyclonedx, of, openvex

INDEX = "sha256:" + "c" * 64
IMAGE = Image(name="app", source="registry", manifest_digest=DIGEST, index_digests=(INDEX,))
DOCUMENT = openvex("pkg:deb/debian/curl", justification="vulnerable_code_not_present")


def attestation(predicate: Any = DOCUMENT, digest: str = DIGEST, **more: Any) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": "https://openvex.dev/ns/v0.2.0",
        "predicate": predicate,
        **more,
    }


def envelope(statement: Any) -> dict[str, Any]:
    payload = b64encode(json.dumps(statement).encode()).decode()
    return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "AA=="}]}


def weighed(document: Any, *trust: str, attested: bool = True) -> Weighed:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return weigh([Attached(place="an attestation on it", data=data, attested=attested)], IMAGE, Trusted(trust))


@pytest.mark.parametrize(
    "document",
    [
        attestation(),
        attestation(digest=INDEX),
        attestation(_type="https://in-toto.io/Statement/v0.1"),
        envelope(attestation()),
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope(attestation())},
    ],
)
def test_the_forms_of_attestations(document: Any) -> None:
    found = weighed(document, "Maker")
    (one,) = found.sources
    assert (one.author, one.statements, one.trusted, one.unchecked) == ("Maker", 1, True, True)
    (closed,) = apply(of(CURL), found.statements).report.suppressed
    assert closed.by.place == "an attestation on it (signature not checked)"
    assert not found.gaps


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (attestation(digest="sha256:" + "e" * 64), "something else than this image"),
        (attestation(subject=[]), "something else than this image"),
        (attestation(subject="x"), "something else than this image"),
        (attestation(predicate=1), "no VEX document"),
        (attestation(predicate=None), "no VEX document"),
        ({"payload": "%%%"}, "no attestation that can be read"),
        ({"payload": 5}, "no attestation that can be read"),
        (b"[" * 3000, "no attestation that can be read"),
        (b"", "no attestation that can be read"),
        (json.dumps(attestation()).encode()[:-30], "no attestation that can be read"),
        ({}, "holds no in-toto statement"),
    ],
)
def test_what_cannot_be_read_is_a_gap_and_closes_nothing(document: Any, said: str) -> None:
    found = weighed(document, "Maker")
    assert not found.statements
    assert said in found.sources[0].problem
    assert said in found.gaps[0].reason


def test_another_kind_of_attestation_is_none_of_ours() -> None:
    assert weighed(attestation(predicateType="https://slsa.dev/provenance/v1"), "Maker") == Weighed((), (), ())


@pytest.mark.parametrize("trust", [(), ("Somebody",), ("maker",), ("Make",), ("",), ("*",)])
def test_an_author_who_is_not_named_closes_nothing_and_is_counted(trust: tuple[str, ...]) -> None:
    for document, attested in ((attestation(), True), (DOCUMENT, False), (csaf(), False), (cyclonedx(), False)):
        found = weighed(document, *trust, attested=attested)
        assert not found.statements
        assert [(one.statements, one.trusted) for one in found.sources] == [(1, False)]


def test_authors_of_the_formats() -> None:
    authors = [{"name": "Maker"}]
    by = cyclonedx() | {"metadata": {"timestamp": "2026-01-01T00:00:00Z", "authors": authors}}
    for document in (DOCUMENT, csaf(), by):
        assert weighed(document, "Maker", attested=False).sources[0].trusted


@given(
    st.lists(st.tuples(st.sampled_from(["Maker", "Other", ""]), st.booleans()), max_size=4),
    st.frozensets(st.sampled_from(["Maker", "Other", "Third", ""])),
)
def test_only_what_trusted_authors_state_is_applied(documents: list[tuple[str, bool]], trust: frozenset[str]) -> None:
    found = weigh(
        [
            Attached(
                place=str(at),
                data=json.dumps(
                    attestation(DOCUMENT | {"author": author}) if attested else DOCUMENT | {"author": author}
                ).encode(),
                attested=attested,
            )
            for at, (author, attested) in enumerate(documents)
        ],
        IMAGE,
        Trusted(trust),
    )
    assert sum(one.statements for one in found.sources) == len(documents)
    assert all(one.author in trust and one.author for one in found.statements)
    report = apply(msgspec.structs.replace(of(CURL), image=IMAGE), found.statements).report
    assert len(report.findings) + len(report.suppressed) == 1
    assert bool(report.suppressed) == any(author and author in trust for author, _ in documents)


@given(st.integers(0, 5000), st.booleans())
def test_a_truncated_document_closes_nothing(at: int, wrapped: bool) -> None:
    data = json.dumps(envelope(attestation()) if wrapped else attestation()).encode()
    found = weighed(data[: at % len(data)], "Maker")
    assert not found.statements
    assert len(found.gaps) == 1


@given(st.sampled_from(["", "ours", "theirs"]), st.booleans(), st.integers(0, 200))
def test_a_key_that_is_trusted_stands_for_any_author(by: str, in_bundle: bool, flipped: int) -> None:
    keys = {name: ed25519.Ed25519PrivateKey.from_private_bytes(name.ljust(32).encode()) for name in ("ours", "theirs")}
    pem = keys["ours"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    made = envelope(attestation())
    if by:
        signed = of_envelope(made["payloadType"], b64decode(made["payload"]))
        raw = bytearray(keys[by].sign(signed))
        if flipped < len(raw):
            raw[flipped] ^= 1
        made["signatures"].append({"sig": b64encode(raw).decode()})
    data = json.dumps({"dsseEnvelope": made} if in_bundle else made).encode()
    found = weigh([Attached(place="it", data=data, attested=True)], IMAGE, Trusted((), {"our.pub": pem}))
    (one,) = found.sources
    good = by == "ours" and flipped >= 64
    assert (one.trusted, one.unchecked, one.signer) == (good, not good, "our.pub" if good else "")
    assert bool(found.statements) == good
    assert not good or found.statements[0].document == "it (signed by our.pub)"
