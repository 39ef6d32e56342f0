"""References: the distribution project's grammar, and Docker's short names."""

from __future__ import annotations

import pytest

from garboard.image.reference import is_digest, parse
from garboard.model.errors import ImageError

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("debian", "docker.io", "library/debian", "latest", ""),
        ("debian:12", "docker.io", "library/debian", "12", ""),
        ("bitnami/redis", "docker.io", "bitnami/redis", "latest", ""),
        ("docker.io/debian", "docker.io", "library/debian", "latest", ""),
        ("index.docker.io/debian:12", "docker.io", "library/debian", "12", ""),
        ("registry-1.docker.io/library/debian", "docker.io", "library/debian", "latest", ""),
        ("localhost/a", "localhost", "a", "latest", ""),
        ("localhost:5000/a", "localhost:5000", "a", "latest", ""),
        ("localhost:5000/a:1", "localhost:5000", "a", "1", ""),
        ("quay.io/a/b/c:v1.0", "quay.io", "a/b/c", "v1.0", ""),
        ("[::1]:5000/a", "[::1]:5000", "a", "latest", ""),
        ("[fe80::1]/a:1", "[fe80::1]", "a", "1", ""),
        ("REGISTRY/a", "REGISTRY", "a", "latest", ""),
        (f"debian@{DIGEST}", "docker.io", "library/debian", "", DIGEST),
        (f"ghcr.io/o/r:1@{DIGEST}", "ghcr.io", "o/r", "1", DIGEST),
        ("a.b/c__d/e.f-g---h", "a.b", "c__d/e.f-g---h", "latest", ""),
        ("debian:" + "a" * 128, "docker.io", "library/debian", "a" * 128, ""),
        ("debian:_x.y-Z", "docker.io", "library/debian", "_x.y-Z", ""),
    ],
)
def test_valid(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    found = parse(text)
    assert (found.registry, found.repository, found.tag, found.digest) == (registry, repository, tag, digest)
    assert parse(found.canonical) == found
    assert parse(found.familiar) == found


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Debian", "must be lower-case: library/debian"),
        ("quay.io/Foo/bar", "must be lower-case: foo/bar"),
        ("", "missing"),
        (":12", "missing"),
        ("quay.io/", "missing"),
        ("a:", "no tag"),
        ("a:.b", "no tag"),
        ("a:" + "b" * 129, "no tag"),
        ("a@", "after @"),
        ("a@sha256:abc", "after @"),
        (f"a@{DIGEST.upper()}", "after @"),
        (f"a@md5:{'0' * 64}", "after @"),
        (f"a@{DIGEST}@{DIGEST}", "after @"),
        ("a//b", "no part of a name"),
        ("a..b", "no part of a name"),
        ("a___b", "no part of a name"),
        ("a-/b", "no part of a name"),
        ("../etc/passwd", "no registry's host name"),
        ("a/../b", "no part of a name"),
        ("a b", "no part of a name"),
        ("a\n", "no part of a name"),
        ("ä", "no part of a name"),
        ("-x.y/a", "no registry's host name"),
        ("x.y:port/a", "no registry's host name"),
        ("user:pass@x.y/a", "after @"),
        ("x.y/" + "a" * 256, "more than 255"),
        ("a" * 3000, "3000 characters"),
        ("0123456789abcdef" * 4, "image's id"),
        ("https://quay.io/a", "no registry's host name"),
    ],
)
def test_invalid(text: str, hint: str) -> None:
    with pytest.raises(ImageError, match="invalid image reference format: ") as caught:
        parse(text)
    assert hint in caught.value.hint


def test_digests() -> None:
    assert is_digest(DIGEST)
    assert is_digest("sha512:" + "0" * 128)
    assert not is_digest("sha512:" + "0" * 64)
    assert not is_digest(DIGEST + "\n")
