"""The library files of docker-library's ``official-images``: the tags that maintainers of official images build now.

A file consists of blocks of ``Name: value`` lines (RFC 822; indented lines continue a value), separated by empty lines;
``#`` starts a comment. A block with ``Tags`` is one image, and all of its ``Tags`` name it. ``SharedTags`` name several
images, one for each operating system or architecture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.base import Value
from garboard.model.baseimage import OFFICIAL
from garboard.model.errors import CatalogError

_NAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*", re.ASCII)
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_MOST: Final = 20_000
"""The most tags of one file."""


class Library(Value):
    """The tags that are built; each element of ``shared`` holds the tags of one image."""

    repository: str
    shared: tuple[tuple[str, ...], ...]


def parse(data: bytes, name: str) -> Library:
    """Parse the library file of the official image ``name``.

    Raises:
        CatalogError: The data is not a library file.
    """
    if not _NAME.fullmatch(name):
        raise CatalogError(f"{name[:100]!r} is no official image's name", "name a file of official-images/library")
    shared = tuple(tags for block in _blocks(data.decode("utf-8", "replace")) if (tags := _tags(block, name)))
    if not shared:
        raise CatalogError(f"the library file of {name} names no tag", "name a file of official-images/library")
    if sum(map(len, shared)) > _MOST:
        raise CatalogError(f"the library file of {name} names more than {_MOST} tags, the limit")
    return Library(repository=f"{OFFICIAL}{name}", shared=shared)


def _blocks(text: str) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    field = ""
    for line in (*text.splitlines(), ""):
        if line.startswith("#"):
            continue
        if not line.strip():
            if block:
                yield block
            block, field = {}, ""
        elif line[0].isspace():
            block[field] = block.get(field, "") + " " + line.strip()
        else:
            field, _, value = line.partition(":")
            block[field] = value.strip()


def _tags(block: dict[str, str], name: str) -> tuple[str, ...]:
    tags = tuple(
        tag.strip() for field in ("Tags", "SharedTags") for tag in block.get(field, "").split(",") if tag.strip()
    )
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise CatalogError(f"the library file of {name} names a tag that is none: {tag[:100]!r}")
    return tuple(dict.fromkeys(tags))
