"""CISA's catalog of known exploited vulnerabilities (KEV)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import CveFacts
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "kev"
CAVEAT = ""
_FILE = "known_exploited_vulnerabilities.json"
URL = f"https://www.cisa.gov/sites/default/files/feeds/{_FILE}"
OTHER_URL = f"https://raw.githubusercontent.com/cisagov/kev-data/develop/{_FILE}"
"""CISA's own copy: its site refuses some clients."""


class _Entry(msgspec.Struct, frozen=True, gc=False):
    cveID: str  # noqa: N815  # the feed's own word
    dateAdded: str  # noqa: N815
    knownRansomwareCampaignUse: str = ""  # noqa: N815


_ENTRY = msgspec.json.Decoder(_Entry)


_SHARD = SingleShard(
    NAME, "", "the whole catalog is", (FeedDocument(url=URL, path=f"kev/{_FILE}", other_urls=(OTHER_URL,)),)
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the date of each listed CVE. An entry that cannot be read is a gap.

    Raises:
        FeedError: This is another document.
    """
    stream = only(shard, streams)
    listed = False
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        if path == ("dateReleased",):
            yield FeedHeader(date=data.decode("utf-8", "replace").strip('"'))
        elif path[:1] == ("vulnerabilities",):
            listed = True
            yield _facts(str(path[-1]), data)
    if not listed:
        raise FeedError("the feed is not CISA's catalog: it lists no vulnerabilities")


def _facts(place: str, data: bytes) -> Record:
    try:
        entry = _ENTRY.decode(data)
    except UNUSABLE as error:
        return Gap(stage="feeds", subject=f"kev vulnerabilities[{place}]", reason=f"not an entry: {error}"[:300])
    return CveFacts(
        cve=entry.cveID.strip(),
        kev_added=entry.dateAdded,
        kev_ransomware=entry.knownRansomwareCampaignUse.strip().lower() == "known",
    )
