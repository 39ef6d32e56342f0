"""Ruby Advisory Database: the vulnerabilities of the interpreter Ruby. Those of gems come by OSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any, BinaryIO, Final, NamedTuple

from garboard import ecosystems, yaml_text
from garboard.feeds.readers import bounded
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import SOFTWARE

NAME = "rubysec"
CAVEAT = ""
URL: Final = "https://github.com/rubysec/ruby-advisory-db/archive/refs/heads/master.zip"
ECOSYSTEM: Final = f"{SOFTWARE}:ruby"
DETAILS: Final = 2048
MOST_TERMS: Final = 20

_OF_RUBY: Final = re.compile(r"(?:^|/)rubies/ruby/([^/]+)\.yml$")
_TERM: Final = re.compile(r"\s*(~>|>=|<=|!=|>|<|=)?\s*(\d[\w.-]*)\s*")
_CVE: Final = re.compile(r"\d{4}-\d{4,}")
_GHSA: Final = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){2}")
_PREVIEW: Final = re.compile(r"[.-]?(?=(?:alpha|beta|dev|preview|rc)\b|(?:alpha|beta|dev|preview|rc)\d)")
_AFTER: Final = "+"
"""Behind a version: what follows it begins right there."""


class _Span(NamedTuple):
    """Versions that are not affected: from one (inclusive) to another (exclusive); an empty end is none."""

    start: str
    end: str


def shard_for(ecosystem: str) -> str | None:
    """Return the single shard."""
    return NAME if ecosystem == ECOSYSTEM else None


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
    """Yield an advisory for each file about the interpreter; one that cannot be read is a gap.

    Raises:
        FeedError: The zip file is damaged.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    for name, data in bounded.members(stream, ".yml"):
        if match := _OF_RUBY.search(name):
            try:
                yield _advisory(match[1], data)
            except (ValueError, RecursionError) as error:
                reason = f"not an advisory of the feed: {error}"[:300]
                yield Gap(stage="feeds", subject=f"{NAME} {match[1]}"[:200], reason=reason)


def _advisory(stem: str, data: bytes) -> Advisory:
    (said,) = yaml_text.read(data.decode())
    if not isinstance(said, dict):
        raise ValueError("no mapping")  # noqa: TRY004  # of the feed, not of a caller
    names = (*_identifiers(said), stem)
    patched = [span for text in _texts(said, "patched_versions") for span in _spans(text)]
    unaffected = [span for text in _texts(said, "unaffected_versions") for span in _spans(text)]
    ranges = tuple(_affected([*patched, *unaffected]))
    return Advisory(
        id=names[0],
        feed=NAME,
        aliases=names[1:-1],
        summary=_text(said, "title"),
        details=_text(said, "description")[:DETAILS],
        published=_text(said, "date"),
        references=(_text(said, "url"),) if _text(said, "url") else (),
        affected=(
            Affected(
                ecosystem=ECOSYSTEM,
                package="ruby",
                scheme=scheme(ECOSYSTEM),
                ranges=ranges,
                status=Status.FIXED if patched else Status.AFFECTED,
            ),
        )
        if ranges
        else (),
    )


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


def _spans(requirement: str) -> Iterator[_Span]:
    """What a requirement of RubyGems (``>= 2.3.0, < 2.4``) allows; all of its terms have to hold.

    Raises:
        ValueError: It is none.
    """
    found = [_Span("0", "")]
    for term in requirement.split(",", MOST_TERMS):
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(f"no requirement: {requirement[:100]!r}")
        found = [both for one in found for other in _term(match[1] or "=", match[2]) if (both := _both(one, other))]
    yield from found


def _term(operator: str, version: str) -> Iterator[_Span]:
    version = _PREVIEW.sub("~", version)  # before the version itself
    after = version + _AFTER
    if operator == "~>":
        parts = [*takewhile(str.isdecimal, version.partition("~")[0].split("."))]
        kept = parts[:-1] if len(parts) > 1 else parts
        yield _Span(version, ".".join((*kept[:-1], str(int(kept[-1]) + 1))))
    if operator in {">=", ">"}:
        yield _Span(version if operator == ">=" else after, "")
    if operator in {"<", "<=", "!="}:
        yield _Span("0", after if operator == "<=" else version)
    if operator == "!=":
        yield _Span(after, "")
    if operator == "=":
        yield _Span(version, after)


def _both(one: _Span, two: _Span) -> _Span | None:
    start = max(one.start, two.start, key=_key)
    ends = [end for end in (one.end, two.end) if end]
    end = min(ends, key=_key) if ends else ""
    return None if end and _key(end) <= _key(start) else _Span(start, end)


def _affected(spans: Iterable[_Span]) -> Iterator[Range]:
    """What lies between the versions that are not affected."""
    at = "0"
    for span in sorted(spans, key=lambda span: _key(span.start)):
        if _key(span.start) > _key(at):
            yield Range(introduced=at, fixed=span.start)
        if not span.end:
            return
        at = max(at, span.end, key=_key)
    yield Range(introduced=at)


@lru_cache(4096)
def _key(version: str) -> Any:
    order = ecosystems.order(scheme(ECOSYSTEM))
    if order is None:
        raise ValueError("Ruby's versions have no order")
    return order.key(version)
