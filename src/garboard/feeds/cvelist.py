"""The CVE List (record format 5): ratings of those who assigned each CVE, and those that CISA adds (vulnrichment).

One zip file of the repository CVEProject/cvelistV5, with a record for each CVE in ``cves/<year>/<thousands>``. CISA's
container holds its ratings, weaknesses and decision points (SSVC), which its repository ``vulnrichment`` repeats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import msgspec

from garboard.feeds.readers import bounded
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import CveFacts, Rating
from garboard.model.feed import FeedDocument, Record
from garboard.model.gap import Gap

NAME = "cvelist"
CAVEAT = ""
URL: Final = "https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip"
SSVC: Final = "cisa-ssvc"
_SHARD: Final = SingleShard(
    NAME,
    "",
    "all CVEs are in",
    (FeedDocument(url=URL, path="cve-list-v5/main.zip", other_paths=("cvelist/main.zip",)),),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")
_MEMBER: Final = re.compile(r"(?:^|/)CVE-\d{4}-\d{4,}\.json$")
_VECTORS: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_CWE: Final = re.compile(r"CWE-\d+")


class _Metadata(msgspec.Struct, frozen=True):
    cveId: str  # noqa: N815
    state: str
    assignerShortName: str = ""  # noqa: N815
    datePublished: str = ""  # noqa: N815
    dateUpdated: str = ""  # noqa: N815


class _Provider(msgspec.Struct, frozen=True):
    shortName: str = ""  # noqa: N815


class _Container(msgspec.Struct, frozen=True):
    providerMetadata: _Provider = _Provider()  # noqa: N815
    metrics: list[dict[str, Any]] = []
    problemTypes: list[dict[str, Any]] = []  # noqa: N815


class _Containers(msgspec.Struct, frozen=True):
    cna: _Container = _Container()
    adp: list[_Container] = []


class _Record(msgspec.Struct, frozen=True):
    cveMetadata: _Metadata  # noqa: N815
    containers: _Containers = _Containers()


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield what is said of each CVE; what is no record is a gap.

    Raises:
        FeedError: The zip file is damaged.
    """
    for name, data in bounded.members(only(shard, streams), ".json"):
        if _MEMBER.search(name):
            yield _record(name, data)


def _record(name: str, data: bytes) -> Record:
    try:
        found = msgspec.json.decode(data, type=_Record)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Gap(stage="feeds", subject=f"cvelist {name}", reason=str(error)[:300])
    about = found.cveMetadata
    if not _CVE.fullmatch(about.cveId):
        return Gap(stage="feeds", subject=f"cvelist {name}", reason=f"no CVE: {about.cveId[:80]}")
    containers = (found.containers.cna, *found.containers.adp)
    names = (about.assignerShortName or "cna", *(one.providerMetadata.shortName or "adp" for one in containers[1:]))
    ratings = (rating for of, one in zip(names, containers, strict=True) for rating in _ratings(of.lower(), one))
    return CveFacts(
        cve=about.cveId,
        ratings=tuple(dict.fromkeys(ratings)),
        cwes=tuple(dict.fromkeys(cwe for one in containers for cwe in _weaknesses(one))),
        published=about.datePublished,
        modified=about.dateUpdated,
        rejected=about.state == "REJECTED",
    )


def _ratings(source: str, container: _Container) -> Iterator[Rating]:
    """The vectors, the newest version first, then words of its own, and CISA's decision points."""
    for key in _VECTORS:
        for metric in container.metrics:
            vector = _mapping(metric.get(key)).get("vectorString")
            if isinstance(vector, str) and vector:
                yield Rating(source=source, vector=vector)
    for metric in container.metrics:
        other = _mapping(metric.get("other"))
        content = _mapping(other.get("content"))
        value = content.get("value")
        if other.get("type") == "ssvc" and (points := _decision_points(content)):
            yield Rating(source=SSVC, word=points)
        elif isinstance(value, str) and value and "severity" in str(other.get("type", "")).lower():
            yield Rating(source=source, word=value)


def _decision_points(content: dict[str, Any]) -> str:
    """As ``exploitation: active, automatable: yes, technical impact: total``."""
    options = content.get("options")
    points = [
        f"{key.lower()}: {value}"
        for one in (options if isinstance(options, list) else ())
        for key, value in _mapping(one).items()
        if isinstance(value, str)
    ]
    return ", ".join(points)


def _weaknesses(container: _Container) -> Iterator[str]:
    for one in container.problemTypes:
        descriptions = one.get("descriptions")
        for each in descriptions if isinstance(descriptions, list) else ():
            cwe = _mapping(each).get("cweId")
            if isinstance(cwe, str) and _CWE.fullmatch(cwe):
                yield cwe


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
