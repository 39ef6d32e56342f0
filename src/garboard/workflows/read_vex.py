"""Reads the VEX documents that a user names: files, folders, addresses, and VEX repositories.

Format of repositories: Aqua's vex-repo-spec 0.1: ``vex-repository.json`` names archives, in which ``index.json`` names a
document for each package. What is fetched is kept for as long as the repository says.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from garboard import compression, zipped
from garboard.model.errors import UsageError
from garboard.model.limits import MIB
from garboard.model.policy import PolicyError
from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.vex.document import read as parse
from garboard.policy.vex.products import covers

DOCUMENT_BYTES: Final = 64 * MIB
ARCHIVE_BYTES: Final = 256 * MIB
UNPACKED_BYTES: Final = 1024 * MIB
DOCUMENTS: Final = 20_000
"""The most in one folder or repository."""
DEEPEST: Final = 16
SCHEMES: Final = ("https://", "http://")
MANIFEST: Final = "vex-repository.json"
INDEX: Final = "index.json"
_VERSION: Final = "0.1"
_INTERVAL: Final = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_DAY: Final = 24 * 3600
_HINT: Final = "OpenVEX, CSAF VEX and CycloneDX with vulnerabilities are read, as JSON"

Fetch = Callable[[str, int, bool], bytes]
"""The bytes at an address, at most so many; the last says that a stranger named it. Raises `GarboardError`."""


class Addresses(NamedTuple):
    """How addresses are read, and where their content is kept; None: nowhere."""

    fetch: Fetch
    folder: Path | None = None


class _Location(msgspec.Struct):
    url: str


class _Version(msgspec.Struct):
    spec_version: str
    locations: list[_Location]
    update_interval: str = "24h"


class _Manifest(msgspec.Struct):
    versions: list[_Version]


class _Package(msgspec.Struct):
    id: str
    location: str
    format: str = "openvex"


class _Index(msgspec.Struct):
    packages: list[_Package]


def read(places: Iterable[str], web: Addresses) -> Iterator[VexStatement]:
    """What the documents at these places state.

    Raises:
        UsageError: one cannot be read, is beyond a bound, or a folder has none.
        PolicyError: one is no VEX document, or a damaged one.
        NetworkError: a server does not answer.
    """
    for place in places:
        if place.startswith(SCHEMES):
            yield from _remote(place, web)
            continue
        path = Path(place)
        if not path.is_dir():
            yield from parse(_file(path), place)
        elif (path / INDEX).is_file() and _is_index(_file(path / INDEX)):
            yield from _repository(_file(path / INDEX), place, _within(path))
        elif (path / MANIFEST).is_file():
            yield from _of_manifest(_file(path / MANIFEST), f"{place}/{MANIFEST}", "", web)
        else:
            for file in _folder(path):
                yield from parse(_file(file), str(file)) if _is_plain(file) else (_passed_over(file),)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(DOCUMENT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the VEX document {path} cannot be read: {error.strerror}", "name another") from error
    if len(data) > DOCUMENT_BYTES:
        raise UsageError(f"the VEX document {path} is larger than {DOCUMENT_BYTES} bytes", "split it")
    return data


def _is_plain(file: Path) -> bool:
    """Whether it can be read to its end; what cannot be looked at is an error where it is read."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def _passed_over(file: Path) -> VexStatement:
    """What tells that a pipe, a device or a link to a folder is no document."""
    flaw = "is no plain file, and was not read"
    return VexStatement(
        ids=(), status=VexStatus.UNDER_INVESTIGATION, products=(), document=str(file), place="all of it", flaw=flaw
    )


