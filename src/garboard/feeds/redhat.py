"""Red Hat Enterprise Linux: what Red Hat says of each CVE in its packages, as CSAF VEX documents.

Of the products that the documents are about only Enterprise Linux itself is read. Streams of a minor release that are
maintained longer for some subscribers (EUS, AUS, E4S, TUS) have fixes at versions of their own, which concern the images of
that stream only; the Extended Life Cycle Support of an ended release counts as a fix for subscribers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import unquote

from garboard.ecosystems.rpm.updateinfo import evr
from garboard.feeds.readers import csaf
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.feeds.readers.tar_members import members
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.feed import FeedDocument, FeedHeader, Pointer, Record
from garboard.model.gap import Gap
from garboard.packages.redhat_streams import stream

NAME = "redhat"
CAVEAT = (
    "only Enterprise Linux itself is known here: packages of Red Hat's other products have data of their own, and an image "
    "that does not name its repositories is compared with the fixes that everybody gets"
)
URL: Final = "https://security.access.redhat.com/data/csaf/v2/vex"
SUBSCRIPTION: Final = "Red Hat Extended Life Cycle Support"

_DETAILS: Final = 4096
_CPE: Final = re.compile(r"^cpe:/[oa]:redhat:(enterprise_linux|rhel_els):(\d{1,3})(?:[.:]|$)")
_CPE_OF_STREAM: Final = re.compile(r"^cpe:/[oa]:redhat:rhel_(eus|aus|e4s|tus)(?:_long_life)?:(\d{1,3}\.\d{1,3})(?::|$)")
_PURL: Final = re.compile(r"^pkg:rpm/redhat/([^@?]+)(?:@([^?]+))?(?:\?(.*))?$")
_NAME: Final = re.compile(r"^[A-Za-z0-9][\w.+-]*$")
_MODULE: Final = re.compile(r"^[\w.+-]+:[\w.+-]+$")
_VERSIONED: Final = re.compile(r"^(.+)-([^-]+)$")
_SUBSCRIBERS: Final = "els:"
_STREAMS: Final = "Red Hat "
_UNFIXED: Final = MappingProxyType(
    {
        "Will not fix": Status.WILL_NOT_FIX,
        "Out of support scope": Status.END_OF_LIFE,
        "Fix deferred": Status.DEFERRED,
    }
)
_OTHER: Final = MappingProxyType(
    {"known_not_affected": Status.NOT_AFFECTED, "under_investigation": Status.UNDETERMINED}
)


class _Rpm(NamedTuple):
    """A component's package URL: ``source`` is whether it is a source package, ``module`` is ``name:stream``."""

    name: str
    version: str = ""
    module: str = ""
    source: bool = False


class _Key(NamedTuple):
    """What is said apart: a package of a release, in a module stream or in none."""

    platform: str
    name: str
    module: str
    source: bool


class _Said:
    """What a document says of one package."""

    __slots__ = ("fixes", "note", "status", "word")

    def __init__(self) -> None:
        self.fixes: dict[str, None] = {}
        self.status: Status | None = None
        self.note = ""
        self.word = ""


