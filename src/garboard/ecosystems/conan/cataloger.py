"""Packages of Conan 1: ``.conan/data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt``, whose folders name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "conan"
ORDER: Final = "semver"
_PLACE: Final = re.compile(r"(?:.*/)?\.conan/data/([^/]+)/([^/]+)/[^/]+/[^/]+/package/[^/]+/conaninfo\.txt", re.DOTALL)


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package that the folders name."""
    del owned
    found = _PLACE.fullmatch(file.path)
    if found is not None:
        yield Package(type=TYPE, name=found[1], version=found[2], scheme=ORDER)
