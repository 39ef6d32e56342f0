"""The Debian security tracker's JSON: the status of each source package in each supported release.

Shape: ``{source package: {CVE or TEMP id: {description, debianbug, scope, releases: {codename: …}}}}``, as served by
https://security-tracker.debian.org/tracker/data/json.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.advisory import UNREAD, Advisory, Affected, Range, Rating, Status
from garboard.model.debian import CODENAMES
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, Record
from garboard.model.gap import Gap

NAME = "debian"
CAVEAT = ""
URL = "https://security-tracker.debian.org/tracker/data/json"
PAGE = "https://security-tracker.debian.org/tracker/"

_FROM_THE_START = Range(introduced="0")
_SCHEME = ECOSYSTEMS["Debian"].scheme


class _Release(msgspec.Struct, frozen=True, gc=False):
    status: str
    fixed_version: str | None = None
    urgency: str | None = None
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Issue(msgspec.Struct, frozen=True, gc=False):
    releases: dict[str, _Release] | tuple[_Release, ...]
    """An empty array means no releases."""
    description: str | None = None


_ISSUE = msgspec.json.Decoder(_Issue)


_PATH = "debian-tracker/tracker/data/json"
_SHARD = SingleShard(
    NAME,
    "Debian:",
    "all of Debian is in",
    (FeedDocument(url=URL, path=_PATH, other_paths=(f"{_PATH}.xz", f"{_PATH}.gz")),),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each pair of source package and identifier, in the document's order.

    A pair that cannot be read and an unknown codename are gaps.

    Raises:
        FeedError: The text is not JSON.
    """
    stream = only(shard, streams)
    unknown: set[str] = set()
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        package, identifier = (str(path[0]), str(path[1])) if len(path) == 2 else ("", "")
        if not package or not isinstance(path[1], str):
            raise FeedError("the feed is not the Debian tracker's: no issues by package")
        yield from _pair(package, identifier, data, unknown)


def _pair(package: str, identifier: str, data: bytes, unknown: set[str]) -> Iterator[Record]:
    try:
        issue = _ISSUE.decode(data)
    except UNUSABLE as error:
        yield _gap(f"{package} {identifier}", f"not an issue of the tracker: {error}")
        unread = tuple(_unread(package, number) for number in dict.fromkeys(CODENAMES.values()))
        yield Advisory(id=identifier, feed=NAME, references=(PAGE + identifier,), affected=unread)
        return
    affected: list[Affected] = []
    for codename, release in issue.releases.items() if isinstance(issue.releases, dict) else ():
        if codename in CODENAMES:
            try:
                affected.append(_affected(package, CODENAMES[codename], release))
            except ValueError as error:
                yield _gap(f"{package} {identifier} {codename}", f"{error}")
                affected.append(_unread(package, CODENAMES[codename]))
        elif codename not in unknown:
            unknown.add(codename)
            yield _gap(codename, "the release's number is not known, what is said of it is left out")
    if affected:
        yield Advisory(
            id=identifier,
            feed=NAME,
            details=issue.description or "",
            references=(PAGE + identifier,),
            affected=tuple(affected),
        )


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="feeds", subject=f"debian {subject}"[:200], reason=reason[:300])


def _unread(package: str, number: str) -> Affected:
    """What stands for a record that names a package and says nothing that can be read: whoever has it is told."""
    return Affected(ecosystem=f"Debian:{number}", package=package, scheme=_SCHEME, unmatchable=UNREAD)


def _affected(package: str, number: str, release: _Release) -> Affected:
    status, ranges = _verdict(release)
    return Affected(
        ecosystem=f"Debian:{number}",
        package=package,
        scheme=_SCHEME,
        ranges=ranges,
        status=status,
        rating=_rating(release.urgency or ""),
        note=release.nodsa or "",
    )


def _verdict(release: _Release) -> tuple[Status, tuple[Range, ...]]:
    """Return the status and the affected versions.

    Raises:
        ValueError: The tracker has no such status.
    """
    if release.status == "resolved":
        if release.fixed_version == "0":
            return Status.NOT_AFFECTED, ()
        if not release.fixed_version:
            raise ValueError("resolved, but in no version")
        return Status.FIXED, (Range(introduced="0", fixed=release.fixed_version),)
    if release.status == "undetermined":
        return Status.UNDETERMINED, (_FROM_THE_START,)
    if release.status != "open":
        raise ValueError(f"unknown status {release.status!r}")
    return _unfixed(release), (_FROM_THE_START,)


def _unfixed(release: _Release) -> Status:
    if release.urgency == "end-of-life":
        return Status.END_OF_LIFE
    if release.nodsa_reason == "ignored":
        return Status.WILL_NOT_FIX
    if release.nodsa_reason is not None or release.nodsa is not None:
        return Status.DEFERRED
    return Status.AFFECTED


def _rating(urgency: str) -> Rating | None:
    # An asterisk marks an urgency that the tracker took from somewhere other than its own notes; the word is the same.
    word = urgency.rstrip("*")
    return None if word in {"", "not yet assigned", "end-of-life"} else Rating(source=NAME, word=word)
