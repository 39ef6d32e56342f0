"""OSV (schema 1.7): one zip file of records per ecosystem, as published by https://osv.dev."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from urllib.parse import quote

from garboard.feeds.readers import bounded, osv_advisory, ubuntu_states
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, base
from garboard.model.advisory import Advisory
from garboard.model.errors import FeedError
from garboard.model.feed import FeedChanges, FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import SOFTWARE

NAME = "osv"
CAVEAT = ""
BUCKET = "https://osv-vulnerabilities.storage.googleapis.com"
OTHER_FEEDS = frozenset(
    {"Alpine", "Amazon Linux", "Arch Linux", "Azure Linux", "Bottlerocket", "Chainguard", "Debian", "Fedora", "Gentoo", "Oracle Linux", "Photon OS",
     "Red Hat", SOFTWARE, "SUSE", "Wolfi", "openSUSE"}
)  # fmt: skip
"""Ecosystems whose publishers have feeds of their own."""

_LISTED = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z),([\w.:+-]{1,200})")
_LINE = 4096


def shard_for(ecosystem: str) -> str | None:
    """Return ``osv:`` and the ecosystem with its release; a registry's address (``Maven:https://…``) is dropped."""
    name = base(ecosystem)
    known = ECOSYSTEMS.get(name)
    if known is None or name in OTHER_FEEDS:
        return None
    if not known.by_release:
        return f"osv:{name}"
    return f"osv:{ecosystem}" if ecosystem.partition(":")[2] else None


def known() -> tuple[str, ...]:
    """Return the shards that are known by name; ``<release>`` stands for the releases."""
    return tuple(
        f"osv:{name}" + (":<release>" if ecosystem.by_release else "")
        for name, ecosystem in ECOSYSTEMS.items()
        if name not in OTHER_FEEDS
    )


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the shard's zip file; of Ubuntu also that of the fixes for subscribers, and what tells why there is no fix.

    Raises:
        FeedError: The shard is not an ecosystem of this feed.
    """
    ecosystem = _ecosystem(shard)
    subscribers = osv_advisory.for_subscribers(ecosystem)
    release = _ubuntu(ecosystem)
    return (
        _document(ecosystem, optional=release in ubuntu_states.LEFT),
        *((_document(subscribers, optional=True),) if subscribers else ()),
        *ubuntu_states.documents(release),
    )


def changes(shard: str) -> FeedChanges | None:
    """Return where changed records are told; None for distributions, whose archives are small."""
    ecosystem = _ecosystem(shard)
    if ECOSYSTEMS[base(ecosystem)].by_release:
        return None
    address, folder = f"{BUCKET}/{quote(ecosystem, safe=':')}", f"osv/{ecosystem}"
    listing = FeedDocument(url=f"{address}/modified_id.csv", path=f"{folder}/modified_id.csv", optional=True)
    return FeedChanges(listing=listing, record_url=f"{address}/{{}}.json", record_path=f"{folder}/{{}}.json")


def listed(stream: BinaryIO) -> dict[str, str]:
    """Return when each record was changed, by its identifier, as ``modified_id.csv`` says.

    Raises:
        FeedError: It is no such list.
    """
    found = {}
    for line in _lines(stream):
        match = _LISTED.fullmatch(line.decode("ascii", "replace").strip())
        if match is None:
            raise FeedError(f"the feed's list of changes has a line that is none: {line[:80]!r}")
        found[match[2]] = match[1]
    return found


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    for piece in bounded.chunks(stream):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > _LINE:
            raise FeedError("the feed's list of changes has no lines")
    if rest:
        yield rest


def record(shard: str, name: str, data: bytes) -> Record | None:
    """Return what a record that lies by itself says; None if it says nothing of the shard's ecosystem."""
    return next(_one(name, data, _ecosystem(shard)), None)


def _ubuntu(ecosystem: str) -> str:
    """Ubuntu's release (``22.04``); empty for everything else."""
    name, _, release = ecosystem.partition(":")
    return release.removesuffix(":LTS") if name == "Ubuntu" else ""


def _document(ecosystem: str, *, optional: bool = False) -> FeedDocument:
    names = dict.fromkeys((ecosystem, ecosystem.replace(" ", "_")))
    path, *other_paths = (f"osv/{name}/all.zip" for name in names)
    return FeedDocument(
        url=f"{BUCKET}/{quote(ecosystem, safe=':')}/all.zip",
        path=path,
        other_paths=tuple(other_paths),
        optional=optional,
    )


def _ecosystem(shard: str) -> str:
    ecosystem = shard.partition(":")[2]
    if shard_for(ecosystem) != shard or ".." in ecosystem:
        hint = f"name its release, as osv:{ecosystem}:9" if ecosystem in ECOSYSTEMS else "see: garboard db list"
        raise FeedError(f"there is no shard {shard}", hint)
    return ecosystem


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the advisories of one ecosystem; a record that is not OSV is a gap.

    The parts of a record about other ecosystems are dropped, and so are records without a package of this one. A
    withdrawn record comes without ``affected``. Bug-fix errata that name no vulnerability are not advisories.

    Raises:
        FeedError: The zip file is damaged.
    """
    ecosystem = _ecosystem(shard)
    yield FeedHeader(ecosystems=(ecosystem,))
    zips = 2 if osv_advisory.for_subscribers(ecosystem) else 1
    states, rest = _states(streams[zips:], ecosystem, alone=streams[0] is None)
    if streams[0] is None and rest is None:
        raise FeedError(f"{shard} has no document")
    told: set[str] = set()
    for stream in filter(None, streams[:zips] if streams[0] is not None else ()):
        for name, data in bounded.members(stream):
            if name not in told:
                for record in _one(name, data, ecosystem):
                    yield ubuntu_states.refined(record, states) if states and isinstance(record, Advisory) else record
            if zips > 1:
                told.add(name)
    yield from rest or ()


def _states(
    streams: Sequence[BinaryIO | None], ecosystem: str, *, alone: bool
) -> tuple[ubuntu_states.States, Iterator[Record] | None]:
    """What Ubuntu's own documents say of OSV's records, and the records that they have beside those; None if absent.

    Of a release that has left OSV, the older form of them tells everything.
    """
    oval, vex = (*streams, None, None)[:2]
    if alone:
        return {}, ubuntu_states.advisories(oval, ecosystem, NAME) if oval is not None else None
    if vex is not None:
        states = ubuntu_states.of_vex(vex, _ubuntu(ecosystem))
    elif oval is not None:
        states = ubuntu_states.of_oval(oval)
    else:
        return {}, None
    return states, ubuntu_states.not_affected(states, ecosystem, NAME)


def _one(name: str, data: bytes, ecosystem: str) -> Iterator[Record]:
    try:
        record = osv_advisory.read(data)
    except UNUSABLE as error:
        yield Gap(stage="feeds", subject=f"osv {name}"[:200], reason=f"not an OSV record: {error}"[:300])
        return
    advisory = osv_advisory.advise(record, ecosystem, NAME)
    if advisory is not None:
        yield advisory
