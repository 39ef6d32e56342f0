"""VEX documents that were attached to an image in its registry: by its referrers, their tag, and as cosign does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from garboard.image.options import Options
from garboard.image.sources import registry
from garboard.model.image import Attestations
from tests.unit.image.fake_registry import OCI_INDEX, OCI_MANIFEST, Fake, Handler

OPENVEX = "https://openvex.dev/ns/v0.2.0"
IN_TOTO = "application/vnd.in-toto+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def attestations(fake: Fake, name: str = "team/app:1") -> Attestations:
    image = registry.open(f"{fake.host}/{name}", Options(insecure=frozenset({fake.host})))
    try:
        return image.attestations()
    finally:
        image.close()


def digest(fake: Fake, tag: str = "1") -> str:
    return registry_digest(fake.repositories["team/app"][tag])


def registry_digest(data: bytes) -> str:
    import hashlib

    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def artifact(fake: Fake, tag: str, media_type: str, text: str, **annotations: str) -> dict[str, Any]:
    """A manifest with one layer, and its descriptor."""
    config = {"mediaType": "application/vnd.oci.empty.v1+json", **fake.put(b"{}")}
    layer = {"mediaType": media_type, **fake.put(text.encode()), "annotations": annotations}
    content = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer]}
    found = fake.document("team/app", tag, content)
    return {"mediaType": OCI_MANIFEST, "digest": found, "size": len(fake.repositories["team/app"][tag])}


def index(*descriptors: dict[str, Any]) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*descriptors]}


def test_of_an_image_without_any_nothing_is_known_or_missing(fake: Fake) -> None:
    found = attestations(fake)
    assert (found.vex, found.vex_gaps, found.gaps) == ((), (), ())


@pytest.mark.parametrize(
    ("media_type", "annotations"),
    [
        (IN_TOTO, {"in-toto.io/predicate-type": OPENVEX}),
        (DSSE, {"predicateType": OPENVEX}),
        (BUNDLE, {"dev.sigstore.bundle.predicateType": OPENVEX}),
        (DSSE, {}),
    ],
)
def test_each_way_of_attaching(fake: Fake, media_type: str, annotations: dict[str, str]) -> None:
    tag = digest(fake).replace(":", "-")
    artifact(fake, f"{tag}.att", media_type, "by cosign", **annotations)
    item = artifact(fake, "x", media_type, "by a tag", **annotations)
    fake.document("team/app", tag, index(item | {"artifactType": media_type, "annotations": annotations}))
    found = attestations(fake).vex
    assert [(one.data, one.attested) for one in found] == [(b"by a tag", True), (b"by cosign", True)]
    assert "(referrers)" in found[0].place
    assert "(cosign)" in found[1].place


def test_the_list_of_a_registry_that_has_one(fake: Fake) -> None:
    item = artifact(fake, "x", IN_TOTO, "listed", **{"in-toto.io/predicate-type": OPENVEX})
    wanted = f"/v2/team/app/referrers/{digest(fake)}"

    def intercept(handler: Handler) -> bool:
        if handler.path != wanted:
            return False
        handler.reply(200, json.dumps(index(item | {"artifactType": IN_TOTO})).encode(), Content_Type=OCI_INDEX)
        return True

    fake.intercept = intercept
    assert [one.data for one in attestations(fake).vex] == [b"listed"]


def test_other_attestations_are_left(fake: Fake) -> None:
    tag = digest(fake).replace(":", "-")
    other = {"predicateType": "https://slsa.dev/provenance/v1"}
    artifact(fake, f"{tag}.att", DSSE, "provenance", **other)
    items = [
        artifact(fake, "x", DSSE, "provenance", **other) | {"artifactType": DSSE, "annotations": other},
        artifact(fake, "y", "text/plain", "a note") | {"artifactType": "text/plain"},
    ]
    fake.document("team/app", tag, index(*items))
    fake.requests.clear()
    assert attestations(fake).vex == ()
    assert not [one for one in fake.requests if items[1]["digest"] in one]


def test_what_is_attached_to_the_index_counts_for_its_images(fake: Fake) -> None:
    fake.index("team/app", "many", {"linux/amd64": digest(fake)})
    above = digest(fake, "many")
    artifact(fake, f"{above.replace(':', '-')}.att", DSSE, "of the index", predicateType=OPENVEX)
    image = registry.open(f"{fake.host}/team/app:many", Options(insecure=frozenset({fake.host})))
    assert image.image.index_digests == (above,)
    assert [one.data for one in image.attestations().vex] == [b"of the index"]
    image.close()


def test_what_lies_beside_the_image_in_its_index(fake: Fake) -> None:
    item = artifact(fake, "x", IN_TOTO, "beside", **{"in-toto.io/predicate-type": OPENVEX})
    beside = item | {
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest(fake),
        },
    }  # fmt: skip
    own = {
        "mediaType": OCI_MANIFEST, "digest": digest(fake), "size": len(fake.repositories["team/app"]["1"]),
        "platform": {"os": "linux", "architecture": "amd64"},
    }  # fmt: skip
    fake.document("team/app", "many", index(own, beside))
    found = attestations(fake, "team/app:many")
    assert [one.data for one in found.vex] == [b"beside"]
    assert found.provenance == ()


def broken(_: Fake, data: bytes) -> bytes:
    return data[:-5]


@pytest.mark.parametrize("change", [broken, lambda _fake, _data: b"[]", lambda _fake, _data: b'{"manifests": 1}'])
def test_what_cannot_be_read_is_a_gap(fake: Fake, change: Callable[[Fake, bytes], bytes]) -> None:
    tag = f"{digest(fake).replace(':', '-')}.att"
    artifact(fake, tag, DSSE, "x", predicateType=OPENVEX)
    data = change(fake, fake.repositories["team/app"][tag])
    fake.repositories["team/app"] |= {tag: data, registry_digest(data): data}
    found = attestations(fake)
    assert found.vex == ()
    assert "VEX documents attached" in found.vex_gaps[0].subject
    assert found.gaps == ()
