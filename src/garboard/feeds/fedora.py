"""Fedora: the security updates of each release, as its update system Bodhi has them.

The repositories' own ``updateinfo.xml`` has the newest update of a package only, and not what the updates before it fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import msgspec

from garboard.ecosystems.rpm.updateinfo import evr
from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "fedora"
CAVEAT = "Fedora lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
URL: Final = "https://bodhi.fedoraproject.org/updates/"

_SHARD: Final = re.compile(r"^fedora:(\d{1,3})$")
_PAGES: Final = r'"pages":\s*(\d{1,4})\b'
_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


class _Release(msgspec.Struct, frozen=True, gc=False):
    version: str
    id_prefix: str = "FEDORA"


class _Bug(msgspec.Struct, frozen=True, gc=False):
    title: str | None = None


class _Build(msgspec.Struct, frozen=True, gc=False):
    nvr: str
    type: str = "rpm"
    epoch: int | None = None


class _Update(msgspec.Struct, frozen=True, gc=False):
    alias: str
    release: _Release
    builds: tuple[_Build, ...] = ()
    bugs: tuple[_Bug, ...] = ()
    type: str = "security"
    status: str = "stable"
    title: str | None = None
    display_name: str | None = None
    notes: str | None = None
    severity: str | None = None
    date_stable: str | None = None
    date_modified: str | None = None
    date_pushed: str | None = None
    url: str | None = None


_UPDATE: Final = msgspec.json.Decoder(_Update)


def shard_for(ecosystem: str) -> str | None:
    """Return ``fedora:40`` for ``Fedora:40``."""
    shard = f"{NAME}:{ecosystem.removeprefix('Fedora:')}"
    return shard if ecosystem.startswith("Fedora:") and _SHARD.match(shard) else None


def known() -> tuple[str, ...]:
    """Return the form of the shard names."""
    return ("fedora:<release>",)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the release's updates, which are published in pages.

    Raises:
        FeedError: The shard is not a release.
    """
    release = _release(shard)
    query = f"releases=F{release}&type=security&status=stable&rows_per_page=100&page={{page}}"
    return (FeedDocument(url=f"{URL}?{query}", pages=_PAGES, path=f"fedora/{release}.json"),)


def _release(shard: str) -> str:
    found = _SHARD.match(shard)
    if found is None:
        raise FeedError(f"there is no shard {shard}", "name the release, as fedora:42")
    return found[1]


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each update that is published.

    Updates of other products (EPEL, modules) and of containers are not of the release's packages.

    Raises:
        FeedError: The document has no updates.
    """
    release = _release(shard)
    stream = only(shard, streams)
    yield FeedHeader(ecosystems=(f"Fedora:{release}",))
    listed = False
    stated: list[bytes] = []
    for path, data in json_stream.split_all(bounded.chunks(stream), 2):
        if path[:1] == ("updates",):
            listed = True
            yield from _one(str(path[-1]), data, release)
        elif path == ("pages",):
            stated.append(data)
    if not listed:
        raise FeedError("the feed is not Bodhi's: it lists no updates")
    if stated and stated[-1] != str(len(stated)).encode():
        raise FeedError(
            f"the feed has {len(stated)} pages, and says that it has {stated[-1].decode('utf-8', 'replace')[:20]}"
        )


def _one(place: str, data: bytes, release: str) -> Iterator[Record]:
    try:
        update = _UPDATE.decode(data)
    except UNUSABLE as error:
        yield Gap(stage="feeds", subject=f"fedora updates[{place}]", reason=f"not an update of Bodhi: {error}"[:300])
        return
    mine = update.release.version == release and update.release.id_prefix == "FEDORA"
    if mine and update.type == "security" and update.status == "stable":
        yield _advisory(update, release)


def _advisory(update: _Update, release: str) -> Record:
    affected = tuple(one for build in update.builds if build.type == "rpm" and (one := _affected(build, release)))
    if not affected:
        return Gap(stage="feeds", subject=f"fedora {update.alias}"[:200], reason="it names no package")
    return Advisory(
        id=update.alias,
        feed=NAME,
        related=_cves(update),
        summary=update.display_name or update.title or "",
        details=update.notes or "",
        published=update.date_stable or update.date_pushed or "",
        modified=update.date_modified or "",
        ratings=(Rating(source=NAME, word=update.severity),)
        if update.severity not in {None, "", "unspecified"}
        else (),
        references=(update.url,) if update.url else (),
        affected=affected,
    )


def _cves(update: _Update) -> tuple[str, ...]:
    """The CVEs that its bugs name; without any, those that its title and notes do."""
    bugs = [cve for bug in update.bugs for cve in _CVE.findall(bug.title or "")]
    texts = (update.display_name, update.title, update.notes)
    return tuple(dict.fromkeys(bugs or [cve for text in texts for cve in _CVE.findall(text or "")]))


def _affected(build: _Build, release: str) -> Affected | None:
    name, *rest = build.nvr.rsplit("-", 2)
    if len(rest) < 2 or not name:
        return None
    fixed = evr(f"{build.epoch or ''}", *rest)
    ranges = (Range(introduced="0", fixed=fixed),)
    return Affected(
        ecosystem=f"Fedora:{release}",
        package=name,
        scheme=scheme(f"Fedora:{release}"),
        ranges=ranges,
        status=Status.FIXED,
    )
