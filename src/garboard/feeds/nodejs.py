"""Node.js itself: the vulnerabilities of its core, as its security working group lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import SOFTWARE

NAME = "nodejs"
CAVEAT = "Node.js lists the lines that it maintained when each issue was found; what is in lines that had ended by then is not known here"
URL: Final = "https://raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json"
ECOSYSTEM: Final = f"{SOFTWARE}:node"

_Version = tuple[int, int, int]
_END: Final = (10**9, 0, 0)
_TERM: Final = re.compile(r"(\^|>=|<=|<|>|=)?\s*(\d{1,6})(?:\.(\d{1,6}|x))?(?:\.(\d{1,6}|x))?(?:\s+|$)")
_BARE: Final = re.compile(r"(^|\|\|)\s*(\d+\.\d+\.\d+)(?=\s|\||$)")
_ELSEWHERE: Final = frozenset({"win32", "windows", "darwin", "macos", "aix", "sunos", "freebsd", "openbsd", "android"})
"""Environments that images are not of."""


class _Entry(msgspec.Struct, frozen=True, gc=False):
    vulnerable: str
    patched: str = ""
    cve: tuple[str, ...] = ()
    ref: str = ""
    description: str = ""
    overview: str = ""
    severity: str = ""
    affectedEnvironments: tuple[str, ...] = ("all",)  # noqa: N815  # the feed's own word


class _Interval(NamedTuple):
    """From a version (inclusive) to another (exclusive)."""

    start: _Version
    end: _Version


_ENTRY: Final = msgspec.json.Decoder(_Entry)


_SHARD: Final = SingleShard(
    NAME, ECOSYSTEM, "all of Node.js is in", (FeedDocument(url=URL, path="nodejs/core/index.json"),)
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each entry that concerns Linux.

    Raises:
        FeedError: The document is not JSON.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    for path, data in json_stream.split(bounded.chunks(stream), 1):
        if not path or not isinstance(path[0], str):
            raise FeedError("the feed is not that of Node.js: no entries by their number")
        yield from _one(path[0], data)


def _one(number: str, data: bytes) -> Iterator[Record]:
    try:
        entry = _ENTRY.decode(data)
        ranges = tuple(_affected(entry))
        if not entry.vulnerable.strip():
            raise ValueError("it names no vulnerable versions")
    except UNUSABLE as error:
        yield Gap(stage="feeds", subject=f"nodejs {number}"[:200], reason=f"not an entry of the feed: {error}"[:300])
        return
    if entry.affectedEnvironments and set(entry.affectedEnvironments) <= _ELSEWHERE:
        return
    several = len(entry.cve) > 1
    yield Advisory(
        id=f"NODE-CORE-{number}",
        feed=NAME,
        aliases=() if several else entry.cve,
        related=entry.cve if several else (),
        summary=entry.description,
        details=entry.overview,
        ratings=(Rating(source=NAME, word=entry.severity),) if entry.severity not in {"", "unknown"} else (),
        references=(entry.ref,) if entry.ref else (),
        affected=(
            Affected(
                ecosystem=ECOSYSTEM,
                package="node",
                scheme=scheme(ECOSYSTEM),
                ranges=ranges,
                status=Status.FIXED if any(one.fixed for one in ranges) else Status.AFFECTED,
            ),
        ),
    )


def _affected(entry: _Entry) -> Iterator[Range]:
    """What is vulnerable and not patched; an interval that ends without a patch has no fix."""
    # A patch that is named without an operator is in what follows it, too.
    patched = sorted(_intervals(_BARE.sub(r"\1^\2", entry.patched)))
    for interval in _intervals(entry.vulnerable):
        start = interval.start
        for patch in patched:
            if patch.end <= start or patch.start >= interval.end:
                continue
            if start < patch.start:
                yield Range(introduced=_text(start), fixed=_text(patch.start))
            start = patch.end
        if start < interval.end:
            yield Range(introduced=_text(start), last_affected=_before(interval.end))


def _text(version: _Version) -> str:
    return ".".join(map(str, version))


def _before(end: _Version) -> str:
    """The last version before the end of a line; empty for none."""
    if end == _END:
        return ""
    major, minor, patch = end
    if patch:
        return f"{major}.{minor}.{patch - 1}"
    return f"{major}.{minor - 1}.999999" if minor else f"{major - 1}.999999.999999"


def _intervals(text: str) -> Iterator[_Interval]:
    """The versions that a range of npm's allows, one interval for each alternative.

    Raises:
        ValueError: It is written otherwise than the feed's are.
    """
    for alternative in text.split("||") if text.strip() else ():
        start, end = (0, 0, 0), _END
        rest = alternative.strip()
        if not rest:
            raise ValueError(f"not a range of versions: {text!r}")
        while rest:
            term = _TERM.match(rest)
            if term is None:
                raise ValueError(f"not a range of versions: {text!r}")
            rest = rest[term.end() :].lstrip()
            low, high = _term(term[1] or "=", [None if one in {None, "x"} else int(one) for one in term.group(2, 3, 4)])
            start, end = max(start, low), min(end, high)
        yield _Interval(start, end)


def _term(operator: str, numbers: list[int | None]) -> tuple[_Version, _Version]:
    major, minor, patch = numbers
    first = (major or 0, minor or 0, patch or 0)
    if minor is None:
        after = (first[0] + 1, 0, 0)
    else:
        after = (first[0], first[1] + 1, 0) if patch is None else (*first[:2], first[2] + 1)
    match operator:
        case "^":
            return first, (first[0] + 1, 0, 0) if first[0] else (0, first[1] + 1, 0)
        case ">=":
            return first, _END
        case ">":
            return after, _END
        case "<":
            return (0, 0, 0), first
        case "<=":
            return (0, 0, 0), after
        case _:
            return first, after
