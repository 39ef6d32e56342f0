"""Installed packages of Portage: ``var/db/pkg/CATEGORY/NAME-VERSION/``, whose ``CONTENTS`` lists the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Licenses, Owns, Package

TYPE: Final = "ebuild"
ORDER: Final = "portage"

_FOLDER: Final = re.compile(
    r"([A-Za-z0-9+_][A-Za-z0-9+_-]*?)-([0-9]+(?:\.[0-9]+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)[0-9]*)*(?:-r[0-9]+)?)"
)
_LONGEST: Final = 255
_LINE: Final = re.compile(r"^(?:obj (.*) [0-9a-f]+ [0-9]+|sym (.*) -> .*)$", re.MULTILINE)
_WORD: Final = re.compile(r"[A-Za-z0-9+_][A-Za-z0-9+_.-]*")
"""A license; what else stands there are conditions that the build decided, and parentheses."""
_PATHS: Final = 2_000_000


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package that the folder names, and those of its files that may be programs or describe other packages."""
    *_, category, folder, which = ("", "", *file.path.split("/"))
    found = _FOLDER.fullmatch(folder) if len(folder) <= _LONGEST else None
    if found is None:
        if which == "CONTENTS" and not folder.startswith("-MERGING-"):
            reason = f"{folder} is no name and version of a package: it was not judged"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    name = found[1]
    if which == "LICENSE":
        licenses = tuple(dict.fromkeys(_WORD.findall(file.data.decode("utf-8", "replace"))))
        if licenses:
            yield Licenses(type=TYPE, package=f"{category}/{name}", licenses=licenses)
        return
    yield Package(type=TYPE, namespace=category, name=name, version=found[2], scheme=ORDER)
    if not owned.mentioned(file.data):
        return
    if file.data.count(b"\n") > _PATHS:
        reason = f"a list of more than {_PATHS} paths, the limit, was not read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    text = file.data.decode("utf-8", "surrogateescape")
    paths = owned.among((target or link).lstrip("/") for target, link in _LINE.findall(text))
    if paths:
        yield Owns(type=TYPE, package=f"{category}/{name}", paths=paths)
