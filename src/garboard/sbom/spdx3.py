"""SPDX 3.0 as JSON-LD, put into the form of SPDX 2.3's JSON: what is read of either has a place there.

A node may stand in another's field instead of its identifier. The identifiers lose the document's namespace, as those of
SPDX 2 have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

import msgspec

MARK: Final = "spdx.org/rdf/3."
"""What the context's name holds."""
_KINDS: Final = MappingProxyType({"contains": "CONTAINS", "dependsOn": "DEPENDS_ON", "describes": "DESCRIBES"})
_UNSAID: Final = ("NoAssertionElement", "NoneElement")
_AGENTS: Final = MappingProxyType(
    {
        "Person": "Person",
        "Organization": "Organization",
        "SoftwareAgent": "Tool",
        "Agent": "Organization",
        "Tool": "Tool",
    }
)
_DOCUMENT: Final = "SPDXRef-DOCUMENT"

_LONGEST: Final = 1000
"""Characters of an expression that is made of several."""

_Node = dict[str, Any]


def is_one(context: object) -> bool:
    """Whether a document with this ``@context`` is one."""
    return any(MARK in one for one in _listed(context) if isinstance(one, str))


def as_spdx2(data: bytes) -> _Node:
    """The document as SPDX 2.3. Its texts are shared: what many elements refer to is there once.

    Raises:
        msgspec.DecodeError: The document is malformed.
    """
    return _Graph(msgspec.json.decode(data, type=_Node)).document()


class _Graph:
    def __init__(self, whole: _Node) -> None:
        self._by_type: dict[str, list[_Node]] = {}
        self._by_id: dict[str, _Node] = {}
        for node in _nodes(whole):
            self._by_type.setdefault(_text(node.get("type") or node.get("@type")), []).append(node)
            self._by_id.setdefault(_reference(node), node)
        self._itself = next(iter(self._by_type.get("SpdxDocument", ())), {})
        self._base = _reference(self._itself).removesuffix(_DOCUMENT)
        self._licenses: dict[str, list[str]] = {}
        self._notes: dict[str, list[_Node]] = {}

    def document(self) -> _Node:
        """The whole document."""
        relationships = [*self._relationships()]
        for note in self._by_type.get("Annotation", ()):
            self._notes.setdefault(_reference(note.get("subject")), []).append(
                {"comment": _text(note.get("statement"))}
            )
        return {
            "spdxVersion": "SPDX-2.3",
            "name": _text(self._itself.get("name")),
            "creationInfo": self._creation(),
            "packages": [self._package(one) for one in self._by_type.get("software_Package", ())],
            "relationships": relationships,
            "documentDescribes": [*self._described()],
            "externalDocumentRefs": [
                {"spdxDocument": _text(one.get("externalSpdxId"))} for one in self._by_type.get("ExternalMap", ())
            ],
            "annotations": self._notes.pop(_reference(self._itself), []),
        }

    def _id(self, value: object) -> str:
        name = _reference(value)
        if name.endswith(_UNSAID):
            return "NOASSERTION" if name.endswith(_UNSAID[0]) else "NONE"
        return name.removeprefix(self._base) if self._base else name

    def _creation(self) -> _Node:
        stated = self._itself.get("creationInfo")
        own = stated if isinstance(stated, dict) else self._by_id.get(_text(stated), {})
        makers = (
            self._by_id.get(_reference(one), {})
            for key in ("createdBy", "createdUsing")
            for one in _listed(own.get(key))
        )
        creators = [
            f"{_AGENTS.get(_text(one.get('type')), 'Organization')}: {_text(one.get('name'))}" for one in makers
        ]
        return {"created": _text(own.get("created")), "creators": [*dict.fromkeys(creators)]}

    def _described(self) -> Iterator[str]:
        """What the document is about, and what the bills of materials in it are about."""
        for root in _listed(self._itself.get("rootElement")):
            yield self._id(root)
            collection = self._by_id.get(_reference(root), {})
            yield from map(self._id, _listed(collection.get("rootElement")))

    def _package(self, node: _Node) -> _Node:
        purpose = _text(node.get("software_primaryPurpose"))
        # each is of the first package of that identifier
        declared = [*dict.fromkeys(self._licenses.pop(_reference(node), ()))]
        return {
            "SPDXID": self._id(node),
            "name": _text(node.get("name")),
            "versionInfo": _text(node.get("software_packageVersion")),
            "licenseDeclared": declared[0] if len(declared) == 1 else _joined(declared),
            "sourceInfo": _text(node.get("software_sourceInfo")),
            "externalRefs": [{"referenceType": "purl", "referenceLocator": one} for one in _purls(node)],
            "primaryPackagePurpose": "OPERATING-SYSTEM" if purpose == "operatingSystem" else purpose.upper(),
            "annotations": self._notes.pop(_reference(node), []),
        }

    def _relationships(self) -> Iterator[_Node]:
        for node in (*self._by_type.get("Relationship", ()), *self._by_type.get("LifecycleScopedRelationship", ())):
            name = _text(node.get("relationshipType"))
            kind, source, targets = _KINDS.get(name), self._id(node.get("from")), _listed(node.get("to"))
            if name == "hasDeclaredLicense":
                licenses = filter(None, (_license(self._by_id.get(_reference(one), {})) for one in targets))
                self._licenses.setdefault(_reference(node.get("from")), []).extend(licenses)
            elif kind:
                unsaid = ["NOASSERTION"] if node.get("completeness") == "incomplete" else []
                for target in (*map(self._id, targets), *unsaid):
                    yield {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}


def _nodes(whole: _Node) -> Iterator[_Node]:
    """Every node of the graph, those that stand in another's fields, too."""
    waiting: list[object] = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "type" in value or "@type" in value:
                yield value
            waiting.extend(one for one in reversed(value.values()) if isinstance(one, dict | list))
        elif isinstance(value, list):
            waiting.extend(one for one in reversed(value) if isinstance(one, dict | list))


def _purls(node: _Node) -> Iterator[str]:
    if stated := _text(node.get("software_packageUrl")):
        yield stated
    for one in _listed(node.get("externalIdentifier")):
        if isinstance(one, dict) and one.get("externalIdentifierType") == "packageUrl":
            yield _text(one.get("identifier"))


def _joined(licenses: list[str]) -> str:
    """All of them as one expression; nothing is stated by one that is too long."""
    if sum(map(len, licenses)) > _LONGEST:
        return ""
    return " AND ".join(f"({one})" for one in licenses)


def _license(node: _Node) -> str:
    """An expression, or a license's name."""
    return _text(node.get("simplelicensing_licenseExpression")) or _text(node.get("name"))


def _reference(value: object) -> str:
    """The identifier of a node, by which others name it."""
    if isinstance(value, dict):
        return _text(value.get("spdxId") or value.get("@id"))
    return _text(value)


def _listed(value: object) -> list[Any]:
    """A field that may hold one value or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
