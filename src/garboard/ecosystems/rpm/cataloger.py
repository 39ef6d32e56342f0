"""RPM packages: databases of all three kinds, and the manifests of images without one (CBL-Mariner, Azure Linux)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from garboard.ecosystems.rpm import bottlerocket, settings
from garboard.ecosystems.rpm.rpmdb import bdb, ndb
from garboard.ecosystems.rpm.rpmdb import header as tags
from garboard.ecosystems.rpm.rpmdb.header import Header
from garboard.ecosystems.rpm.rpmdb.malformed import MalformedError
from garboard.model.bounded import bounded, count_of
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Owns, Package

PURL_TYPE = "rpm"
SCHEME = "rpm"

_SOURCE_RPM = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_NEITHER = re.compile(r"\s(?:and|if|unless|with|without|else)\s")
_CAPABILITY = re.compile(r"[^\s()]+(?:\([^()\s]*\))*")
_SQLITE = b"SQLite format 3\0"
_COMPANIONS = ("-wal", "-journal")
_NOT_STATED = "(none)"


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """Installed packages in the database's order, each followed by the language files that it owns.

    ``version`` is ``[epoch:]version-release``, the epoch left out when 0. Public keys (``gpg-pubkey``) are no packages.
    What cannot be read of a database is a gap, and so, once for all of them, are headers that cannot be.
    """
    yield from bounded(file.path, _facts(file, owned))


def _facts(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    if settings.is_settings(file.path):
        yield from settings.settings(file)
        return
    if "/rpmmanifest/" in file.path:
        yield from _manifest(file)
        return
    if file.path.endswith("/application-inventory.json"):
        yield from bottlerocket.packages(file)
        return
    if file.path.endswith(_COMPANIONS):
        yield from _companion(file)
        return
    count, broken, why = 0, 0, ""
    try:
        for blob in _headers(file.data):
            count += 1
            try:
                yield from _header(Header(blob), owned)
            except MalformedError as error:
                broken, why = broken + 1, why or str(error)
    except MalformedError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be read beyond {count} packages: {worded(error)}")
    if broken:
        yield Gap(stage="catalog", subject=file.path, reason=f"{broken} of {count} headers cannot be read: {why}")


def _companion(file: File) -> Iterator[Fact]:
    """The gap for changes that SQLite would take from beside the database's own file."""
    from garboard.ecosystems.rpm.rpmdb import sqlite

    pending = sqlite.committed(file.data) if file.path.endswith("-wal") else sqlite.hot(file.data)
    if pending:
        database, what = file.path.rpartition("-")[0], "written" if file.path.endswith("-wal") else "undone"
        reason = (
            f"holds changes to {database} that were not {what} when the image was made, and they were not read: packages may "
            "be missing or listed in an old version; `rpm -qa` in the image, run as root, settles it"
        )
        yield Gap(stage="catalog", subject=file.path, reason=reason)


def _headers(data: bytes) -> Iterator[bytes]:
    if data.startswith(_SQLITE):
        from garboard.ecosystems.rpm.rpmdb import sqlite

        return sqlite.headers(data)
    if data.startswith(ndb.MAGIC):
        return ndb.headers(data)
    if bdb.recognized(data):
        return bdb.headers(data)
    # rpm itself creates an empty file before its first write.
    raise MalformedError("is no RPM database of a known kind" if data else "is empty")


def _header(header: Header, metadata: MetadataPaths) -> Iterator[Fact]:
    name, version, release = header.text(tags.NAME), header.text(tags.VERSION), header.text(tags.RELEASE)
    if name == "gpg-pubkey":
        return
    if not name or not version:
        raise MalformedError(f"package {name or '?'} has no version" if name else "a package without a name")
    epoch = header.numbers(tags.EPOCH)
    source = _source(header.text(tags.SOURCERPM))
    arch = header.text(tags.ARCH)
    yield Package(
        type=PURL_TYPE,
        name=name,
        version=_version(epoch[0] if epoch else 0, version, release),
        scheme=SCHEME,
        arch=arch,
        source_name=source.name,
        source_version=source.version,
        module=":".join(header.text(tags.MODULARITYLABEL).split(":")[:2]),
        licenses=tuple(filter(None, (header.text(tags.LICENSE),))),
        requires=_requires(header.texts(tags.REQUIRENAME)),
        provides=tuple(dict.fromkeys(text for text in header.texts(tags.PROVIDENAME) if text != name)),
        vendor=header.text(tags.VENDOR),
        installed_size=next(iter(header.numbers(tags.SIZE)), 0),
    )
    owned = tuple(_owned(header, metadata))
    if owned:
        yield Owns(type=PURL_TYPE, package=f"{name}:{arch}" if arch else name, paths=owned)


class _Source(NamedTuple):
    name: str = ""
    version: str = ""


def _source(file_name: str) -> _Source:
    """``name-version-release.src.rpm``; the epoch is not part of a file's name."""
    match = _SOURCE_RPM.fullmatch(file_name)
    return _Source(match[1], match[2]) if match else _Source()


def _version(epoch: int, version: str, release: str) -> str:
    text = f"{version}-{release}" if release else version
    return f"{epoch}:{text}" if epoch else text


def _requires(names: list[str]) -> tuple[tuple[str, ...], ...]:
    """Requirements on packages; those on rpm's own features are none, nor are boolean ones other than ``or``."""
    found: dict[tuple[str, ...], None] = {}
    for name in dict.fromkeys(names):
        if name.startswith(("rpmlib(", "config(")):
            continue
        if name[:1] != "(":
            found[(name,)] = None
        elif not _NEITHER.search(name):
            found[tuple(_capability(part) for part in name[1:-1].split(" or "))] = None
    return tuple(found)


def _capability(text: str) -> str:
    match = _CAPABILITY.search(text)
    return match[0] if match else text.strip()


def _owned(header: Header, metadata: MetadataPaths) -> Iterator[str]:
    if not metadata.mentioned(header.data):
        return
    folders, names, places = header.texts(tags.DIRNAMES), header.texts(tags.BASENAMES), header.numbers(tags.DIRINDEXES)
    if len(places) != len(names) or (places and max(places) >= len(folders)):
        raise MalformedError("a file list whose folders do not match its names")
    paths = (folders[place] + name for place, name in zip(places, names, strict=True))
    for path in (*paths, *header.texts(tags.OLDFILENAMES)):
        if metadata.describes(path.lstrip("/")):
            yield path.lstrip("/")


def _manifest(file: File) -> Iterator[Fact]:
    """Lines of name, version-release, two times, vendor, epoch, size, architecture, epoch number, source RPM."""
    for number, line in enumerate(file.data.decode("utf-8", "replace").split("\n"), 1):
        if not line.strip():
            continue
        fields = ["" if field == _NOT_STATED else field for field in line.strip().split("\t")]
        if len(fields) < 10 or not fields[0] or not fields[1]:
            yield Gap(stage="catalog", subject=file.path, reason=f"line {number} is not of ten fields")
            continue
        if fields[0] == "gpg-pubkey":
            continue
        source = _source(fields[9])
        epoch = fields[8] if fields[8].isdecimal() else "0"
        yield Package(
            type=PURL_TYPE,
            name=fields[0],
            version=f"{epoch}:{fields[1]}" if epoch.strip("0") else fields[1],
            scheme=SCHEME,
            arch=fields[7],
            source_name=source.name,
            source_version=source.version,
            vendor=fields[4],
            installed_size=count_of(fields[6]),
        )
