"""Components of Bitnami images: ``NAME/.spdx-NAME.spdx``, an SPDX document in JSON that lies beside what it describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from garboard.model.bounded import bounded
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "bitnami"
ORDER: Final = "bitnami"
_PURL: Final = re.compile(r"pkg:bitnami/([^@?#/]{1,256})@([^?#]{1,256})(?:\?(?:[^#]*&)?arch=([^&#]*))?[^#]*")
_NO_LICENSES: Final = frozenset({"", "NOASSERTION", "NONE"})


class _Reference(msgspec.Struct):
    type: Any = msgspec.field(default=None, name="referenceType")
    locator: Any = msgspec.field(default=None, name="referenceLocator")


class _Entry(msgspec.Struct):
    concluded: Any = msgspec.field(default=None, name="licenseConcluded")
    declared: Any = msgspec.field(default=None, name="licenseDeclared")
    references: list[_Reference] = msgspec.field(default_factory=list, name="externalRefs")


class _Document(msgspec.Struct):
    packages: list[_Entry]


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The components, which Bitnami's own package URLs name; a document without any is a gap."""
    del owned
    try:
        document = msgspec.json.decode(file.data, type=_Document)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        reason = f"is not what Bitnami writes of its components: {worded(error)}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    found = list(bounded(file.path, _components(document)))
    yield from found
    if not found:
        reason = "names no component of Bitnami: what lies beside it was not judged by it"
        yield Gap(stage="catalog", subject=file.path, reason=reason)


def _components(document: _Document) -> Iterator[Fact]:
    for entry in document.packages:
        purls = [one.locator for one in entry.references if one.type == "purl" and isinstance(one.locator, str)]
        found = next(filter(None, map(_PURL.fullmatch, purls)), None)
        if found is None:
            continue
        stated = (entry.declared, entry.concluded)
        licenses = [one for one in stated if isinstance(one, str) and one not in _NO_LICENSES]
        yield Package(
            type=TYPE,
            name=unquote(found[1]),
            version=unquote(found[2]),
            scheme=ORDER,
            arch=unquote(found[3] or ""),
            licenses=tuple(licenses[:1]),
        )
