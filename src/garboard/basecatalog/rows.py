"""Conversion between values and the catalog's payloads, and the keys used to look them up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from garboard.model.baseimage import BaseImage
from garboard.model.image import Digest, Platform
from garboard.model.package import SYSTEM_TYPES, Inventory, Location, Package

_ENCODER: Final = msgspec.msgpack.Encoder()
_IMAGE: Final = msgspec.msgpack.Decoder(BaseImage)
_PACKAGE: Final = msgspec.msgpack.Decoder(Package)
_REST: Final = msgspec.msgpack.Decoder(Inventory)
_IDS: Final = msgspec.msgpack.Decoder(tuple[int, ...])
_DEFAULT_VARIANTS: Final = {("amd64", "v1"): "", ("arm64", "v8"): "", ("arm64", "8"): "", ("arm", ""): "v7"}


def chain_ids(diff_ids: Sequence[Digest]) -> Iterator[str]:
    """Yield the ChainIDs (OCI image-spec) of the lowest layer, of the lowest two, and so on."""
    chain = ""
    for diff_id in diff_ids:
        chain = f"sha256:{hashlib.sha256(f'{chain} {diff_id}'.encode()).hexdigest()}" if chain else str(diff_id)
        yield chain


def chain_of(base: BaseImage) -> str | None:
    """Return the ChainID of all layers; None if there are no layers, or a layer's diff id is unknown."""
    diff_ids = [layer.diff_id for layer in base.image.layers]
    if not diff_ids or not all(diff_ids):
        return None
    *_, last = chain_ids(diff_ids)
    return last


def platform_key(platform: Platform) -> str:
    """Return the shortest spelling of a platform, so that equal platforms are equal texts."""
    variant = _DEFAULT_VARIANTS.get((platform.architecture, platform.variant), platform.variant)
    return str(Platform(os=platform.os, architecture=platform.architecture, variant=variant))


def interned(package: Package) -> Package:
    """Return a package as it is stored: without anything that differs between images that have the same package.

    Stored are the fields that predict an installation on top of it (requirements, what it provides, whether it was
    requested) and the path of a language package, which distinguishes copies. Removed are layers, the packages that
    satisfy its requirements, and the locations of a distribution package.
    """
    kept = () if package.type in SYSTEM_TYPES else tuple(Location(path=one.path) for one in package.locations[:1])
    return msgspec.structs.replace(package, layer=None, depends_on=(), locations=kept)


def pack_package(package: Package) -> tuple[bytes, bytes]:
    """Return the digest of an interned package's payload, and the payload."""
    payload = _ENCODER.encode(package)
    return hashlib.blake2b(payload, digest_size=16).digest(), payload


def unpack_package(payload: bytes) -> Package:
    """The inverse of `pack_package`."""
    return _PACKAGE.decode(payload)


def pack_image(base: BaseImage) -> bytes:
    """Encode an image without its names, which have rows of their own."""
    return _ENCODER.encode(msgspec.structs.replace(base, names=()))


def unpack_image(payload: bytes) -> BaseImage:
    """The inverse of `pack_image`."""
    return _IMAGE.decode(payload)


def pack_rest(inventory: Inventory) -> bytes:
    """Encode an inventory without its packages."""
    return _ENCODER.encode(msgspec.structs.replace(inventory, packages=()))


def unpack_rest(payload: bytes) -> Inventory:
    """The inverse of `pack_rest`."""
    return _REST.decode(payload)


def pack_ids(ids: Sequence[int]) -> bytes:
    """Encode row numbers of packages."""
    return _ENCODER.encode(tuple(ids))


def unpack_ids(payload: bytes) -> tuple[int, ...]:
    """The inverse of `pack_ids`."""
    return _IDS.decode(payload)
