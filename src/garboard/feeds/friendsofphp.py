"""FriendsOfPHP: vulnerabilities of Composer's packages. They add to OSV's, which come from GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from garboard import yaml_text
from garboard.feeds.readers import bounded
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "friendsofphp"
CAVEAT = ""
URL: Final = "https://github.com/FriendsOfPHP/security-advisories/archive/refs/heads/master.zip"
ECOSYSTEM: Final = "Packagist"
MOST_TERMS: Final = 20

_ADVISORY: Final = re.compile(r"(?:^|/)([^/.][^/]*/[^/.][^/]*/[^/]+)\.yaml$")
_TERM: Final = re.compile(r"\s*(>=|<=|>|<|==?)\s*(v?\d[\w.+-]*)\s*", re.ASCII)
_STABLE: Final = re.compile(r"v?[\d.]+", re.ASCII)
_REFERENCE: Final = re.compile(r"composer://([^/\s]+/[^/\s]+)")
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")
_GHSA: Final = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

_SHARD: Final = SingleShard(
    NAME, "", "all of it is in", (FeedDocument(url=URL, path="friendsofphp/security-advisories.zip"),)
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each file about a package; one that cannot be read is a gap.

    Raises:
        FeedError: The zip file is damaged.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    for name, data in bounded.members(stream, ".yaml"):
        if match := _ADVISORY.search(name):
            try:
                yield _advisory(match[1], data)
            except (ValueError, RecursionError) as error:
                reason = f"not an advisory of the feed: {error}"[:300]
                yield Gap(stage="feeds", subject=f"{NAME} {match[1]}"[:200], reason=reason)


def _advisory(name: str, data: bytes) -> Advisory:
    (said,) = yaml_text.read(data.decode())
    branches = said.get("branches") if isinstance(said, dict) else None
    package = _REFERENCE.fullmatch(_text(said, "reference")) if isinstance(said, dict) else None
    if not isinstance(branches, dict) or not branches or package is None:
        raise ValueError("it names no package, or no branches of it")
    ranges = tuple(dict.fromkeys(_range(branch, of) for branch, of in branches.items()))
    return Advisory(
        id=name,
        feed=NAME,
        aliases=tuple(_aliases(name, said)),
        summary=_text(said, "title"),
        published=min((found[0] for of in branches.values() if (found := _DAY.match(_text(of, "time")))), default=""),
        references=(_text(said, "link"),) if _text(said, "link") else (),
        affected=(
            Affected(
                ecosystem=ECOSYSTEM,
                package=ECOSYSTEMS[ECOSYSTEM].normalize(package[1]),
                scheme=scheme(ECOSYSTEM),
                ranges=ranges,
                status=Status.FIXED if any(one.fixed for one in ranges) else Status.AFFECTED,
            ),
        ),
    )


def _aliases(name: str, said: dict[str, Any]) -> Iterator[str]:
    """Its CVE; without one, what the file's name or its link says that it is at GitHub."""
    if _CVE.fullmatch(_text(said, "cve")):
        yield _text(said, "cve")
    elif found := _GHSA.search(name) or _GHSA.search(_text(said, "link")):
        yield found[0]


def _text(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    return value.strip() if isinstance(value, str) else ""


def _range(branch: str, said: object) -> Range:
    """What all constraints of a branch allow.

    Raises:
        ValueError: They are none, or not written as the feed's are.
    """
    terms = said.get("versions") if isinstance(said, dict) else None
    if not isinstance(terms, list) or not 0 < len(terms) <= MOST_TERMS:
        raise ValueError(f"the branch {branch[:50]!r} names no versions")
    found: dict[str, str] = {}
    for term in terms:
        match = _TERM.fullmatch(term) if isinstance(term, str) else None
        if match is None:
            raise ValueError(f"no constraint: {str(term)[:100]!r}")
        for field, version in _bounds(match[1], match[2]):
            if field in found:
                raise ValueError(f"the branch {branch[:50]!r} has two bounds on one side")
            found[field] = version
    if {"fixed", "last_affected"} <= found.keys():
        raise ValueError(f"the branch {branch[:50]!r} has two bounds on one side")
    return Range(**{"introduced": "0", **found})


def _bounds(operator: str, version: str) -> Iterator[tuple[str, str]]:
    """The ends of a range. As Composer has it, ``>=2.0`` holds for the previews of 2.0 too."""
    match operator:
        case ">=":
            yield "introduced", f"{version}-dev" if _STABLE.fullmatch(version) else version
        case ">":
            yield "introduced", f"{version}-pl" if _STABLE.fullmatch(version) else version
        case "<":
            yield "fixed", version
        case "<=":
            yield "last_affected", version
        case _:
            yield "introduced", version
            yield "last_affected", version
