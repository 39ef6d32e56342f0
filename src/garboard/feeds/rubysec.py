"""Ruby Advisory Database: the vulnerabilities of the interpreter Ruby, and those of gems, which add to OSV's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, BinaryIO, Final, NamedTuple

from garboard import ecosystems, yaml_text
from garboard.feeds.readers import bounded
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import SOFTWARE

NAME = "rubysec"
CAVEAT = ""
URL: Final = "https://github.com/rubysec/ruby-advisory-db/archive/refs/heads/master.zip"
GEMS: Final = "RubyGems"
DETAILS: Final = 2048
MOST_TERMS: Final = 20

_FILE: Final = re.compile(r"(?:^|/)(?:rubies/ruby|gems/([^/]+))/([^/]+)\.yml$")
_TERM: Final = re.compile(r"\s*(~>|>=|<=|!=|>|<|=)?\s*(\d[\w.-]*)\s*")
_CVE: Final = re.compile(r"\d{4}-\d{4,}")
_GHSA: Final = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){2}")
_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")
_PREVIEW: Final = re.compile(r"[.-]?(?=(?:alpha|beta|dev|preview|rc)\b|(?:alpha|beta|dev|preview|rc)\d)")
_SCORED: Final = (("cvss_v4", 9.0), ("cvss_v3", 9.0), ("cvss_v2", 11.0))
"""Scores of CVSS, and from which on they are critical; version 2 has no such word."""


class _Order(NamedTuple):
    """How versions of the interpreter, or of gems, are written in ranges.

    Attributes:
        ecosystem: whose they are.
        preview: what is put before the word that makes a version a preview; empty where the order knows such words.
        after: behind a version, what follows it begins right there.
        first: behind a version, its previews begin right there.
    """

    ecosystem: str
    preview: str
    after: str
    first: str


_RUBY: Final = _Order(f"{SOFTWARE}:ruby", "~", "+", "")
_GEM: Final = _Order(GEMS, "", ".0.0.0.0.1", ".A")


class _Span(NamedTuple):
    """Versions that are not affected: from one (inclusive) to another (exclusive); an empty end is none."""

    start: str
    end: str


def shard_for(ecosystem: str) -> str | None:
    """Return the single shard, which covers the interpreter. Of gems it knows some."""
    return NAME if ecosystem == _RUBY.ecosystem else None


def known() -> tuple[str, ...]:
    """Return the single shard."""
    return (NAME,)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the zip file of the repository.

    Raises:
        FeedError: This is another shard.
    """
    if shard != NAME:
        raise FeedError(f"there is no shard {shard}", f"all of Ruby is in: {NAME}")
    return (FeedDocument(url=URL, path="rubysec/ruby-advisory-db.zip"),)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each file about the interpreter or a gem; one that cannot be read is a gap.

    Raises:
        FeedError: The zip file is damaged.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(_RUBY.ecosystem, GEMS))
    for name, data in bounded.members(stream, ".yml"):
        if match := _FILE.search(name):
            gem, stem = match.groups()
            try:
                yield _advisory(gem, stem, data)
            except (ValueError, RecursionError) as error:
                reason = f"not an advisory of the feed: {error}"[:300]
                subject = " ".join(filter(None, (NAME, gem, stem)))
                yield Gap(stage="feeds", subject=subject[:200], reason=reason)


def _advisory(gem: str | None, stem: str, data: bytes) -> Advisory:
    (said,) = yaml_text.read(data.decode())
    if not isinstance(said, dict):
        raise ValueError("no mapping")  # noqa: TRY004  # of the feed, not of a caller
    names = (*_identifiers(said), stem)
    order = _GEM if gem else _RUBY
    patched = [span for text in _texts(said, "patched_versions") for span in _spans(text, order)]
    unaffected = [span for text in _texts(said, "unaffected_versions") for span in _spans(text, order)]
    ranges = tuple(_affected([*patched, *unaffected], order))
    return Advisory(
        id=names[0],
        feed=NAME,
        aliases=names[1:-1],
        summary=_text(said, "title"),
        details=_text(said, "description")[:DETAILS],
        published=_text(said, "date"),
        ratings=tuple(_ratings(said)),
        references=(_text(said, "url"),) if _text(said, "url") else (),
        affected=(
            Affected(
                ecosystem=order.ecosystem,
                package=ECOSYSTEMS[GEMS].normalize(gem) if gem else "ruby",
                scheme=scheme(order.ecosystem),
                ranges=ranges,
                status=Status.FIXED if any(one.fixed for one in ranges) else Status.AFFECTED,
                note=f"on the platform {platform} only" if (platform := _text(said, "platform")) else "",
            ),
        )
        if ranges
        else (),
    )


