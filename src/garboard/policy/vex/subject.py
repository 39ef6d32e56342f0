"""What a CycloneDX document as a whole is on, as package URLs: its statements say nothing of anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from packageurl import PackageURL

from garboard.policy.vex.products import is_image

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_OF_PROPERTIES: Final = frozenset(
    {"aquasecurity:trivy:ImageID", "garboard:image:configDigest", "garboard:image:manifestDigest"}
)
"""Properties whose value is the digest of the image."""
_MOST: Final = 8
"""Digests of one image."""
_SHOWN: Final = 100


class StatedSubject(NamedTuple):
    """What the document says of its subject; ``type`` is CycloneDX's word."""

    type: str
    group: str
    name: str
    version: str
    purl: str
    hashes: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]


class VexSubject(NamedTuple):
    """An image by each of the package URLs that it is known by, or something that is no image; ``name`` is for people."""

    name: str
    images: tuple[str, ...] = ()


def of(stated: StatedSubject) -> VexSubject:
    """The subject by its package URL, else an image by its digests, else by its name.

    A name beside a digest is no other way to know it: another image may be called so.
    """
    name = "/".join(filter(None, (stated.group, stated.name)))
    shown = (stated.purl or name or "something without a name")[:_SHOWN]
    if stated.purl or stated.type != "container":
        return VexSubject(shown, (stated.purl,) if is_image(stated.purl) else ())
    digests = [*dict.fromkeys(_digests(stated))][:_MOST]
    if digests:
        return VexSubject(shown, tuple(PackageURL("oci", None, "image", one).to_string() for one in digests))
    return VexSubject(shown, tuple(_named(name.partition("@")[0], stated.version)))


def _digests(stated: StatedSubject) -> Iterator[str]:
    told: Iterable[str] = (
        stated.version,
        stated.name.partition("@")[2],
        *(f"sha256:{one.lower()}" for one in stated.hashes),
        *(value for name, value in stated.properties if name in _OF_PROPERTIES),
    )
    return (one for one in told if _DIGEST.fullmatch(one))


def _named(name: str, version: str) -> Iterator[str]:
    """A whole repository and its tag, of which the version is the tag where the name has none."""
    head, colon, tag = name.rpartition(":")
    repository, tag = (head, tag) if colon and "/" not in tag else (name, version)
    last = repository.strip("/").rpartition("/")[2]
    if last:
        stated = {"repository_url": repository} | ({"tag": tag} if tag else {})
        yield PackageURL("oci", None, last, None, stated).to_string()
