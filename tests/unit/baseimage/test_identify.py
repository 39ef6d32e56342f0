"""What an image was built on: by layers, told apart by history, and never a guess."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from garboard.baseimage.identify import Ancestor, ancestors, called
from garboard.baseimage.identify import base as nearest
from garboard.image import reference as references
from garboard.model.baseimage import Approval, BaseImage
from garboard.model.image import Digest, Image, Layer, Platform
from tests.unit.basecatalog.entries import NOW, base, image, name, writer


def found(of: Image, folder: Path, *bases: BaseImage, approved: str = "") -> tuple[Ancestor, ...]:
    made = writer(folder, *bases)
    if approved:
        made.approve(Approval(pattern=approved))
    return ancestors(of, made.catalog, NOW)


def labels(of: Image, folder: Path, *bases: BaseImage, approved: str = "") -> list[str]:
    return [one.image.label for one in found(of, folder, *bases, approved=approved)]


def test_the_longest_chain_first(tmp_path: Path) -> None:
    assert labels(
        image("a", "b", "c", "x"), tmp_path, base("a", "debian:12"), base("abc", "python:3.12"), base("ab", "mid:1")
    ) == ["python:3.12", "mid:1", "debian:12"]


@pytest.mark.parametrize("layers", ["abd", "b", "abcde", "ba", "d", ""])
def test_siblings_and_strangers_are_not_the_base(tmp_path: Path, layers: str) -> None:
    """They share some first layers, or all but one, or are longer than the image."""
    assert labels(image("a", "b", "c", "x"), tmp_path, base(layers, "other:1")) == []


@pytest.mark.parametrize("size", [0, 512, 1024, 10240])
def test_an_empty_layer_is_no_evidence(tmp_path: Path, size: int) -> None:
    """Nothing at all, one block of zeros, tar's two, or a whole record of twenty: each is an archive without members."""
    empty = Digest("sha256:" + hashlib.sha256(bytes(size)).hexdigest())
    layer = Layer(diff_id=empty)
    hollow = BaseImage(
        key="sha256:" + "1" * 64, image=Image(name="x", source="registry", layers=(layer,)), names=(name("empty:1"),)
    )
    assert labels(Image(name="app", source="docker", layers=(layer, *image("x").layers)), tmp_path, hollow) == []


def test_many_names_are_one_image_and_the_newest_specific_tag_is_first(tmp_path: Path) -> None:
    tags = ("latest", "slim", "3.12-slim", "3.12.4-slim-bookworm", "3", "3.12.4-slim", "3.12")
    one = base("a", *(name(f"python:{tag}") for tag in tags), name("python:3.12.5-slim-bookworm", current=False))
    (ancestor,) = found(image("a", "x"), tmp_path, one)
    assert [one.tag for one in ancestor.image.names] == [
        "3.12.4-slim-bookworm", "3.12.4-slim", "3.12-slim", "3.12", "3", "slim", "latest", "3.12.5-slim-bookworm",
    ]  # fmt: skip


def test_a_date_says_more_than_a_release(tmp_path: Path) -> None:
    one = base("a", "debian:12-slim", "debian:bookworm-20260803-slim", "debian:12.15-slim", "debian:bookworm-slim")
    assert labels(image("a", "x"), tmp_path, one) == ["debian:bookworm-20260803-slim"]


def test_a_retag_by_somebody_does_not_speak_for_it(tmp_path: Path) -> None:
    """Two manifests with the same layers and history: one image with many names, the official one first."""
    (ancestor,) = found(
        image("a", "x"),
        tmp_path,
        base("a", "aaa/dude:9.9.9", said=("a",)),
        base("a", "alpine:3.20", said=("a",)),
        base("a", "quay.io/x/alpine:3.20.1", said=("a",)),
    )
    assert [one.familiar for one in ancestor.image.names] == [
        "alpine:3.20",
        "quay.io/x/alpine:3.20.1",
        "aaa/dude:9.9.9",
    ]