def _folder(folder: Path) -> list[Path]:
    """The documents in a folder and those below it, in the order of their names; links to folders are not followed."""
    found: list[Path] = []

    def amiss(error: OSError) -> None:
        raise UsageError(f"the folder {error.filename} cannot be read: {error.strerror}", "name another") from error

    for at, below, files in os.walk(folder, onerror=amiss):
        here = Path(at)
        if below and len(here.relative_to(folder).parts) >= DEEPEST:
            raise UsageError(f"the folder {folder} is deeper than {DEEPEST} folders", "name those that hold documents")
        below[:] = sorted(one for one in below if not one.startswith("."))
        found += (here / one for one in sorted(files) if one.endswith(".json"))
        if len(found) > DOCUMENTS:
            raise UsageError(f"the folder {folder} has more than {DOCUMENTS} documents", "name a smaller one")
    if not found:
        raise UsageError(f"the folder {folder} has no VEX documents", "name a folder with files that end in .json")
    return sorted(found)


def _remote(url: str, web: Addresses) -> Iterator[VexStatement]:
    data = _kept(url, web, 0, DOCUMENT_BYTES)
    if _has(data, "versions"):
        yield from _of_manifest(data, url, url, web)
    else:
        yield from parse(data, url)


def _has(data: bytes, key: str) -> bool:
    try:
        found = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return key in found and "@context" not in found


def _is_index(data: bytes) -> bool:
    return _has(data, "packages")


def _converted(data: bytes, kind: type[Any], name: str) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"{name} is no part of a VEX repository that can be read: {error}", _HINT) from error


def _of_manifest(data: bytes, name: str, base: str, web: Addresses) -> Iterator[VexStatement]:
    """What the archive of a repository states: of the version that is known here, at the first of its places."""
    manifest: _Manifest = _converted(data, _Manifest, name)
    known = next((one for one in manifest.versions if one.spec_version == _VERSION), None)
    if known is None or not known.locations:
        found = ", ".join(one.spec_version for one in manifest.versions) or "none"
        raise PolicyError(f"{name} names no archive of version {_VERSION} of VEX repositories", f"it has {found}")
    try:
        archive, inner = _split(urljoin(base, known.locations[0].url))
        stranger = urlsplit(archive).hostname != urlsplit(base).hostname
    except ValueError as error:
        raise PolicyError(f"{name} names an archive by no address: {error}", "tell its maintainer") from error
    secure = not base or base.startswith("https://")
    if not archive.startswith(SCHEMES) or (secure and not archive.startswith("https://")):
        raise PolicyError(f"{name} names an archive by another address than https://: {archive}", "tell its maintainer")
    packed = _kept(archive, web, _seconds(known.update_interval), ARCHIVE_BYTES, stranger=stranger)
    files = {path.removeprefix("./"): one for path, one in _unpacked(packed, archive)}
    root = _root(files, inner)
    index = files.get(f"{root}{INDEX}")
    if index is None:
        raise PolicyError(f"{archive} has no {inner or ''}{INDEX}: it is no VEX repository", "tell its maintainer")
    yield from _repository(index, name, lambda path: files.get(f"{root}{path}"))


def _split(url: str) -> tuple[str, str]:
    """An archive's address, and the folder in it that follows ``//``."""
    parts = urlsplit(url)
    path, slashes, inner = parts.path.partition("//")
    return parts._replace(path=path).geturl(), inner.strip("/") + "/" if slashes and inner.strip("/") else ""


def _root(files: Mapping[str, bytes], inner: str) -> str:
    """The folder of the index: the one that is named, else the top, else the only folder there."""
    if inner or INDEX in files:
        return inner
    tops = {path.partition("/")[0] for path in files}
    return f"{tops.pop()}/" if len(tops) == 1 else ""


def _seconds(interval: str) -> int:
    """A duration as Go writes it, of at most a week; a day if it is none."""
    found = _INTERVAL.fullmatch(interval)
    if not found or not interval:
        return _DAY
    hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return min(hours * 3600 + minutes * 60 + seconds, 7 * _DAY)


