"""endoflife.date: how long distributions and runtimes are maintained.

There are two shapes: ``api/v1/products/full``, one document with all products, and the older ``api/<product>.json``, a
list of cycles, which mirrors may have instead. A date is ``YYYY-MM-DD`` or a boolean; a boolean means that the day is
unknown, or that none is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.single_shard import SingleShard
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle

NAME = "endoflife"
CAVEAT = ""
URL = "https://endoflife.date/api/v1/products/full"
PRODUCTS: Final = (
    "almalinux", "alpine-linux", "amazon-corretto", "amazon-linux", "apache-http-server", "apache-maven",
    "azul-zulu", "bellsoft-liberica", "bun", "centos", "chrome", "clickhouse", "debian", "deno", "dotnet", "dovecot",
    "eclipse-temurin", "elixir", "envoy", "erlang", "exim", "fedora", "ffmpeg", "go", "gradle", "haproxy",
    "ibm-semeru", "julia", "lua", "mariadb", "memcached", "microsoft-build-of-openjdk", "mongodb", "mysql", "nginx",
    "nodejs", "openssl", "opensuse", "openvpn", "oracle-jdk", "oracle-linux", "perl", "php", "postfix", "postgresql",
    "proftpd", "python", "rabbitmq", "red-hat-build-of-openjdk", "redis", "rhel", "rocky-linux", "ruby", "rust",
    "sapmachine", "sles", "sqlite", "squid", "tomcat", "traefik", "ubuntu", "valkey", "vmware-photon", "wordpress",
    "zabbix",
)  # fmt: skip
"""Products that images are based on, or that are found in them; the rest of the site is ignored."""
PRODUCT_BYTES = 4 * 1024 * 1024
"""The size limit of one product's document in the older shape."""

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


class _Old(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    cycle: str | int
    codename: str | None = None
    release_date: str | bool | None = None
    support: str | bool | None = None
    eol: str | bool | None = None
    extended_support: str | bool | None = None
    lts: str | bool | None = None
    latest: str | None = None


class _Latest(msgspec.Struct, frozen=True, gc=False):
    name: str | None = None


class _Release(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    name: str
    codename: str | None = None
    release_date: str | None = None
    is_lts: bool | None = None
    lts_from: str | None = None
    eoas_from: str | None = None
    is_eol: bool | None = None
    eol_from: str | None = None
    eoes_from: str | None = None
    latest: _Latest | None = None


class _Product(msgspec.Struct, frozen=True, gc=False):
    name: str
    releases: tuple[msgspec.Raw, ...] = ()


_OLD = msgspec.json.Decoder(_Old)
_OLD_LIST = msgspec.json.Decoder(tuple[msgspec.Raw, ...])
_PRODUCT = msgspec.json.Decoder(_Product)
_RELEASE = msgspec.json.Decoder(_Release)


_FULL = FeedDocument(
    url=URL,
    path="endoflife/api/v1/products/full",
    other_paths=("endoflife/api/v1/products/full.json", "endoflife/full.json"),
    optional=True,
)
_OLDER = tuple(
    FeedDocument(
        url=f"https://endoflife.date/api/{product}.json",
        path=f"endoflife/api/{product}.json",
        other_paths=(f"endoflife/{product}.json",),
        optional=True,
        only_mirrored=True,
    )
    for product in PRODUCTS
)
"""For a mirror: the older documents, one for each of `PRODUCTS`."""
_SHARD = SingleShard(NAME, "", "all products are in", (_FULL, *_OLDER))
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the cycles of each of `PRODUCTS`, newest first; the single document takes precedence over the older ones.

    A cycle that cannot be read is a gap.

    Raises:
        FeedError: A document has another shape, or there is none at all.
    """
    full, *old = streams
    if full is None and not any(old):
        raise FeedError(f"{shard} has no document")
    told: set[str] = set()
    if full is not None:
        yield from _full(full, told)
    for product, stream in zip(PRODUCTS, old, strict=False):
        if stream is not None and product not in told:
            yield from _older(product, stream)


def _full(stream: BinaryIO, told: set[str]) -> Iterator[Record]:
    listed = False
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        if path == ("schema_version",) and not data.startswith(b'"1.'):
            raise FeedError(
                f"the feed's schema is {data[:40]!r}, and this program reads 1", "look for a newer garboard"
            )
        if path == ("generated_at",):
            yield FeedHeader(date=data.decode("utf-8", "replace").strip('"'))
        elif path[:1] == ("result",) and len(path) == 2:
            listed = True
            yield from _product(str(path[1]), data, told)
    if not listed:
        raise FeedError("the feed is not endoflife.date's: it lists no products")


def _product(place: str, data: bytes, told: set[str]) -> Iterator[Record]:
    try:
        product = _PRODUCT.decode(data)
    except UNUSABLE as error:
        yield _gap(f"result[{place}]", error)
        return
    if product.name not in PRODUCTS:
        return
    told.add(product.name)
    for raw in product.releases:
        try:
            release = _RELEASE.decode(raw)
        except UNUSABLE as error:
            yield _gap(product.name, error)
            continue
        yield Cycle(
            product=product.name,
            name=release.name,
            codename=_codename(release.codename),
            released=_day(release.release_date),
            support=_day(release.eoas_from),
            eol=_day(release.eol_from),
            extended=_day(release.eoes_from),
            ended=None if _day(release.eol_from) else release.is_eol,
            lts=bool(release.is_lts or release.lts_from),
            latest=(release.latest.name or "") if release.latest else "",
        )


def _older(product: str, stream: BinaryIO) -> Iterator[Record]:
    try:
        entries = _OLD_LIST.decode(_whole(product, stream))
    except UNUSABLE as error:
        raise FeedError(f"{product}.json is no list of cycles: {error}"[:300]) from error
    for raw in entries:
        try:
            entry = _OLD.decode(raw)
        except UNUSABLE as error:
            yield _gap(product, error)
            continue
        yield Cycle(
            product=product,
            name=str(entry.cycle),
            codename=_codename(entry.codename),
            released=_day(entry.release_date),
            support=_day(entry.support),
            eol=_day(entry.eol),
            extended=_day(entry.extended_support),
            ended=entry.eol if isinstance(entry.eol, bool) else None,
            lts=bool(entry.lts),
            latest=entry.latest or "",
        )


def _whole(product: str, stream: BinaryIO) -> bytes:
    data = b""
    for piece in bounded.chunks(stream):
        data += piece
        if len(data) > PRODUCT_BYTES:
            raise FeedError(f"{product}.json is larger than {PRODUCT_BYTES} bytes")
    return data


def _day(value: str | bool | None) -> str:
    return value if isinstance(value, str) and _DATE.fullmatch(value) else ""


def _codename(text: str | None) -> str:
    """Return Ubuntu's first word, which tags use as the codename."""
    return (text or "").lower().partition(" ")[0]


def _gap(subject: str, error: Exception) -> Gap:
    return Gap(stage="feeds", subject=f"endoflife {subject}", reason=f"not a cycle: {error}"[:300])
