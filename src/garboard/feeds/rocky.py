"""Rocky Linux: the errata as its build system Apollo publishes them, with every build and the module stream it is of.

OSV's records are made of the same errata, and are what a scan fetches, because they are small. They name source packages, and
streams in summaries only; these say of each build which stream it is of: an erratum of ``ruby:3.3`` is not about a ``ruby:3.1``.
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
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "rocky"
CAVEAT = ""
URL: Final = "https://apollo.build.resf.org/api/v3/advisories/"

_PAGES: Final = r'"last":\s*"[^"]{0,200}[?&]page=(\d{1,4})"'
_FILTER: Final = "size=100&page={page}"
_SHARD: Final = SingleShard(
    NAME, "", "all releases are in", (FeedDocument(url=f"{URL}?{_FILTER}", pages=_PAGES, path="rocky/advisories.json"),)
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents

_PRODUCT: Final = re.compile(r"^Rocky Linux (\d{1,3})(?:[. ]|$)")
_NEVRA: Final = re.compile(
    r"^([A-Za-z0-9][\w.+-]{0,200})-(\d{1,9}):([\w.+~^]{1,200})-([\w.+~^]{1,200})\.(\w{1,20})\.rpm$"
)
_CVE: Final = re.compile(r"^CVE-\d{4}-\d{4,19}$")
_DEBUG: Final = ("-debuginfo", "-debugsource")
_MOST_CVES: Final = 2000


class _Build(msgspec.Struct, frozen=True, gc=False):
    nevra: str
    product_name: str = ""
    module_name: str | None = None
    module_stream: str | None = None


class _Cve(msgspec.Struct, frozen=True, gc=False):
    cve: str
    cvss3_scoring_vector: str | None = None


class _Erratum(msgspec.Struct, frozen=True, gc=False):
    name: str
    synopsis: str = ""
    description: str = ""
    severity: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    cves: tuple[_Cve, ...] = ()
    packages: tuple[_Build, ...] = ()


_ERRATUM: Final = msgspec.json.Decoder(_Erratum)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each erratum that fixes a CVE in Rocky Linux itself; those of its special interest groups are not.

    Raises:
        FeedError: The document has no errata, or not all of its pages.
    """
    listed = 0
    total = b""
    for path, data in json_stream.split_all(bounded.chunks(only(shard, streams)), 2):
        if path[:1] == ("advisories",) and len(path) == 2:
            listed += 1
            yield from _one(data)
        elif path == ("total",):
            total = data
    if not listed:
        raise FeedError("the feed is not Apollo's: it lists no advisories")
    if not total.isdigit() or len(total) > 9 or int(total) > listed:
        stated = total.decode("utf-8", "replace")[:20] or "no number"
        raise FeedError(f"the feed has {listed} advisories, and says that they are {stated}")


def _one(data: bytes) -> Iterator[Record]:
    try:
        erratum = _ERRATUM.decode(data)
    except UNUSABLE as error:
        yield Gap(stage="feeds", subject=f"{NAME} {data[:60]!r}", reason=f"not an erratum of Apollo: {error}"[:300])
        return
    cves = tuple(dict.fromkeys(one.cve for one in erratum.cves if _CVE.match(one.cve)))[:_MOST_CVES]
    affected = tuple(_affected(erratum.packages)) if cves else ()
    if affected:
        yield FeedHeader(ecosystems=tuple(sorted({one.ecosystem for one in affected})))
        yield _advisory(erratum, cves, affected)
    elif cves and any(_PRODUCT.match(one.product_name) for one in erratum.packages):
        yield Gap(stage="feeds", subject=f"{NAME} {erratum.name}"[:200], reason="it names no package")


def _advisory(erratum: _Erratum, cves: tuple[str, ...], affected: tuple[Affected, ...]) -> Advisory:
    ratings = [Rating(source=NAME, word=erratum.severity)] if erratum.severity else []
    if len(erratum.cves) == 1 and (vector := erratum.cves[0].cvss3_scoring_vector) and vector.startswith("CVSS:"):
        ratings.append(Rating(source=NAME, vector=vector))
    return Advisory(
        id=erratum.name,
        feed=NAME,
        related=cves,
        summary=erratum.synopsis,
        details=erratum.description[:4096],
        published=erratum.published_at or "",
        modified=erratum.updated_at or "",
        ratings=tuple(ratings),
        references=(f"https://errata.rockylinux.org/{erratum.name}",),
        affected=affected,
    )


def _affected(builds: tuple[_Build, ...]) -> Iterator[Affected]:
    """The packages of each release and stream; a build is the same for all architectures and repositories."""
    fixes: dict[tuple[str, str, str], dict[str, None]] = {}
    for build in builds:
        release, parts = _PRODUCT.match(build.product_name), _NEVRA.match(build.nevra)
        if release is None or parts is None or parts[1].endswith(_DEBUG):
            continue
        module = f"{build.module_name}:{build.module_stream}" if build.module_name and build.module_stream else ""
        fixed = evr(parts[2], parts[3], parts[4])
        fixes.setdefault((f"Rocky Linux:{release[1]}", parts[1], module), {})[fixed] = None
    for (ecosystem, name, module), found in fixes.items():
        yield Affected(
            ecosystem=ecosystem,
            package=name,
            scheme=scheme(ecosystem),
            ranges=tuple(Range(introduced="0", fixed=fix) for fix in found),
            status=Status.FIXED,
            module=module,
        )