def _kept(url: str, web: Addresses, seconds: int, most: int, *, stranger: bool = False) -> bytes:
    """What an address has, or what was kept of it within so many seconds."""
    file = web.folder / hashlib.sha256(url.encode()).hexdigest() if web.folder and seconds else None
    if file is not None:
        try:
            if 0 <= time.time() - file.stat().st_mtime < seconds:
                return file.read_bytes()
        except OSError:
            pass
    data = web.fetch(url, most, stranger)
    if file is not None:
        aside = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            aside.replace(file)
        except OSError:
            aside.unlink(missing_ok=True)
    return data


def _unpacked(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The JSON files of an archive, tar or zip.

    Raises:
        PolicyError: it is damaged, or beyond a bound.
    """
    try:
        yield from _of_zip(data) if data.startswith(b"PK") else _of_tar(data)
    except (tarfile.TarError, zipped.Malformed, compression.Damaged, compression.TooLarge, EOFError, OSError) as error:
        raise PolicyError(f"{name} is no archive that can be read: {error}", "tell its maintainer") from error
    except (ValueError, OverflowError) as error:
        raise PolicyError(f"{name} is damaged: {error}", "tell its maintainer") from error


def _of_tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    plain = compression.stream(compression.decompressed([data], compression.Bounds(UNPACKED_BYTES)))
    with tarfile.open(fileobj=plain, mode="r|") as archive:
        for count, info in enumerate(archive):
            archive.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
            if count > DOCUMENTS * 4:
                raise ValueError(f"it has more than {DOCUMENTS * 4} members, the limit")
            if info.isreg() and info.name.endswith(".json"):
                if info.size > DOCUMENT_BYTES:
                    raise ValueError(f"{info.name} is larger than {DOCUMENT_BYTES} bytes, the limit")
                file = archive.extractfile(info)
                yield info.name, file.read() if file else b""


def _of_zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    left = UNPACKED_BYTES
    for count, entry in enumerate(zipped.entries(memoryview(data))):
        if count > DOCUMENTS * 4:
            raise ValueError(f"it has more than {DOCUMENTS * 4} members, the limit")
        if entry.name.endswith(".json"):
            found = bytes(zipped.read(memoryview(data), entry, min(DOCUMENT_BYTES, left)))
            left -= len(found)
            yield entry.name, found


def _within(folder: Path) -> Callable[[str], bytes | None]:
    """Reads files of a folder by their paths in it, and none that lies elsewhere."""
    top = folder.resolve()

    def found(path: str) -> bytes | None:
        file = (folder / path).resolve()
        return _file(file) if file.is_relative_to(top) and file.is_file() else None

    return found


def _repository(index: bytes, name: str, opened: Callable[[str], bytes | None]) -> Iterator[VexStatement]:
    """What the documents of an index state, each of its own package alone."""
    packages = _converted(index, _Index, f"{name}: {INDEX}").packages
    if len(packages) > DOCUMENTS:
        raise PolicyError(f"{name} lists more than {DOCUMENTS} packages, the limit", "name the documents that you need")
    for one in packages:
        data = opened(_plain(one.location))
        place = f"{name}: {one.location}"
        if data is None:
            raise PolicyError(f"{place} is not in it, and its index names it for {one.id}", "tell its maintainer")
        for statement in parse(data, place):
            yield _of_package(statement, one.id)


def _plain(location: str) -> str:
    """A path without what it would leave a folder by."""
    return "/".join(part for part in location.split("/") if part not in {"", ".", ".."})


def _of_package(statement: VexStatement, package: str) -> VexStatement:
    """A statement without what it says of other packages than its document is listed for."""
    ours = tuple(one for one in statement.products if _is_listed(one, package))
    if ours == statement.products:
        return statement
    flaw = statement.flaw or ("" if ours else f"is about another package than {package}, for which it is listed")
    return msgspec.structs.replace(statement, products=ours, flaw=flaw)


def _is_listed(product: VexProduct, package: str) -> bool:
    return covers(package, product.purl)
