"""Photon OS: what Broadcom says of each CVE in each package, one document per release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO, Final

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "photon"
CAVEAT = ""
URL: Final = "https://packages.broadcom.com/photon/photon_cve_metadata"

_SHARD: Final = re.compile(r"^photon:(\d+\.\d+)$")
_STATUSES: Final = MappingProxyType(
    {"Fixed": Status.FIXED, "Not Affected": Status.NOT_AFFECTED, "Not Fixed": Status.AFFECTED}
)
_NONE: Final = frozenset({"", "NA", "N/A"})


class _Row(msgspec.Struct, frozen=True, gc=False):
    cve_id: str
    pkg: str
    aff_ver: str = ""
    res_ver: str = ""
    status: str = "Fixed"


_ROW: Final = msgspec.json.Decoder(_Row)


def shard_for(ecosystem: str) -> str | None:
    """Return ``photon:5.0`` for ``Photon OS:5.0``."""
    shard = f"{NAME}:{ecosystem.removeprefix('Photon OS:')}"
    return shard if ecosystem.startswith("Photon OS:") and _SHARD.match(shard) else None


def known() -> tuple[str, ...]:
    """Return the form of the shard names."""
    return ("photon:<release>.0",)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the release's single document.

    Raises:
        FeedError: The shard is not a release.
    """
    name = f"cve_data_photon{_release(shard)}.json"
    return (FeedDocument(url=f"{URL}/{name}", path=f"photon/{name}"),)


def _release(shard: str) -> str:
    found = _SHARD.match(shard)
    if found is None:
        raise FeedError(f"there is no shard {shard}", "name the release, as photon:5.0")
    return found[1]


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each pair of package and identifier.

    Raises:
        FeedError: The document is not a list.
    """
    ecosystem = f"Photon OS:{_release(shard)}"
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ecosystem,))
    for path, data in json_stream.split(bounded.chunks(stream), 1):
        if len(path) != 1 or isinstance(path[0], str):
            raise FeedError("the feed is not Photon's: it is no list of CVEs")
        yield _record(path[0], data, ecosystem)


def _record(place: int, data: bytes, ecosystem: str) -> Record:
    try:
        row = _ROW.decode(data)
    except UNUSABLE as error:
        return Gap(stage="feeds", subject=f"photon [{place}]", reason=f"not a row of the feed: {error}"[:300])
    status = _STATUSES.get(row.status)
    fixed = "" if row.res_ver in _NONE else row.res_ver
    if status is None:
        reason = f"unknown status {row.status!r}"
        return Gap(stage="feeds", subject=f"photon {row.cve_id} {row.pkg}"[:200], reason=reason[:300])
    if status is Status.FIXED and not fixed:  # "fixed", in no version: nothing that is known has the fix
        status = Status.AFFECTED
    ranges = () if status is Status.NOT_AFFECTED else (Range(introduced="0", fixed=fixed),)
    return Advisory(
        id=row.cve_id,
        feed=NAME,
        affected=(
            Affected(ecosystem=ecosystem, package=row.pkg, scheme=scheme(ecosystem), ranges=ranges, status=status),
        ),
    )
