"""Unpacked snaps: ``meta/snap.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

_FIELD: Final = re.compile(r"^(name|version|license):([^\n]*)", re.MULTILINE)


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The snap; what it stages of other packages is read where it lies."""
    del owned
    fields = {key: _scalar(value.strip()) for key, value in _FIELD.findall(file.data.decode("utf-8", "replace"))}
    if not fields.get("name") or not fields.get("version"):
        reason = "does not state the name and the version of a snap: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    licenses = (fields["license"],) if fields.get("license") else ()
    yield Package(type="snap", name=fields["name"], version=fields["version"], scheme="", licenses=licenses)


def _scalar(text: str) -> str:
    """A plain or quoted scalar of one line."""
    if text[:1] in {"'", '"'}:
        return text[1:].partition(text[0])[0]
    return text.partition(" #")[0].strip()
