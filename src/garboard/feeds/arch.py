"""Arch Linux: the vulnerability groups of its security tracker (https://security.archlinux.org)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO, Final

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "arch"
CAVEAT = ""
PAGE: Final = "https://security.archlinux.org"
ECOSYSTEM: Final = "Arch Linux"

_CVE: Final = re.compile(r"^CVE-\d{4}-\d{4,}$")
_STATUSES: Final = MappingProxyType(
    {
        "Fixed": Status.FIXED,
        "Testing": Status.FIXED,
        "Vulnerable": Status.AFFECTED,
        "Unknown": Status.UNDETERMINED,
        "Not affected": Status.NOT_AFFECTED,
    }
)


class _Group(msgspec.Struct, frozen=True, gc=False):
    name: str
    packages: tuple[str, ...]
    status: str
    affected: str | None = None
    fixed: str | None = None
    severity: str | None = None
    type: str | None = None
    issues: tuple[str, ...] = ()
    advisories: tuple[str, ...] = ()


_GROUP: Final = msgspec.json.Decoder(_Group)


_SHARD: Final = SingleShard(
    NAME,
    ECOSYSTEM,
    "all of Arch Linux is in",
    (FeedDocument(url=f"{PAGE}/all.json", path="arch/all.json", other_paths=("arch/all.json.gz",)),),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each group of vulnerabilities that have one fix.

    Raises:
        FeedError: The document is not a list.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    for path, data in json_stream.split(bounded.chunks(stream), 1):
        if len(path) != 1 or isinstance(path[0], str):
            raise FeedError("the feed is not Arch Linux's tracker: it is no list of groups")
        yield _record(path[0], data)


def _record(place: int, data: bytes) -> Record:
    try:
        group = _GROUP.decode(data)
    except UNUSABLE as error:
        return Gap(stage="feeds", subject=f"arch [{place}]", reason=f"not a group of the tracker: {error}"[:300])
    status = _STATUSES.get(group.status)
    if status is None or (status is Status.FIXED and not group.fixed):
        reason = f"unknown status {group.status!r}" if status is None else "fixed, but in no version"
        return Gap(stage="feeds", subject=f"arch {group.name}"[:200], reason=reason[:300])
    return Advisory(
        id=group.name,
        feed=NAME,
        related=tuple(one for one in group.issues if _CVE.match(one)),
        summary=group.type or "",
        ratings=(Rating(source=NAME, word=group.severity),) if group.severity not in {None, "", "Unknown"} else (),
        references=(f"{PAGE}/{group.name}", *(f"{PAGE}/{one}" for one in group.advisories)),
        affected=tuple(_affected(package, group.fixed or "", status) for package in group.packages),
    )


def _affected(package: str, fixed: str, status: Status) -> Affected:
    """``affected`` of a group is the version in which it was found: earlier ones may be affected too."""
    ranges = () if status is Status.NOT_AFFECTED else (Range(introduced="0", fixed=fixed),)
    return Affected(ecosystem=ECOSYSTEM, package=package, scheme=scheme(ECOSYSTEM), ranges=ranges, status=status)
