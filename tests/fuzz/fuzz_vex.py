"""VEX documents and what they come in: whatever the bytes, only `GarboardError` may come out, and nothing is closed by chance."""

from __future__ import annotations

import contextlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from garboard.model.errors import GarboardError
from garboard.model.image import Attached
from garboard.policy.vex.apply import apply
from garboard.policy.vex.attached import Trusted, weigh
from garboard.policy.vex.document import read
from garboard.workflows import read_vex
from garboard.workflows.read_vex import Addresses
from tests.fuzz.mutation import Target, attack
from tests.unit.policy.vex.test_attached import IMAGE, attestation, envelope
from tests.unit.policy.vex.test_vex import CURL, DJANGO, csaf, cyclonedx, of, openvex
from tests.unit.workflows.test_read_vex import AT, FILES, manifest, packed, site, tar

DOCUMENTS = [
    json.dumps(one).encode()
    for one in (
        openvex({"@id": "pkg:oci/app@sha256:a?arch=x", "subcomponents": [{"@id": "pkg:deb/debian/curl@1"}]}),
        openvex("pkg:deb/debian/curl", impact_statement="x"),
        csaf(),
        cyclonedx(),
        cyclonedx()
        | {"metadata": {"component": {"type": "container", "bom-ref": "x", "purl": "pkg:oci/app@sha256:a"}}},
        cyclonedx()
        | {
            "metadata": {
                "component": {"type": "container", "name": "app:1", "properties": [{"name": "x", "value": "y"}]}
            }
        },
    )
]

KEYS = {
    "our.pub": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
}


def fuzz_document(data: bytes) -> None:
    with contextlib.suppress(GarboardError):
        found = apply(of(CURL, DJANGO), read(data, "vex.json")).report
        assert len(found.findings) + len(found.suppressed) == 2


def fuzz_attestation(data: bytes) -> None:
    """Of nobody who is trusted, so that nothing is applied; every document is shown, or is none of VEX."""
    found = weigh([Attached(place="x", data=data, attested=True)], IMAGE, Trusted(keys=KEYS))
    assert not found.statements


def fuzz_archive(data: bytes) -> None:
    with contextlib.suppress(GarboardError):
        list(read_vex.read([AT], Addresses(site(data))))


def fuzz_repository(data: bytes) -> None:
    with contextlib.suppress(GarboardError):
        fetch = site(tar(FILES))
        fetch.pages[AT] = data
        list(read_vex.read([AT], Addresses(fetch)))


TARGETS = (
    Target("vex document", fuzz_document, DOCUMENTS),
    Target(
        "vex attestation",
        fuzz_attestation,
        [json.dumps(one).encode() for one in (attestation(), envelope(attestation()))],
    ),
    Target("vex archive", fuzz_archive, [tar(FILES), packed(FILES)]),
    Target("vex repository", fuzz_repository, [json.dumps(manifest()).encode()]),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_few_thousand(target: Target) -> None:
    attack(target, 2000, seed=1)
