"""Installed OCaml packages: ``.opam-switch/packages/NAME.VERSION/opam``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "opam"
_NAME: Final = re.compile(r"[A-Za-z0-9_+-]{1,256}")
_LICENSE: Final = re.compile(r'^license:[ \t]*"([^"\n]{1,256})"', re.MULTILINE)


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package that the folder names."""
    del owned
    folder = file.path.split("/")[-2]
    name, _, version = folder.partition(".")
    if not _NAME.fullmatch(name) or not version:
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason="its folder is no name and version of a package: it was not judged",
        )
        return
    license_ = _LICENSE.search(file.data.decode("utf-8", "replace"))
    yield Package(type=TYPE, name=name, version=version, scheme="", licenses=(license_[1],) if license_ else ())