def test_an_approved_name_is_before_an_official_one(tmp_path: Path) -> None:
    golden = base("a", "registry.example/golden/alpine:1", said=("a",))
    official = base("a", "alpine:3.20", said=("a",))
    assert labels(image("a", "x"), tmp_path, golden, official, approved="registry.example/golden/*:*") == [
        "registry.example/golden/alpine:1"
    ]


def test_an_approval_that_ended_does_not_count(tmp_path: Path) -> None:
    made = writer(
        tmp_path, base("a", "registry.example/g/alpine:1", said=("a",)), base("a", "alpine:3.20", said=("a",))
    )
    made.approve(Approval(pattern="registry.example/*:*", until="2026-08-09"))
    assert ancestors(image("a", "x"), made.catalog, NOW)[0].image.label == "alpine:3.20"


def test_same_layers_are_told_apart_by_history(tmp_path: Path) -> None:
    """What only set a variable on top of debian is not what debian's own children were built on."""
    debian = base("a", "debian:12", said=("a",))
    child = base("a", "somebody/env:1", said=("a", "-ENV X=1"))
    of_debian = image("a", "x", said=("a", "-ENV Y=1", "x"))
    of_child = image("a", "x", said=("a", "-ENV X=1", "x"))
    assert labels(of_debian, tmp_path / "1", debian, child) == ["debian:12"]
    assert labels(of_child, tmp_path / "2", debian, child) == ["somebody/env:1", "debian:12"]


def test_layers_that_platforms_share(tmp_path: Path) -> None:
    """Certificates alone, say: the same bytes for every architecture."""
    arm = Platform(architecture="arm64", variant="v8")
    there = (
        base("a", "certs:1"),
        base("a", "certs:1", platform=arm, manifest_digest="sha256:" + "7" * 64, config_digest="sha256:" + "8" * 64),
    )
    for platform, expected in ((Platform(), there[0]), (Platform(architecture="arm64"), there[1])):
        (ancestor,) = found(image("a", "x", platform=platform), tmp_path / str(platform), *there)
        assert ancestor.image.key == expected.key


def test_without_history_all_that_have_the_layers_are_named(tmp_path: Path) -> None:
    debian, child = base("a", "debian:12", said=("a",)), base("a", "somebody/env:1", said=("a", "-ENV X=1"))
    (ancestor,) = found(image("a", "x", said=()), tmp_path, debian, child)
    assert [one.familiar for one in ancestor.image.names] == ["debian:12", "somebody/env:1"]


def test_the_image_itself_is_told_and_is_not_its_base(tmp_path: Path) -> None:
    python = base("ab", "python:3.12")
    first, second = found(python.image, tmp_path, python, base("a", "debian:12"))
    assert (first.itself, second.itself) == (True, False)
    assert nearest((first, second)) == second


def test_the_image_itself_written_anew_is_still_itself(tmp_path: Path) -> None:
    """Another format of manifest and configuration has other digests."""
    python = base("ab", "python:3.12")
    converted = image("a", "b", name="elsewhere")
    assert converted.config_digest != python.image.config_digest
    assert [one.itself for one in found(converted, tmp_path, python)] == [True]


def test_only_metadata_on_top_is_another_image(tmp_path: Path) -> None:
    (ancestor,) = found(image("a", "b", said=("a", "b", "-ENV X=1")), tmp_path, base("ab", "python:3.12"))
    assert not ancestor.itself


def test_called_by_tag_or_digest(tmp_path: Path) -> None:
    index = "sha256:" + "5" * 64
    known = found(
        image("a", "b", "x"), tmp_path, base("ab", name("python:3.12", index_digest=index)), base("a", "debian:12")
    )
    by = lambda text: called(known, references.parse(text))  # noqa: E731
    assert by("python:3.12") is known[0]
    assert by("docker.io/library/debian:12") is known[1]
    assert by(f"mirror.example/python:3.12@{index}") is known[0]
    assert by(f"python:3.12@sha256:{'6' * 64}") is None
    assert by("python:3.13") is None


def test_nothing_is_known_without_layers(tmp_path: Path) -> None:
    assert found(image(), tmp_path, base("a", "debian:12")) == ()
