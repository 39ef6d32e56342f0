"""Installed rocks: ``rocks-VERSION/NAME/VERSION/NAME-VERSION.rockspec``, which is Lua and is not executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

TYPE: Final = "luarocks"
ELSEWHERE: Final = "descriptions of Lua rocks"
"""What a report calls those beside which no rock is installed."""
_VERSION: Final = re.compile(r"[0-9A-Za-z][!-~]{0,127}-[0-9]+")
_LICENSE: Final = re.compile(r"^[ \t]*license[ \t]*=[ \t]*[\"']([^\"'\n]{1,256})[\"']", re.MULTILINE)


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The rock that the folders name; a description that lies elsewhere is of no installed rock."""
    del owned
    *_, name, version, which = ("", "", *file.path.split("/"))
    if which != f"{name}-{version}.rockspec" or not _VERSION.fullmatch(version):
        yield Unread(kind=ELSEWHERE)
        return
    text = file.data.decode("utf-8", "replace")
    license_ = _LICENSE.search(text)
    yield Package(type=TYPE, name=name, version=version, scheme="", licenses=(license_[1],) if license_ else ())
