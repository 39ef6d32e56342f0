"""Installed packages of Slackware: one file for each, named ``NAME-VERSION-ARCH-BUILD``, with its list of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Owns, Package

TYPE: Final = "slackware"
_FILE: Final = re.compile(r"([A-Za-z0-9][^/]*)-([^-/]+)-([^-/]+)-([^-/]+)")
_LIST: Final = b"\nFILE LIST:\n"
_PATHS: Final = 2_000_000
"""Lines of one package's file list."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package that the file's name states, and what of its files describes packages of languages or may be a program."""
    found = _FILE.fullmatch(file.path.rpartition("/")[2])
    if found is None:
        reason = "is not named after a package with its version, architecture and build: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    name, version, arch, build = found.groups()
    yield Package(type=TYPE, name=name, version=f"{version}-{build}", scheme="", arch=arch)
    rest = file.data.partition(_LIST)[2]
    if not rest or not owned.mentioned(rest):
        return
    if rest.count(b"\n") > _PATHS:
        reason = f"a list of more than {_PATHS} paths, the limit, was not read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    lines = rest.decode("utf-8", "surrogateescape").split("\n")
    paths = owned.among(line for line in lines if line and not line.endswith("/"))
    if paths:
        yield Owns(type=TYPE, package=f"{name}@{version}-{build}", paths=paths)
