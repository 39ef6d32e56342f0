"""Distributions of sources that lie unpacked in a tree: their ``PKG-INFO`` says which they are (PEP 314, PEP 643)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.ecosystems.python.cataloger import PURL_TYPE, described
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package

_INSTALLED: Final = (".egg-info", ".dist-info", "EGG-INFO")
"""How folders end in which such a file describes what is installed, or was built of the project itself."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The distribution; in the root of the tree it is the project itself."""
    folder = file.path.rpartition("/")[0]
    if folder.endswith(_INSTALLED):
        return
    for fact in described(file.path, file.data):
        if isinstance(fact, Package):
            yield Asked(type=PURL_TYPE)
            yield msgspec.structs.replace(fact, requires=(), limits=(), application=not folder)
        else:
            yield fact
