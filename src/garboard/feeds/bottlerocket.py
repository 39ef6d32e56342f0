"""Bottlerocket: its security advisories, as the ``updateinfo.xml`` of all its kits. Rolling: there are no releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from garboard.ecosystems.rpm.updateinfo import UpdatedPackage, security_updates
from garboard.feeds.readers import bounded
from garboard.feeds.readers.errata import advisory
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.xml_stream import BadXml, elements

NAME = "bottlerocket"
CAVEAT = "Bottlerocket lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
URL: Final = "https://advisories.bottlerocket.aws/updateinfo.xml.gz"
ECOSYSTEM: Final = "Bottlerocket"

_DOCUMENT: Final = FeedDocument(
    url=URL, path="bottlerocket/updateinfo.xml.gz", other_paths=("bottlerocket/updateinfo.xml",)
)
_SHARD: Final = SingleShard(NAME, ECOSYSTEM, "all of it is in", (_DOCUMENT,))
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each erratum; one without packages is a gap.

    Raises:
        FeedError: The document is not an updateinfo.
    """
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(ECOSYSTEM,))
    try:
        for erratum in security_updates(elements(bounded.chunks(stream))):
            yield advisory(NAME, erratum, tuple(_affected(erratum.builds)), erratum.links)
    except BadXml as error:
        raise FeedError(f"the feed is not an updateinfo: {error}") from error


def _affected(builds: Sequence[UpdatedPackage]) -> Iterator[Affected]:
    """One entry for each package: a build is the same for both architectures."""
    fixes: dict[str, dict[str, None]] = {}
    for build in builds:
        version, _, release = build.evr.rpartition("-")
        if build.name and version and release:
            fixes.setdefault(build.name, {})[build.evr] = None
    for package, versions in fixes.items():
        yield Affected(
            ecosystem=ECOSYSTEM,
            package=package,
            scheme=scheme(ECOSYSTEM),
            ranges=tuple(Range(introduced="0", fixed=version) for version in versions),
            status=Status.FIXED,
        )
