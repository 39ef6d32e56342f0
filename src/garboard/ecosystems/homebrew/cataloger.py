"""Installed packages of Homebrew: ``Cellar/NAME/VERSION/INSTALL_RECEIPT.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "brew"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9@+_.-]{0,255}")
_VERSION: Final = re.compile(r"[!-~]{1,256}")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package that the folders name."""
    del owned
    *_, name, version, _receipt = file.path.split("/")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason="its folders are no name and version of a package: it was not judged",
        )
        return
    yield Package(type=TYPE, name=name, version=version, scheme="")
