"""NVD's year files (CVE API 2.0 format): severities and weaknesses of each CVE, without texts and products.

This product uses data from the NVD API but is not endorsed or certified by the NVD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.model.advisory import CveFacts, Rating
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "nvd"
CAVEAT = ""
URL = "https://nvd.nist.gov/feeds/json/cve/2.0"

_SHARD = re.compile(r"^nvd:((?:20)\d\d)$")
_CVE = re.compile(r"^CVE-\d{4}-\d{4,}$")
_CWE = re.compile(r"^CWE-\d+$")


class _Data(msgspec.Struct, frozen=True, gc=False):
    vectorString: str = ""  # noqa: N815  # the feed's own word


class _Metric(msgspec.Struct, frozen=True, gc=False):
    cvssData: _Data  # noqa: N815
    source: str = ""


class _Metrics(msgspec.Struct, frozen=True, gc=False):
    cvssMetricV40: tuple[_Metric, ...] = ()  # noqa: N815
    cvssMetricV31: tuple[_Metric, ...] = ()  # noqa: N815
    cvssMetricV30: tuple[_Metric, ...] = ()  # noqa: N815
    cvssMetricV2: tuple[_Metric, ...] = ()  # noqa: N815


class _Text(msgspec.Struct, frozen=True, gc=False):
    value: str = ""


class _Weakness(msgspec.Struct, frozen=True, gc=False):
    description: tuple[_Text, ...] = ()


class _Cve(msgspec.Struct, frozen=True, gc=False):
    id: str
    published: str = ""
    lastModified: str = ""  # noqa: N815
    vulnStatus: str = ""  # noqa: N815
    metrics: _Metrics = _Metrics()
    weaknesses: tuple[_Weakness, ...] = ()


class _Item(msgspec.Struct, frozen=True, gc=False):
    cve: _Cve


_ITEM = msgspec.json.Decoder(_Item)


def shard_for(_ecosystem: str) -> str | None:
    """Return None: the feed covers CVEs, not packages."""
    return None


def known() -> tuple[str, ...]:
    """Return the form of the shard names; 2002 also holds all earlier years."""
    return ("nvd:<year>",)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return one gzip file per year.

    Raises:
        FeedError: The shard is not a year since 2002.
    """
    match = _SHARD.match(shard)
    if match is None or int(match.group(1)) < 2002:
        raise FeedError(f"there is no shard {shard}", "name the year, 2002 or later, as nvd:2024")
    name = f"nvdcve-2.0-{match.group(1)}.json"
    path = f"nvd/feeds/json/cve/2.0/{name}"
    return (FeedDocument(url=f"{URL}/{name}.gz", path=f"{path}.gz", other_paths=(path, f"{path}.xz")),)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the facts of each CVE. An entry that cannot be read is a gap.

    Raises:
        FeedError: The format is not 2.0.
    """
    (stream,) = streams
    if stream is None:
        raise FeedError(f"{shard} has no document")
    listed = False
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        if path == ("timestamp",):
            yield FeedHeader(date=data.decode("utf-8", "replace").strip('"'))
        elif path[:1] == ("vulnerabilities",):
            listed = True
            yield _facts(str(path[-1]), data)
    if not listed:
        raise FeedError("the feed is not NVD's in format 2.0: it lists no vulnerabilities")


def _facts(place: str, data: bytes) -> Record:
    try:
        cve = _ITEM.decode(data).cve
    except UNUSABLE as error:
        return _gap(place, f"not an entry of the format 2.0: {error}")
    if not _CVE.match(cve.id):
        return _gap(place, f"not a CVE: {cve.id!r}")
    return CveFacts(
        cve=cve.id,
        ratings=_ratings(cve.metrics),
        cwes=_cwes(cve.weaknesses),
        published=cve.published,
        modified=cve.lastModified,
        rejected=cve.vulnStatus == "Rejected",
    )


def _gap(place: str, reason: str) -> Gap:
    return Gap(stage="feeds", subject=f"nvd vulnerabilities[{place}]", reason=reason[:300])


def _ratings(metrics: _Metrics) -> tuple[Rating, ...]:
    """Return NVD's own ratings first, then its contributors' under their own names; the newest CVSS version first."""
    found = [
        Rating(source=_source(metric.source), vector=metric.cvssData.vectorString)
        for version in (metrics.cvssMetricV40, metrics.cvssMetricV31, metrics.cvssMetricV30, metrics.cvssMetricV2)
        for metric in version
        if metric.cvssData.vectorString
    ]
    return tuple(dict.fromkeys(sorted(found, key=lambda rating: rating.source != NAME)))


def _source(source: str) -> str:
    return NAME if source == "nvd@nist.gov" else source


def _cwes(weaknesses: tuple[_Weakness, ...]) -> tuple[str, ...]:
    values = (text.value for weakness in weaknesses for text in weakness.description)
    return tuple(dict.fromkeys(value for value in values if _CWE.match(value)))
