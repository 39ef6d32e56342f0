"""SPDX 2.2 and 2.3 as tag-value text, put into the form of its JSON: both have the same fields."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

import msgspec

from garboard.model.errors import ImageError
from garboard.patterns import lazy

_BEGINNING: Final = lazy(r"(?m)^SPDXVersion:[ \t]*SPDX-2\.")
_OPENING: Final = "<text>"
_CLOSING: Final = "</text>"
_OF_DOCUMENTS: Final = MappingProxyType({"SPDXVersion": "spdxVersion", "DocumentName": "name"})
_OF_PACKAGES: Final = MappingProxyType(
    {
        "SPDXID": "SPDXID",
        "PackageVersion": "versionInfo",
        "PackageLicenseDeclared": "licenseDeclared",
        "PackageSourceInfo": "sourceInfo",
        "PrimaryPackagePurpose": "primaryPackagePurpose",
    }
)
_SECTIONS: Final = frozenset({"FileName", "SnippetSPDXID", "LicenseID", "Annotator", "Reviewer"})
"""Tags that begin a part of the document which is not about a package; relationships may stand in any."""
_WORDS: Final = 3
"""Words of an external reference and of a relationship."""


def is_one(head: bytes) -> bool:
    """Whether a document that begins so is one."""
    return _BEGINNING().search(head.decode("utf-8", "replace")) is not None


def as_json(data: bytes, name: str) -> bytes:
    """The document as JSON.

    Raises:
        ImageError: A text in it has no end.
        UnicodeDecodeError: It is no text.
    """
    document = _Document()
    for tag, value in _tags(data.decode("utf-8-sig"), name):
        document.add(tag, value)
    return msgspec.json.encode(document.fields)


class _Document:
    """What the tags so far say."""

    def __init__(self) -> None:
        self._creators: list[str] = []
        self._creation: dict[str, Any] = {"creators": self._creators}
        self._packages: list[dict[str, Any]] = []
        self._relationships: list[dict[str, str]] = []
        self._others: list[dict[str, str]] = []
        self.fields: dict[str, Any] = {
            "creationInfo": self._creation,
            "packages": self._packages,
            "relationships": self._relationships,
            "externalDocumentRefs": self._others,
        }
        self._package: dict[str, Any] | None = None

    def add(self, tag: str, value: str) -> None:
        """Take the next tag."""
        if tag == "PackageName":
            self._package = {"name": value, "externalRefs": []}
            self._packages.append(self._package)
        elif tag in _SECTIONS:
            self._package = None
        elif tag in _OF_DOCUMENTS:
            self.fields[_OF_DOCUMENTS[tag]] = value
        elif tag in _OF_PACKAGES or tag == "ExternalRef":
            if self._package is not None:
                _add(self._package, tag, value)
        else:
            self._relate(tag, value)

    def _relate(self, tag: str, value: str) -> None:
        words = value.split(maxsplit=_WORDS - 1)
        if tag == "Relationship" and len(words) == _WORDS:
            names = ("spdxElementId", "relationshipType", "relatedSpdxElement")
            self._relationships.append(dict(zip(names, words, strict=True)))
        elif tag == "RelationshipComment" and self._relationships:
            self._relationships[-1]["comment"] = value
        elif tag == "ExternalDocumentRef":
            self._others.append({"externalDocumentId": words[0] if words else "", "spdxDocument": "".join(words[1:2])})
        elif tag == "Creator":
            self._creators.append(value)
        elif tag == "Created":
            self._creation["created"] = value


def _add(package: dict[str, Any], tag: str, value: str) -> None:
    if tag != "ExternalRef":
        package[_OF_PACKAGES[tag]] = value
        return
    words = value.split(maxsplit=_WORDS - 1)
    if len(words) == _WORDS:
        package["externalRefs"].append({"referenceType": words[1], "referenceLocator": words[2]})


def _tags(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Tags and their values, which ``<text>`` lets go over several lines."""
    lines = iter(text.splitlines())
    for line in lines:
        tag, colon, value = line.partition(":")
        tag, value = tag.strip(), value.strip()
        if not colon or tag.startswith("#"):
            continue
        if value.startswith(_OPENING):
            parts = [value.removeprefix(_OPENING)]
            while _CLOSING not in parts[-1] and (more := next(lines, None)) is not None:
                parts.append(more)
            if _CLOSING not in parts[-1]:
                raise ImageError(f"{name}: the text of {tag} has no end", "write it again with the tool that made it")
            value = "\n".join(parts).partition(_CLOSING)[0].strip()
        yield tag, value