def _ratings(said: dict[str, Any]) -> Iterator[Rating]:
    """The word of the newest score; the feed has no vectors."""
    for key, critical in _SCORED:
        text = _text(said, key)
        if re.fullmatch(r"\d{1,2}(?:\.\d)?", text):
            bounds = ((critical, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
            yield Rating(source=NAME, word=next((word for bound, word in bounds if float(text) >= bound), "none"))
            return


def _identifiers(said: dict[str, Any]) -> Iterator[str]:
    if _CVE.fullmatch(_text(said, "cve")):
        yield f"CVE-{_text(said, 'cve')}"
    if _GHSA.fullmatch(_text(said, "ghsa")):
        yield f"GHSA-{_text(said, 'ghsa')}"


def _text(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    return value.strip() if isinstance(value, str) else ""


def _texts(said: dict[str, Any], key: str) -> list[str]:
    value = said.get(key) or []
    if not isinstance(value, list) or len(value) > MOST_TERMS or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} is no list of requirements")
    return value


def _spans(requirement: str, order: _Order) -> Iterator[_Span]:
    """What a requirement of RubyGems (``>= 2.3.0, < 2.4``) allows; all of its terms have to hold.

    Raises:
        ValueError: It is none.
    """
    found = [_Span("0", "")]
    for term in requirement.split(",", MOST_TERMS):
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(f"no requirement: {requirement[:100]!r}")
        some = list(_term(match[1] or "=", match[2], order))
        found = [both for one in found for other in some if (both := _both(one, other, order))]
    yield from found


def _term(operator: str, version: str, order: _Order) -> Iterator[_Span]:
    if order.preview:
        version = _PREVIEW.sub(order.preview, version)  # before the version itself
    after = version + order.after
    if operator == "~>":
        numbers = _NUMBERS.match(version)
        parts = numbers[0].split(".") if numbers else ["0"]
        kept = parts[:-1] if len(parts) > 1 else parts
        yield _Span(version, ".".join((*kept[:-1], str(int(kept[-1]) + 1))) + order.first)
    if operator in {">=", ">"}:
        yield _Span(version if operator == ">=" else after, "")
    if operator in {"<", "<=", "!="}:
        yield _Span("0", after if operator == "<=" else version)
    if operator == "!=":
        yield _Span(after, "")
    if operator == "=":
        yield _Span(version, after)


def _both(one: _Span, two: _Span, order: _Order) -> _Span | None:
    start = max(one.start, two.start, key=lambda version: _key(order, version))
    ends = [end for end in (one.end, two.end) if end]
    end = min(ends, key=lambda version: _key(order, version)) if ends else ""
    return None if end and _key(order, end) <= _key(order, start) else _Span(start, end)


def _affected(spans: Iterable[_Span], order: _Order) -> Iterator[Range]:
    """What lies between the versions that are not affected."""
    at = "0"
    for span in sorted(spans, key=lambda span: _key(order, span.start)):
        if _key(order, span.start) > _key(order, at):
            last = span.start.removesuffix(order.after)
            if last != span.start:
                yield Range(introduced=at, last_affected=last)
            else:
                yield Range(introduced=at, fixed=span.start)
        if not span.end:
            return
        at = max(at, span.end, key=lambda version: _key(order, version))
    yield Range(introduced=at)


@lru_cache(4096)
def _key(order: _Order, version: str) -> Any:
    found = ecosystems.order(scheme(order.ecosystem))
    if found is None:
        raise ValueError("Ruby's versions have no order")
    return found.key(version)
