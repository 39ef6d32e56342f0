"""Bottlerocket: its security advisories, as the ``updateinfo.xml`` of all its kits. Rolling: there are no releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from garboard.ecosystems.rpm.updateinfo import Erratum, UpdatedPackage, security_updates
from garboard.feeds.readers import bounded
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
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
            yield _advisory(erratum)
    except BadXml as error:
        raise FeedError(f"the feed is not an updateinfo: {error}") from error


def _advisory(erratum: Erratum) -> Record:
    affected = tuple(_affected(erratum.builds))
    if not erratum.id or not affected:
        reason = "it names no package with a version" if erratum.id else "it has no identifier"
        return Gap(stage="feeds", subject=f"{NAME} {erratum.id or erratum.title}"[:200], reason=reason)
    return Advisory(
        id=erratum.id,
        feed=NAME,
        related=erratum.cves,
        summary=erratum.title,
        details=erratum.description,
        published=erratum.issued,
        modified=erratum.updated,
        ratings=(Rating(source=NAME, word=erratum.severity),) if erratum.severity else (),
        references=erratum.links,
        affected=affected,
    )


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
