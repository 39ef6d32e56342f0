"""FIRST's exploit prediction scores (EPSS), one CSV file per day.

Since February 2022 line 1 is ``#model_version:…,score_date:…``. Before that there was only the header
``cve,epss,percentile``, and at first ``cve,epss``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from garboard.feeds.readers import bounded
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import CveFacts
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "epss"
CAVEAT = ""
URL = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
OTHER_URL = "https://epss.cyentia.com/epss_scores-current.csv.gz"
LINE_BYTES = 4096
COLUMNS = (("cve", "epss"), ("cve", "epss", "percentile"))

_DATE = re.compile(r"score_date:([^,\s]+)")
_CVE = re.compile(r"^CVE-\d{4}-\d{4,}$")


_SHARD = SingleShard(
    NAME,
    "",
    "all scores are in",
    (
        FeedDocument(
            url=URL,
            path="epss/epss_scores-current.csv.gz",
            other_urls=(OTHER_URL,),
            other_paths=("epss/epss_scores-current.csv", "epss/epss_scores-derived.csv.gz"),
        ),
    ),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the scores of each CVE. An invalid row is a gap.

    Raises:
        FeedError: The document has no header.
    """
    stream = only(shard, streams)
    headed = False
    for number, line in enumerate(_lines(bounded.chunks(stream)), start=1):
        if line.startswith("#"):
            match = _DATE.search(line)
            yield FeedHeader(date=match.group(1) if match else "")
        elif not headed:
            if tuple(line.split(",")) not in COLUMNS:
                raise FeedError("the feed is not EPSS scores: its first line is not cve,epss,percentile")
            headed = True
        elif line:
            yield _score(number, line)
    if not headed:
        raise FeedError("the feed is not EPSS scores: it is empty")


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").strip()
        if len(rest) > LINE_BYTES:
            raise FeedError(f"the feed is not EPSS scores: a line is longer than {LINE_BYTES} bytes")
    yield rest.decode("utf-8", "replace").strip()


def _score(number: int, line: str) -> Record:
    cve, *fields = line.split(",")
    try:
        score, *more = (float(field) for field in fields)
    except ValueError:
        return _gap(number, line)
    percentile = more[0] if more else None
    if not _CVE.match(cve) or not 0 <= score <= 1 or not (percentile is None or 0 <= percentile <= 1):
        return _gap(number, line)
    return CveFacts(cve=cve, epss=score, epss_percentile=percentile)


def _gap(number: int, line: str) -> Gap:
    return Gap(stage="feeds", subject=f"epss line {number}", reason=f"not a score: {line[:80]!r}")
