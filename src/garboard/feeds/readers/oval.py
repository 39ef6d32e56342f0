"""OVAL definitions (https://oval.mitre.org) of RPM distributions: what each says, with the checks of packages below it.

A definition's criteria are a tree of checks. A reader gets the leaves with what stands above them in *and*: a release, an
architecture, a module stream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from garboard.feeds.readers import bounded
from garboard.model.errors import FeedError
from garboard.xml_stream import BadXml, elements, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HEAD: Final = 64 * 1024
_TIMESTAMP: Final = re.compile(rb"<(?:\w+:)?timestamp>\s*([\d:TZ.+-]{10,32})\s*<")
_ZONED: Final = re.compile(r"T.*(?:Z|[+-]\d\d:\d\d)$|^[^T]*$")
LEAVES: Final = 200_000
"""Checks of one definition; real ones have up to some 10,000."""
BESIDE: Final = 64
"""Checks that have to hold beside one; real ones have five."""


class Check(NamedTuple):
    """One leaf: its comment, the id of its test, and the comments of the checks that have to hold beside it."""

    comment: str
    test: str
    beside: tuple[str, ...]


class DefinitionCve(NamedTuple):
    """A CVE of a definition, and its CVSS vectors as the publisher writes them."""

    cve: str
    vectors: tuple[str, ...]


class Definition(NamedTuple):
    """One definition; ``references`` are (source, id, address)."""

    id: str
    title: str
    description: str
    severity: str
    issued: str
    updated: str
    references: tuple[tuple[str, str, str], ...]
    cves: tuple[DefinitionCve, ...]
    fields: dict[str, str]
    """Texts of the metadata that are the publisher's own, by name."""
    checks: tuple[Check, ...]


def definitions(
    stream: BinaryIO, publisher: str, is_platform: Callable[[str], bool] | None = None
) -> Iterator[Definition]:
    """Yield the definitions in order.

    Some publishers name the platforms of a package in an *or* beside it. With ``is_platform``, which knows their comments,
    ``beside`` of a check are those of which any has to hold.

    Raises:
        FeedError: The document is no OVAL.
    """
    found = False
    for element in _elements(stream, publisher):
        if element.tag == "definition":
            found = True
            yield _definition(element, is_platform)
    if not found:
        raise FeedError(f"the feed is not {publisher}'s OVAL: it has no definitions")


def packages(stream: BinaryIO, publisher: str) -> dict[str, tuple[str, str, str]]:
    """Return what each test of an RPM compares: the package, the operation (``less than``), and the version.

    Raises:
        FeedError: The document is no OVAL.
    """
    names: dict[str, str] = {}
    versions: dict[str, tuple[str, str]] = {}
    tests: list[tuple[str, str, str]] = []
    for element in _elements(stream, publisher):
        match element.tag:
            case "rpminfo_object":
                names[element.get("id", "")] = text(element, "name")
            case "rpminfo_state":
                evr = element.find("evr")
                if evr is not None:
                    versions[element.get("id", "")] = (evr.get("operation", ""), (evr.text or "").strip())
            case "rpminfo_test":
                about, state = element.find("object"), element.find("state")
                if about is not None and state is not None:
                    tests.append((element.get("id", ""), about.get("object_ref", ""), state.get("state_ref", "")))
    return {
        test: (names[about], *versions[state]) for test, about, state in tests if about in names and state in versions
    }


def date(stream: BinaryIO) -> str:
    """Return when the document was made (RFC 3339), as it says at its start; empty if it does not."""
    found = _TIMESTAMP.search(next(bounded.chunks(stream), b"")[:_HEAD])
    if found is None:
        return ""
    text = found[1].decode("ascii")
    return text if _ZONED.search(text) else f"{text}Z"


def _elements(stream: BinaryIO, publisher: str) -> Iterator[Element]:
    try:
        yield from elements(bounded.chunks(stream), 3)
    except BadXml as error:
        raise FeedError(f"the feed is not {publisher}'s OVAL: {error}") from error


def _definition(element: Element, is_platform: Callable[[str], bool] | None) -> Definition:
    metadata = element.find("metadata")
    metadata = metadata if metadata is not None else element
    advisory = metadata.find("advisory")
    about = advisory if advisory is not None else metadata
    criteria = element.find("criteria")
    return Definition(
        id=element.get("id", ""),
        title=text(metadata, "title"),
        description=text(metadata, "description"),
        severity=text(about, "severity"),
        issued=_date(about, "issued"),
        updated=_date(about, "updated"),
        references=tuple(
            (one.get("source", ""), one.get("ref_id", ""), one.get("ref_url", "")) for one in metadata.iter("reference")
        ),
        cves=tuple(
            DefinitionCve(
                (one.text or "").strip(), tuple(one.get(name, "") for name in ("cvss3", "cvss2") if one.get(name))
            )
            for one in about.iter("cve")
        ),
        fields={one.tag: (one.text or "").strip() for one in metadata if len(one) == 0},
        checks=_read(criteria, is_platform) if criteria is not None else (),
    )


def _date(element: Element, name: str) -> str:
    found = element.find(name)
    return found.get("date", "") if found is not None else ""


def _read(root: Element, is_platform: Callable[[str], bool] | None) -> tuple[Check, ...]:
    return tuple(_checks(root) if is_platform is None else _on_platforms(root, is_platform))


def _on_platforms(root: Element, is_platform: Callable[[str], bool]) -> Iterable[Check]:
    """The leaves that are no platforms, with the platforms that are nearest above them."""
    found: list[Check] = []
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, platforms = waiting.pop()
        leaves = [one for one in node if one.tag == "criterion"]
        inner = [one for one in node if one.tag == "criteria"]
        named = [one.get("comment", "") for one in leaves if is_platform(one.get("comment", ""))]
        if node.get("operator", "AND") == "AND":
            lists = [one for one in inner if len(one) and all(is_platform(leaf.get("comment", "")) for leaf in one)]
            named += [leaf.get("comment", "") for one in lists for leaf in one]
            inner = [one for one in inner if one not in lists]
        platforms = tuple(named) or platforms
        found += [
            Check(one.get("comment", ""), one.get("test_ref", ""), platforms)
            for one in leaves
            if not is_platform(one.get("comment", ""))
        ]
        if len(found) > LEAVES:
            raise FeedError(f"a definition of the feed has more than {LEAVES} checks")
        waiting += [(one, platforms) for one in inner]
    return found


def _checks(root: Element) -> Iterable[Check]:
    """The leaves of the tree. Beside a leaf of an *and* stand its siblings, and what stands beside its parents."""
    found: list[Check] = []
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, beside = waiting.pop()
        leaves = [one for one in node if one.tag == "criterion"]
        if node.get("operator", "AND") == "AND":
            beside = (*beside, *(one.get("comment", "") for one in leaves))
        found += [Check(one.get("comment", ""), one.get("test_ref", ""), beside) for one in leaves]
        if len(found) > LEAVES or (len(beside) > BESIDE and len(node) > len(leaves)):
            raise FeedError(f"a definition of the feed has more than {LEAVES} checks, or more than {BESIDE} beside one")
        waiting += [(one, beside) for one in node if one.tag == "criteria"]
    return found
