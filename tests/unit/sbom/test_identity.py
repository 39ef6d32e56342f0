"""Names of documents and of the images that they are about."""

from __future__ import annotations

import datetime as dt

import pytest
from packageurl import PackageURL

from garboard.model.image import Image
from garboard.sbom import identity

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "repository", "tag"),
    [
        ("debian", "docker.io/library/debian", "latest"),
        ("debian:12", "docker.io/library/debian", "12"),
        ("acme/app:1", "docker.io/acme/app", "1"),
        ("ghcr.io/acme/app:1", "ghcr.io/acme/app", "1"),
        ("localhost:5000/app", "localhost:5000/app", "latest"),
        (f"debian@{DIGEST}", "docker.io/library/debian", None),
        (f"debian:12@{DIGEST}", "docker.io/library/debian", "12"),
    ],
)
def test_an_image_of_a_registry(name: str, repository: str, tag: str | None) -> None:
    text = identity.oci_purl(Image(name=name, source="registry", manifest_digest=DIGEST))
    found = PackageURL.from_string(text)
    assert found.to_string() == text
    assert (found.version, found.qualifiers["repository_url"], found.qualifiers.get("tag")) == (DIGEST, repository, tag)


@pytest.mark.parametrize(
    "image", [Image(name="a.tar", source="docker-archive", manifest_digest=DIGEST), Image(name="a", source="registry")]
)
def test_other_images_have_no_package_url(image: Image) -> None:
    assert identity.oci_purl(image) == ""


def test_unique_names_keep_the_first_as_it_is() -> None:
    assert identity.unique(["a", "a", "a~2", "", "a"]) == ["a", "a~2", "a~2~2", "~2", "a~3"]


@pytest.mark.parametrize(
    ("created", "written"),
    [
        ("2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00Z"),
    ],
)
def test_times(created: str, written: str) -> None:
    assert identity.timestamp(dt.datetime.fromisoformat(created)) == written


def test_a_stamp_is_made_of_content() -> None:
    one, two = (
        identity.stamped(b'{"id":"' + identity.PLACEHOLDER.encode() + b'","of":"' + of + b'"}') for of in (b"a", b"b")
    )
    assert one[:43] != two[:43]
    assert identity.PLACEHOLDER.encode() not in one
    assert one == identity.stamped(b'{"id":"' + identity.PLACEHOLDER.encode() + b'","of":"a"}')
