"""Gentoo Linux: its security advisories (GLSA), one XML document each.

A package has ranges that are vulnerable and ranges that are not, in Portage's order. Ranges of one *slot* (an installed
package's branch) say nothing of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from garboard.ecosystems.portage.version import key
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.feeds.readers.tar_members import members
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.versions.invalid import InvalidVersion
from garboard.xml_stream import BadXml, elements, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAME = "gentoo"
CAVEAT = "Gentoo publishes advisories for what it has fixed, often months later; vulnerabilities that it has not fixed yet are not known here"
ECOSYSTEM: Final = "Gentoo"
PAGE: Final = "https://security.gentoo.org/glsa/"

_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b")
_REVISION: Final = re.compile(r"-r(\d{1,9})$")
_LAST: Final = "-r999999999"
"""Above every revision of a version."""
_SLOTS: Final = "its versions depend on the slot, which is not read of an installed package"
_WORDS: Final = MappingProxyType({"minimal": "low", "normal": "medium"})
_SHARD: Final = SingleShard(
    NAME,
    ECOSYSTEM,
    "all of Gentoo is in",
    (
        FeedDocument(
            url="https://gitweb.gentoo.org/data/glsa.git/snapshot/glsa-master.tar.gz",
            path="gentoo/glsa-master.tar.gz",
            other_urls=("https://github.com/gentoo/glsa/archive/refs/heads/master.tar.gz",),
            other_paths=("gentoo/glsa-master.tar", "gentoo/glsa-master.tar.xz", "gentoo/glsa-master.tar.bz2"),
        ),
    ),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


class _Span(NamedTuple):
    """From a version (inclusive; empty: from the start) to another (exclusive; empty: without end)."""

    start: str
    end: str


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each document; one that cannot be read is a gap.

    Raises:
        FeedError: The archive is damaged, or has no advisories.
    """
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    found = False
    for name, data in members(only(shard, streams), ".xml"):
        if name.rpartition("/")[2].startswith("glsa-"):
            found = True
            yield _record(name, data)
    if not found:
        raise FeedError("the feed is not Gentoo's: its archive has no advisories")


def _record(name: str, data: bytes) -> Record:
    try:
        root = next(elements([data], 1, doctype=True))
        identifier = root.get("id", "")
        affected = tuple(_affected(root)) if root.tag == "glsa" and identifier else ()
    except (BadXml, ValueError) as error:
        return Gap(stage="feeds", subject=f"gentoo {name}"[:200], reason=f"not an advisory: {error}"[:300])
    if not affected:
        return Gap(stage="feeds", subject=f"gentoo {name}"[:200], reason="not an advisory: it names no package")
    impact = root.find("impact")
    word = impact.get("type", "") if impact is not None else ""
    links = [one.get("link", "") for one in root.iter("uri")]
    named = " ".join((*links, *(one.text or "" for one in root.iter("uri")), text(root, "title")))
    return Advisory(
        id=f"GLSA-{identifier}",
        feed=NAME,
        related=tuple(dict.fromkeys(_CVE.findall(named))),
        summary=text(root, "title"),
        details=text(root, "synopsis"),
        published=text(root, "announced"),
        modified=text(root, "revised"),
        ratings=(Rating(source=NAME, word=_WORDS.get(word, word)),) if word else (),
        references=(f"{PAGE}{identifier}", *(one for one in links if one.startswith("https://")))[:32],
        affected=affected,
    )


def _affected(root: Element) -> Iterator[Affected]:
    """One entry for each package."""
    packages: dict[str, list[Element]] = {}
    for package in root.iterfind("affected/package"):
        packages.setdefault(package.get("name", ""), []).append(package)
    for name, mentions in packages.items():
        if not name:
            raise ValueError("a package has no name")
        bounds = [one for mention in mentions for one in mention]
        slotted = any(one.get("slot", "*") not in {"", "*"} for one in bounds)
        ranges = () if slotted else tuple(_ranges(bounds))
        fixed = any(one.fixed for one in ranges)
        yield Affected(
            ecosystem=ECOSYSTEM,
            package=name,
            scheme=scheme(ECOSYSTEM),
            ranges=ranges,
            status=Status.FIXED if fixed else Status.AFFECTED,
            unmatchable=_SLOTS if slotted else "" if ranges else "it names no versions",
        )


def _ranges(bounds: Iterable[Element]) -> Iterator[Range]:
    """What is vulnerable and not among what is not.

    Raises:
        ValueError: A version or a kind of range is not known.
    """
    bounds = list(bounds)
    spans = [_span(one) for one in bounds if one.tag == "vulnerable"]
    for hole in (_span(one) for one in bounds if one.tag == "unaffected"):
        spans = [left for span in spans for left in _without(span, hole)]
    last = {
        _after(one.text.strip()): one.text.strip() for one in bounds if one.get("range") in {"le", "rle"} and one.text
    }
    for span in dict.fromkeys(spans):
        inclusive = last.get(span.end, "")
        yield Range(introduced=span.start, fixed="" if inclusive else span.end, last_affected=inclusive)


def _span(bound: Element) -> _Span:
    kind, version = bound.get("range", ""), (bound.text or "").strip()
    try:
        key(version)
    except InvalidVersion as error:
        raise ValueError(f"{error}") from error
    base = _REVISION.sub("", version)
    of_revisions, comparison = kind.startswith("r"), kind.removeprefix("r")
    lowest, highest = (base, f"{base}{_LAST}") if of_revisions else ("", "")
    spans = {
        "lt": _Span(lowest, version),
        "le": _Span(lowest, _after(version)),
        "ge": _Span(version, highest),
        "gt": _Span(_after(version), highest),
    }
    if not of_revisions:
        spans["eq"] = _Span(version, _after(version))
    if comparison not in spans:
        raise ValueError(f"unknown range {kind!r}")
    return spans[comparison]


def _after(version: str) -> str:
    """The next revision."""
    found = _REVISION.search(version)
    return f"{_REVISION.sub('', version)}-r{int(found[1]) + 1 if found else 1}"


def _without(span: _Span, hole: _Span) -> Iterator[_Span]:
    """What is left of a span outside another."""
    if _ends_by(span.end, hole.start) or _ends_by(hole.end, span.start):
        yield span
        return
    if hole.start and (not span.start or key(span.start) < key(hole.start)):
        yield _Span(span.start, hole.start)
    if hole.end and (not span.end or key(hole.end) < key(span.end)):
        yield _Span(hole.end, span.end)


def _ends_by(end: str, start: str) -> bool:
    return bool(end and start) and key(end) <= key(start)
