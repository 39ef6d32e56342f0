"""NVD's year files (CVE API 2.0 format): severities and weaknesses of each CVE, and which versions of known software it is in.

Known software is what `garboard.ecosystems` can tell by its binary. Its names are compared exactly, never by likeness.

This product uses data from the NVD API but is not endorsed or certified by the NVD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.feeds.readers import bounded, java_updates, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, CveFacts, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import SOFTWARE

NAME = "nvd"
CAVEAT = ""
URL = "https://nvd.nist.gov/feeds/json/cve/2.0"

FIRST_YEAR = 2002
PAGE = "https://nvd.nist.gov/vuln/detail/"
REJECTED = "Rejected"
UNANALYZED = frozenset({"Received", "Awaiting Analysis", "Undergoing Analysis", "Deferred"})
"""Of a CVE without configurations: NVD has not said yet, or never will, what it is in."""
DETAILS = 2048

_ANY = frozenset({"*", "-"})
_SYSTEMS = frozenset({"*", "-", "linux", "linux_kernel"})
_COLON = re.compile(r"(?<!\\):")
_ESCAPED = re.compile(r"\\(.)")
_LINUX = re.compile(r"linux|debian|ubuntu|alpine|redhat|fedora|suse|centos", re.IGNORECASE)
_PLATFORM = re.compile(r"^cpe:2\.3:[oh]:")
_SHARD = re.compile(r"^nvd:((?:20)\d\d)$")
_CVE = re.compile(r"^CVE-\d{4}-\d{4,}$")
_CWE = re.compile(r"^CWE-\d+$")


class _Product(NamedTuple):
    """Known software, and the version and the update of a CPE name."""

    name: str
    version: str
    update: str


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


class _Match(msgspec.Struct, frozen=True, gc=False):
    criteria: str
    vulnerable: bool = True
    versionStartIncluding: str = ""  # noqa: N815
    versionStartExcluding: str = ""  # noqa: N815
    versionEndIncluding: str = ""  # noqa: N815
    versionEndExcluding: str = ""  # noqa: N815


class _Node(msgspec.Struct, frozen=True, gc=False):
    cpeMatch: tuple[_Match, ...] = ()  # noqa: N815
    negate: bool = False


class _Configuration(msgspec.Struct, frozen=True, gc=False):
    nodes: tuple[_Node, ...] = ()
    operator: str = "OR"
    negate: bool = False


class _Cve(msgspec.Struct, frozen=True, gc=False):
    id: str
    published: str = ""
    lastModified: str = ""  # noqa: N815
    vulnStatus: str = ""  # noqa: N815
    metrics: _Metrics = _Metrics()
    weaknesses: tuple[_Weakness, ...] = ()
    configurations: tuple[_Configuration, ...] = ()
    descriptions: tuple[_Text, ...] = ()


class _Item(msgspec.Struct, frozen=True, gc=False):
    cve: _Cve


_ITEM = msgspec.json.Decoder(_Item)


def shard_for(ecosystem: str) -> str | None:
    """Return ``nvd``, which stands for the shards of all years, for known software without a feed of its own."""
    name = ecosystem.removeprefix(f"{SOFTWARE}:")
    return NAME if name != ecosystem and name in ecosystems.software() else None


def known() -> tuple[str, ...]:
    """Return the form of the shard names; 2002 also holds all earlier years."""
    return ("nvd:<year>",)


def years(this: int) -> tuple[str, ...]:
    """Return the shards of all years up to this one."""
    return tuple(f"{NAME}:{year}" for year in range(FIRST_YEAR, this + 1))


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return one gzip file per year.

    Raises:
        FeedError: The shard is not a year since 2002.
    """
    match = _SHARD.match(shard)
    if match is None or int(match.group(1)) < FIRST_YEAR:
        raise FeedError(f"there is no shard {shard}", "name the year, 2002 or later, as nvd:2024")
    name = f"nvdcve-2.0-{match.group(1)}.json"
    path = f"nvd/feeds/json/cve/2.0/{name}"
    return (FeedDocument(url=f"{URL}/{name}.gz", path=f"{path}.gz", other_paths=(path, f"{path}.xz")),)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the facts of each CVE, and which known software it is in. An entry that cannot be read is a gap.

    Raises:
        FeedError: The format is not 2.0.
    """
    stream = only(shard, streams)
    listed, unanalyzed = False, 0
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        if path == ("timestamp",):
            yield FeedHeader(date=data.decode("utf-8", "replace").strip('"'))
        elif path[:1] == ("vulnerabilities",):
            listed = True
            cve = _read(str(path[-1]), data)
            if isinstance(cve, Gap):
                yield cve
            else:
                unanalyzed += cve.vulnStatus in UNANALYZED and not cve.configurations
                yield from _records(cve)
    if not listed:
        raise FeedError("the feed is not NVD's in format 2.0: it lists no vulnerabilities")
    software = tuple(f"{SOFTWARE}:{name}" for name in sorted(ecosystems.software()))
    yield FeedHeader(ecosystems=software, unanalyzed=unanalyzed)


def _read(place: str, data: bytes) -> _Cve | Gap:
    try:
        cve = _ITEM.decode(data).cve
    except UNUSABLE as error:
        return _gap(place, f"not an entry of the format 2.0: {error}")
    return cve if _CVE.match(cve.id) else _gap(place, f"not a CVE: {cve.id!r}")


def _records(cve: _Cve) -> Iterator[Record]:
    yield _facts(cve)
    affected = tuple(_affected(cve)) if cve.vulnStatus != REJECTED else ()
    if affected:
        yield Advisory(
            id=cve.id,
            feed=NAME,
            details=next((text.value for text in cve.descriptions if text.value), "")[:DETAILS],
            published=cve.published,
            modified=cve.lastModified,
            references=(f"{PAGE}{cve.id}",),
            affected=affected,
        )


def _affected(cve: _Cve) -> Iterator[Affected]:
    """One entry for each known software, with the intervals and versions that the criteria name."""
    ranges: dict[str, dict[Range, None]] = {}
    versions: dict[str, dict[str, None]] = {}
    for configuration in cve.configurations:
        if configuration.negate or not _may_be_linux(configuration):
            continue
        for match in (match for node in configuration.nodes if not node.negate for match in node.cpeMatch):
            product = _product(match.criteria) if match.vulnerable else None
            if product is not None:
                found = _interval(match, product)
                if isinstance(found, Range):
                    ranges.setdefault(product.name, {})[found] = None
                elif found:
                    versions.setdefault(product.name, {})[found] = None
    for name in dict.fromkeys((*ranges, *versions)):
        ecosystem = f"{SOFTWARE}:{name}"
        own, listed = tuple(ranges.get(name, ())), tuple(versions.get(name, ()))
        if name == java_updates.NAME:
            yield _java(ecosystem, own, listed, cve.descriptions)
            continue
        yield Affected(
            ecosystem=ecosystem,
            package=name,
            scheme=scheme(ecosystem),
            ranges=own,
            versions=listed,
            status=Status.FIXED if any(one.fixed for one in own) else Status.AFFECTED,
        )


def _java(ecosystem: str, ranges: tuple[Range, ...], listed: tuple[str, ...], texts: tuple[_Text, ...]) -> Affected:
    """Of Java, single updates are listed: of older ones only a text tells, or nothing."""
    found = dict.fromkeys(java_updates.within(one) for one in ranges)
    found |= dict.fromkeys(one for text in texts for one in java_updates.earlier(text.value))
    ends = (one.last_affected for one in found if one.last_affected)
    return Affected(
        ecosystem=ecosystem,
        package=java_updates.NAME,
        scheme=scheme(ecosystem),
        ranges=tuple(found),
        versions=listed,
        status=Status.FIXED if any(one.fixed for one in found) else Status.AFFECTED,
        untold=java_updates.untold((*listed, *(one for one in ends if java_updates.spelled(one)))),
    )


def _may_be_linux(configuration: _Configuration) -> bool:
    """Whether what the software has to run on, if the configuration names something, may be a Linux image."""
    if configuration.operator != "AND":
        return True
    on = [match.criteria for node in configuration.nodes for match in node.cpeMatch if not match.vulnerable]
    return not on or any(_LINUX.search(one) for one in on) or not all(_PLATFORM.match(one) for one in on)


@lru_cache(65536)
def _product(criteria: str) -> _Product | None:
    """Return the known software that a CPE name is about; None for any other, and for its editions elsewhere."""
    parts = _COLON.split(criteria)
    if len(parts) != 13 or parts[2] != "a":
        return None
    name = _by_cpe().get(f"{parts[3]}:{parts[4]}")
    version, update, _edition, _language, edition, target = parts[5:11]
    if name is None or edition not in _ANY or target not in _SYSTEMS:
        return None
    return _Product(name, _ESCAPED.sub(r"\1", version), "" if update in _ANY else _ESCAPED.sub(r"\1", update))


@lru_cache(1)
def _by_cpe() -> dict[str, str]:
    return {cpe: name for name, cpes in ecosystems.software().items() for cpe in cpes}


def _interval(match: _Match, product: _Product) -> Range | str:
    """Return the interval of versions, or the only version; empty for a criterion that names no version."""
    if product.version not in _ANY and product.name == java_updates.NAME:
        return java_updates.spelled(product.version, product.update)
    if product.version not in _ANY:
        return f"{product.version}{product.update}"  # as the software writes it: ``9.2`` and ``p1``
    if product.version == "-":
        return ""
    # An excluded start is the last version that is not affected: what follows it begins right after.
    start = match.versionStartIncluding or (f"{match.versionStartExcluding}+" if match.versionStartExcluding else "")
    return Range(introduced=start or "0", fixed=match.versionEndExcluding, last_affected=match.versionEndIncluding)


def _facts(cve: _Cve) -> CveFacts:
    return CveFacts(
        cve=cve.id,
        ratings=_ratings(cve.metrics),
        cwes=_cwes(cve.weaknesses),
        published=cve.published,
        modified=cve.lastModified,
        rejected=cve.vulnStatus == REJECTED,
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
