"""Manifests, indexes, configurations, and the choice of a platform."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from garboard.image import manifest as manifests
from garboard.image import platform as platforms
from garboard.image.manifest import Descriptor, ImageIndex, Manifest, WirePlatform, check_digest, choose, image, parse
from garboard.model.errors import ImageError, UsageError
from garboard.model.image import Platform
from garboard.model.limits import Limits


def digest(seed: str) -> str:
    return "sha256:" + hashlib.sha256(seed.encode()).hexdigest()


def descriptor(seed: str, platform: str = "", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"mediaType": manifests.OCI_MANIFEST, "digest": digest(seed), "size": 3, **more}
    if platform:
        parts = [*platform.split("/"), ""]
        found["platform"] = {"os": parts[0], "architecture": parts[1], "variant": parts[2]}
    return found


def index(*entries: dict[str, Any]) -> ImageIndex:
    found = parse(json.dumps({"schemaVersion": 2, "manifests": entries}).encode(), "x")
    assert isinstance(found, ImageIndex)
    return found


def manifest(*layers: str) -> Manifest:
    document = {"schemaVersion": 2, "config": descriptor("config"), "layers": [descriptor(layer) for layer in layers]}
    found = parse(json.dumps(document).encode(), "x")
    assert isinstance(found, Manifest)
    return found


def config(**more: Any) -> bytes:
    return json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [digest("a")]}, **more}).encode()


def test_media_types_in_the_content_are_not_needed() -> None:
    assert [layer.digest for layer in manifest("a", "b").layers] == [digest("a"), digest("b")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "malformed"),
        (b"\xff", "malformed"),
        (b"[]", "malformed"),
        (b"{}", "missing required field `config`"),
        (b'{"manifests": [{"size": 1}]}', r"\$\.manifests\[0\]"),
        (b'{"schemaVersion": 1, "fsLayers": []}', "schema 1"),
        (b"[" * 100_000, "malformed"),
    ],
)
def test_other_documents_are_errors(data: bytes, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        parse(data, "x")


MANY = ("linux/amd64", "linux/arm64/v8", "linux/arm/v5", "linux/arm/v7", "linux/386", "windows/amd64")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("linux/amd64", "linux/amd64"),
        ("amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/arm64", "linux/arm64/v8"),
        ("linux/aarch64/v8", "linux/arm64/v8"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/v6", "linux/arm/v5"),
        ("linux/i386", "linux/386"),
        ("windows/amd64", "windows/amd64"),
    ],
)
def test_choice_of_platform(wanted: str, found: str) -> None:
    chosen = choose(index(*(descriptor(name, name) for name in MANY)).manifests, platforms.parse(wanted), "x")
    assert str(chosen.known_platform) == found


def test_default_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = index(*(descriptor(name, name) for name in MANY)).manifests
    for machine, found in {"x86_64": "linux/amd64", "aarch64": "linux/arm64/v8", "riscv64": "linux/amd64"}.items():
        monkeypatch.setattr(platforms.os, "uname", lambda machine=machine: type("U", (), {"machine": machine}))
        assert str(choose(entries, None, "x").known_platform) == found


def test_a_missing_platform_is_an_error_that_lists_what_there_is() -> None:
    entries = index(descriptor("a", "linux/s390x"), descriptor("b", "linux/amd64")).manifests
    with pytest.raises(ImageError, match="does not exist for the platform linux/arm/v7") as caught:
        choose(entries, platforms.parse("linux/arm"), "x")
    assert caught.value.hint.endswith("linux/amd64, linux/s390x")


def test_the_only_image_is_taken_unless_another_is_wanted() -> None:
    attestation = descriptor("b", "unknown/unknown", annotations={manifests.REFERENCE_TYPE: "attestation-manifest"})
    entries = index(descriptor("a", "linux/s390x"), attestation).manifests
    assert choose(entries, None, "x").digest == digest("a")
    with pytest.raises(ImageError):
        choose(entries, platforms.parse("linux/amd64"), "x")
    assert choose(index(descriptor("a")).manifests, platforms.parse("linux/amd64"), "x").digest == digest("a")


def test_attestations_are_no_images() -> None:
    entries = index(
        descriptor("a", "unknown/unknown"), descriptor("b", annotations={manifests.REFERENCE_TYPE: "x"})
    ).manifests
    with pytest.raises(ImageError, match="holds no image"):
        choose(entries, None, "x")


@pytest.mark.parametrize("text", ["", "linux", "mips", "linux/", "/amd64", "linux/arm/v7/x", "linux/a b", "linux//v8"])
def test_platforms_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="invalid platform"):
        platforms.parse(text)


def test_image_of_a_configuration() -> None:
    data = config(
        created="2024-01-02T03:04:05Z",
        config={"Env": ["A=b"], "Labels": {"z": "1", "a": "2"}, "Cmd": None},
        history=[{"created_by": "ADD"}, {"created_by": "ENV", "empty_layer": True, "comment": "c"}],
        variant=None,
    )
    found = image(data, manifest("blob"), name="x", source="s", manifest_digest="sha256:m", tags=("t",))
    assert found.layers[0].diff_id == digest("a")
    assert (found.layers[0].digest, found.layers[0].size) == (digest("blob"), 3)
    assert [(step.created_by, step.empty_layer, step.comment) for step in found.history] == [
        ("ADD", False, ""),
        ("ENV", True, "c"),
    ]
    assert (found.env, found.labels, found.created) == (("A=b",), (("a", "2"), ("z", "1")), "2024-01-02T03:04:05Z")
    assert (found.platform, found.config_digest) == (Platform(), "sha256:" + hashlib.sha256(data).hexdigest())
    assert (found.name, found.source, found.manifest_digest, found.tags) == ("x", "s", "sha256:m", ("t",))


def test_nulls_of_go_are_empty() -> None:
    found = image(config(config=None, history=None, created=None), None, name="x", source="s")
    assert (found.env, found.labels, found.history, found.created, found.layers[0].digest) == ((), (), (), "", None)


@pytest.mark.parametrize(
    ("data", "document", "message"),
    [
        (b"{}", None, "not a container image"),
        (b"{}", manifest("a"), "of type application/vnd.oci.image.manifest"),
        (b"nonsense", None, "configuration of x is malformed"),
        (config(rootfs={"diff_ids": ["../../etc"]}), None, "no digest"),
        (config(), manifest("a", "b"), "2 layers by its manifest and 1 by its configuration"),
        (config(rootfs={"diff_ids": [digest("a")] * 3}), None, "more than the limit of 2"),
    ],
)
def test_configurations_that_are_errors(data: bytes, document: Manifest | None, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        image(data, document, name="x", source="s", limits=Limits(layers=2))


def test_layers_that_are_errors() -> None:
    encrypted = manifest("a")
    encrypted.layers[0].media_type = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
    with pytest.raises(ImageError, match="encrypted"):
        image(config(), encrypted, name="x", source="s")
    malicious = manifest("a")
    malicious.layers[0].digest = "sha256:../../../etc/passwd"
    with pytest.raises(ImageError, match="no digest"):
        image(config(), malicious, name="x", source="s")


def test_an_image_of_another_platform_is_an_error() -> None:
    with pytest.raises(ImageError, match="not for the platform linux/arm64") as caught:
        image(config(), None, name="x", source="s", wanted=platforms.parse("arm64"))
    assert "linux/amd64" in caught.value.hint
    assert image(config(), None, name="x", source="s", wanted=platforms.parse("amd64"))


def test_digests_are_verified() -> None:
    check_digest(b"a", digest("a"), "x")
    check_digest(b"a", "sha512:" + hashlib.sha512(b"a").hexdigest(), "x")
    with pytest.raises(ImageError, match="not what its digest promises"):
        check_digest(b"b", digest("a"), "x")
    with pytest.raises(ImageError, match="cannot be verified"):
        check_digest(b"a", "md5:0cc175b9c0f1b6a831c399e269772661", "x")


def test_descriptor_without_a_full_platform() -> None:
    assert Descriptor(digest="x", size=1, platform=WirePlatform(os="linux")).known_platform is None
