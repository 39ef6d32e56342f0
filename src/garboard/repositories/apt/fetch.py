"""The documents of apt repositories: Release, its signature, and Packages, each checked against the previous one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from garboard.model.gap import Gap
from garboard.model.limits import DEFAULT, MIB
from garboard.model.mirror import Answer, Asking, MirrorRepository, WantedDocument
from garboard.repositories import decompress, signatures
from garboard.repositories.apt import release as releases
from garboard.repositories.apt.config import AptSource, keyrings
from garboard.repositories.apt.index import AptIndex
from garboard.repositories.apt.package import Suite
from garboard.repositories.apt.release import ListedIndex, Release
from garboard.repositories.config_files import Amiss, rounds
from garboard.repositories.errors import Refused

_RELEASE_BYTES: Final = 8 * MIB
_SIGNATURE_BYTES: Final = MIB
_INDEX_BYTES: Final = 256 * MIB
"""The size limit of a compressed index."""
_ARCHITECTURES: Final = 8


class _Part(NamedTuple):
    """An index to read."""

    source: AptSource
    suite: Suite
    listed: ListedIndex
    wanted: WantedDocument


class Indexes:
    """The indexes read from an image's sources."""

    def __init__(self) -> None:
        self.indexes: list[AptIndex] = []
        self.repositories: list[MirrorRepository] = []
        self.missing = 0
        """The number of indexes that exist and were not read."""
        self._left = DEFAULT.indexes_bytes
        self._amiss = Amiss(DEFAULT.indexes)
        self.gaps = self._amiss.gaps

    def add(self, source: AptSource, suite: Suite, listed: ListedIndex, answer: Answer) -> None:
        """Add an index, or the reason why it is unavailable."""
        try:
            data = self._unfolded(answer)
        except Refused as refused:
            self.missing += 1
            self.gap(source, f"{listed.path} {refused}")
        else:
            self._left -= len(data)
            self.indexes.append(AptIndex(data, suite))

    def _unfolded(self, answer: Answer) -> bytes:
        if answer.data is None:
            raise Refused(f"was not read: {answer.problem}")
        if self._left >= decompress.INDEX_BYTES:
            return decompress.unfold(answer.data)
        try:
            return decompress.unfold(answer.data, self._left)
        except Refused as refused:
            raise Refused(f"{refused} (of {DEFAULT.indexes_bytes // MIB} MiB for all indexes)") from refused

    def gap(self, source: AptSource, reason: str) -> None:
        """Record a repository, or a part of it, that was not read."""
        subject = f"{source.uri} {source.suite}"
        self._amiss.add(subject, f"{reason} (named in {source.where})")


def read(
    sources: Sequence[AptSource],
    files: Mapping[str, bytes],
    architectures: Sequence[str],
    now: dt.datetime,
    *,
    expires: bool,
) -> Asking[Indexes]:
    """Read the indexes of all sources for these architectures, the native one first. Untrusted data are gaps."""
    read_ones = Indexes()
    if len(architectures) > _ARCHITECTURES:
        reason = f"names more than {_ARCHITECTURES} architectures, the limit: the others were not looked at"
        read_ones.gaps.append(Gap(stage="mirrors", subject="dpkg", reason=reason))
        read_ones.missing += 1
        architectures = architectures[:_ARCHITECTURES]
    wanted: list[_Part] = []
    left = iter(sources)
    for some in rounds(tuple(WantedDocument(urls=(f"{one.base}InRelease",), limit=_RELEASE_BYTES) for one in sources)):
        for answer, source in zip((yield some), left, strict=False):
            try:
                data, signed, url = yield from _release(source, answer, files)
                found = releases.parse(data)
                releases.judge_time(found, now, expires=expires if source.expires is None else source.expires)
            except Refused as refused:
                read_ones.gap(source, f"not used: {refused}")
                continue
            _note(read_ones, source, found, signed, url)
            wanted += _wanted(read_ones, source, found, architectures)
    yield from _indexes(read_ones, wanted)
    return read_ones


def _indexes(read_ones: Indexes, wanted: Sequence[_Part]) -> Asking[None]:
    """Read the indexes a few at a time: the compressed ones are released before the next are requested."""
    parts = iter(wanted[: DEFAULT.indexes])
    if len(wanted) > DEFAULT.indexes:
        read_ones.missing += len(wanted) - DEFAULT.indexes
        reason = f"its index and others were not read: there are {len(wanted)}, and {DEFAULT.indexes} is the limit"
        read_ones.gap(wanted[DEFAULT.indexes].source, reason)
    for some in rounds(tuple(each.wanted for each in wanted[: DEFAULT.indexes])):
        for answer, part in zip((yield some), parts, strict=False):
            read_ones.add(part.source, part.suite, part.listed, answer)
            del answer  # it may be large, and the next round takes a while


