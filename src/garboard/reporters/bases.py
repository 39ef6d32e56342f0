"""What reports show of a catalog's base images, and the wording they share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from garboard import json_text
from garboard.model.base import Value
from garboard.model.baseimage import Approval, BaseImage, BaseName
from garboard.model.lifecycle import Lifespan
from garboard.model.package import Inventory


class Base(Value):
    """A base image, and how long its distribution is maintained."""

    base: BaseImage
    lives: tuple[Lifespan, ...]


class Bases(Value):
    """The base images of a repository (full name), or of all if that is empty; and the approvals.

    ``place`` is the catalog's file, ``now`` the time, RFC 3339.
    """

    repository: str
    place: str
    bases: tuple[Base, ...]
    approvals: tuple[Approval, ...]
    now: dt.datetime


class Details(Value):
    """Everything known about base images; ``approvals`` are the valid ones, ``inventories`` are by the images' keys."""

    bases: tuple[Base, ...]
    approvals: tuple[Approval, ...]
    inventories: tuple[tuple[str, Inventory], ...] = ()
    packages: bool = False


def layers_known(one: BaseImage) -> bool:
    """Whether other images can be recognized by its layers."""
    return bool(one.image.layers) and all(layer.diff_id for layer in one.image.layers)


def approved(one: BaseImage, approvals: Iterable[Approval]) -> bool:
    """Whether one of the approvals covers one of its names."""
    return any(approval.covers(name) for approval in approvals for name in one.names)


def document(one: Base) -> dict[str, Any]:
    """The fields of a base image that both JSON documents share."""
    image = one.base.image
    return {
        "key": one.base.key,
        "names": list(map(_name, one.base.names)),
        "imageId": image.config_digest,
        "manifestDigest": image.manifest_digest,
        "platform": str(image.platform),
        "created": image.created,
        "size": one.base.size,
        "distribution": one.base.distro,
        "endOfLife": [
            {"name": life.name, "state": life.state.value, "eol": life.eol, "extended": life.extended}
            for life in one.lives
        ],
        "packages": one.base.packages,
        "layers": [
            {"diffId": layer.diff_id, "digest": layer.digest or "", "size": layer.size} for layer in image.layers
        ],
        "source": one.base.source,
        "added": one.base.added,
    }


def _name(name: BaseName) -> dict[str, Any]:
    return {
        "name": name.canonical,
        "indexDigest": name.index_digest,
        "seen": name.seen,
        "current": name.current,
        "supported": name.supported,
    }


def encoded(value: object) -> bytes:
    """One JSON document, indented, ending in a line feed."""
    return json_text.document(value)