_FOLDER: Final = "redhat/data/csaf/v2/vex"
_LATEST: Final = "archive_latest.txt"
_SHARD: Final = SingleShard(
    NAME,
    "Red Hat:enterprise_linux:",
    "all of Red Hat Enterprise Linux is in",
    (
        FeedDocument(
            url=f"{URL}/{{}}",
            path=f"{_FOLDER}/{{}}",
            pointers=(
                Pointer(url=f"{URL}/{_LATEST}", path=f"{_FOLDER}/{_LATEST}", pattern=r"^\s*([\w.-]+\.tar\.\w+)"),
            ),
        ),
    ),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each CVE that concerns a package of Enterprise Linux.

    Raises:
        FeedError: The archive is damaged.
    """
    archive = only(shard, streams)
    for name, data in members(archive, ".json"):
        try:
            document = csaf.read(data)
            known_ones = csaf.components(document, _platform)
        except UNUSABLE as error:
            yield Gap(stage="feeds", subject=f"redhat {name}"[:200], reason=f"not a CSAF document: {error}"[:300])
            continue
        for vulnerability in document.vulnerabilities:
            affected = tuple(_affected(vulnerability, known_ones))
            if affected and vulnerability.cve:
                yield FeedHeader(ecosystems=tuple(sorted({one.ecosystem for one in affected})))
                yield _advisory(vulnerability, document.modified, affected)


def _advisory(vulnerability: csaf.VexVulnerability, modified: str, affected: tuple[Affected, ...]) -> Advisory:
    pages = [one.url for one in vulnerability.references if one.category == "self" and one.url]
    fixes = [one.url for one in vulnerability.remediations if one.category == "vendor_fix" and one.url]
    vectors = vulnerability.vectors
    return Advisory(
        id=vulnerability.cve,
        feed=NAME,
        summary=vulnerability.title,
        details=vulnerability.description[:_DETAILS],
        published=vulnerability.release_date,
        modified=modified,
        ratings=tuple(Rating(source=NAME, vector=vector) for vector in vectors),
        cwes=(vulnerability.cwe.id,) if vulnerability.cwe and vulnerability.cwe.id else (),
        references=tuple(dict.fromkeys((*pages, *fixes)))[:32],
        affected=affected,
    )


@lru_cache(4096)
def _platform(cpe: str) -> str:
    """Return the release that a CPE names (``9``), with a mark if its fixes are for subscribers, or the stream."""
    found = _CPE_OF_STREAM.match(cpe)
    if found is not None:
        return stream(found[1], found[2])
    found = _CPE.match(cpe)
    if found is None:
        return ""
    return f"{_SUBSCRIBERS if found[1] == 'rhel_els' else ''}{found[2]}"


@lru_cache(65536)
def _rpm(purl: str) -> _Rpm | None:
    found = _PURL.match(purl)
    if found is None:
        return None
    name, version, query = (unquote(one or "") for one in found.groups())
    fields = dict(one.partition("=")[::2] for one in query.split("&"))
    split = _VERSIONED.match(version)
    full = evr(fields.get("epoch", ""), split[1], split[2]) if split else ""
    module = ":".join(fields.get("rpmmod", "").split(":")[:2])
    return _Rpm(name, full, module if ":" in module else "", fields.get("arch") == "src")


def _unnamed(reference: str) -> _Rpm | None:
    """A component without a package URL, by its own name: ``log4j``, or ``postgresql:15/postgresql`` of a module.

    It stands for a source package: old entries name those, and what is said of a binary itself comes before.
    """
    module, _, name = reference.rpartition("/")
    if not _NAME.match(name) or (module and not _MODULE.match(module)):
        return None
    return _Rpm(name, module=module, source=True)


def _affected(vulnerability: csaf.VexVulnerability, known_ones: dict[str, csaf.Component]) -> Iterator[Affected]:
    said = _said(vulnerability, known_ones)
    for key, one in said.items():
        if key.platform.startswith(_STREAMS):
            if one.fixes:
                yield _entry(key, one, key.platform.rpartition(" ")[2].partition(".")[0], key.platform)
            continue
        release = key.platform.removeprefix(_SUBSCRIBERS)
        subscribers = key.platform != release
        other = said.get(key._replace(platform=release if subscribers else f"{_SUBSCRIBERS}{release}"))
        if subscribers and (not one.fixes or (other is not None and other.fixes)):
            continue
        if not one.fixes and other is not None and other.fixes:  # the subscribers' entry says that there is none
            continue
        yield _entry(key, one, release, SUBSCRIPTION if subscribers else "")


def _said(vulnerability: csaf.VexVulnerability, known_ones: dict[str, csaf.Component]) -> dict[_Key, _Said]:
    said: dict[_Key, _Said] = {}
    words = vulnerability.by_product(vulnerability.threats, "impact")
    unfixed = vulnerability.by_product(
        tuple(one for one in vulnerability.remediations if one.category in {"no_fix_planned", "none_available"})
    )
    flags = vulnerability.by_product(vulnerability.flags)
    for status, component in csaf.stated(vulnerability, known_ones):
        rpm = _rpm(component.purl) if component.purl else _unnamed(component.reference)
        if rpm is None or (status == "fixed" and not rpm.version):
            continue
        one = said.setdefault(_Key(component.platform, rpm.name, rpm.module, rpm.source), _Said())
        one.word = one.word or words.get(component.product, _NOTHING).details
        if status == "fixed":
            one.fixes[rpm.version] = None
        elif status == "known_affected":
            reason = unfixed.get(component.product, _NOTHING).details
            one.status, one.note = _UNFIXED.get(reason, Status.AFFECTED), reason
        elif one.status is None:
            one.status, one.note = _OTHER[status], flags.get(component.product, _NOTHING).label
    return said


_NOTHING: Final = csaf.Statement()


def _entry(key: _Key, said: _Said, release: str, subscription: str) -> Affected:
    """``known_affected`` beside a fix is about a stream that has none; a package without a stream has the fix."""
    fixes = tuple(said.fixes)
    status, ranges = said.status or Status.AFFECTED, _all_versions(said.status)
    if fixes:
        status = Status.SUBSCRIBERS if subscription else Status.FIXED
        ranges = tuple(Range(introduced="0", fixed=fix) for fix in fixes)
    note = f"fixed in {', '.join(fixes)}, with {subscription} only" if subscription else said.note
    return Affected(
        ecosystem=f"Red Hat:enterprise_linux:{release}",
        package=f"{key.name}.src" if key.source else key.name,
        scheme=scheme(f"Red Hat:enterprise_linux:{release}"),
        ranges=ranges,
        status=status,
        rating=Rating(source=NAME, word=said.word) if said.word else None,
        note="" if fixes and not subscription else note,
        module=key.module,
        subscription=subscription,
    )


def _all_versions(status: Status | None) -> tuple[Range, ...]:
    return () if status is Status.NOT_AFFECTED else (Range(introduced="0"),)