def _release(source: AptSource, answer: Answer, files: Mapping[str, bytes]) -> Asking[tuple[bytes, str, str]]:
    """Return what the repository signed, the signer, and the location.

    Raises:
        Refused: The repository cannot be used.
    """
    if source.trusted:
        return (yield from _unsigned(source, answer))
    rings, fingerprints = keyrings(source, files)
    if answer.data is not None:
        data, who = signatures.verified(answer.data, None, signatures.certificates(rings), fingerprints)
        return data, who, answer.url
    plain, detached = yield (
        WantedDocument(urls=(f"{source.base}Release",), limit=_RELEASE_BYTES),
        WantedDocument(urls=(f"{source.base}Release.gpg",), limit=_SIGNATURE_BYTES),
    )
    if plain.data is None:
        raise Refused(answer.problem)
    if detached.data is None:
        raise Refused("its Release is not signed")
    data, who = signatures.verified(plain.data, detached.data, signatures.certificates(rings), fingerprints)
    return data, who, plain.url


_CLEAR: Final = re.compile(
    rb"-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n-----BEGIN PGP SIGNATURE-----", re.DOTALL
)


def _unsigned(source: AptSource, answer: Answer) -> Asking[tuple[bytes, str, str]]:
    """Read a source that the image trusts regardless of signatures."""
    if answer.data is None:
        (answer,) = yield (WantedDocument(urls=(f"{source.base}Release",), limit=_RELEASE_BYTES),)
    if answer.data is None:
        raise Refused(answer.problem)
    match = _CLEAR.search(answer.data)
    return match[1] if match else answer.data, "not checked: the image says trusted=yes", answer.url


def _note(read_ones: Indexes, source: AptSource, found: Release, signed: str, url: str) -> None:
    fields = found.fields
    read_ones.repositories.append(
        MirrorRepository(
            url=url,
            name=" ".join((source.suite, *source.components)),
            date=fields.get("date", ""),
            signed=signed,
        )
    )
    name = source.suite.strip("/")
    own = {fields.get("suite", ""), fields.get("codename", "")} - {""}
    if own and not source.flat and not any(name in {one, one.replace("-security", "/updates")} for one in own):
        read_ones.gap(source, f"it calls itself {' or '.join(sorted(own))}, not {name}; it was used, as apt does")


def _wanted(read_ones: Indexes, source: AptSource, found: Release, architectures: Sequence[str]) -> Iterator[_Part]:
    if source.flat:
        listed = found.index("Packages")
        if listed is None:
            read_ones.gap(source, "it lists no Packages")
        else:
            yield _Part(source, _suite(source, "", found), listed, _ask(source, found, listed))
        return
    wished = [one for one in architectures if not source.architectures or one in source.architectures]
    for component in source.components:
        folders = [f"binary-{one}" for one in (*wished, *(("all",) if found.separate_all else ()))]
        for folder in folders:
            listed = found.index(f"{component}/{folder}/Packages")
            arch = folder.removeprefix("binary-")
            if listed is None and (arch == architectures[0] or found.has(arch)) and arch != "all":
                read_ones.gap(source, f"it has no packages of {component} for {arch}")
            if listed is not None and listed.size > 0:
                yield _Part(source, _suite(source, component, found), listed, _ask(source, found, listed))


def _ask(source: AptSource, found: Release, listed: ListedIndex) -> WantedDocument:
    plain = source.base + listed.path
    hashed = f"{source.base}{listed.path.rpartition('/')[0]}/by-hash/SHA256/{listed.sha256}".replace(
        "//by-hash", "/by-hash"
    )
    urls = (hashed, plain) if found.by_hash else (plain,)
    return WantedDocument(urls=urls, limit=min(listed.size, _INDEX_BYTES), sha256=listed.sha256)


def _suite(source: AptSource, component: str, found: Release) -> Suite:
    fields = found.fields
    return Suite(
        url=source.uri,
        name=source.suite,
        component=component,
        archive=fields.get("suite", ""),
        codename=fields.get("codename", ""),
        origin=fields.get("origin", ""),
        label=fields.get("label", ""),
        version=fields.get("version", ""),
        site=urlsplit(source.uri).hostname or "",
        automatic=fields.get("notautomatic", "").lower() != "yes",
        upgrades=fields.get("butautomaticupgrades", "").lower() == "yes",
    )
