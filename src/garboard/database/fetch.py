"""Fetching a feed's documents from upstream, a mirror's address or a mirror's directory, with as few bytes as possible."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote

import msgspec

from garboard.database.partial import Partial
from garboard.model.base import Value
from garboard.model.errors import FeedError, NetworkError, OfflineError
from garboard.model.feed import FeedChanges, FeedDocument, Pointer
from garboard.net.client import StatusError

MIB = 1024 * 1024
DOCUMENT_BYTES = 8 * 1024 * MIB
CHUNK = 256 * 1024
POINTER_BYTES = 4 * MIB
PAGES = 2000
"""The limit of a document's pages."""
_SAID = re.compile(r"^[\w./:~+%=&?$-]+$")

Progress = Callable[[str, int, int | None], None]
"""Called with a label, the bytes done, and the total bytes if known."""


class FeedResponse(Protocol):
    """The parts of an HTTP response that are used here."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def chunks(self, size: int = ..., /) -> Iterator[bytes]: ...


class FeedClient(Protocol):
    """The use of `garboard.net.client.Client` here: 304 and 404 are returned, other refusals raised as `NetworkError`."""

    def get(self, url: str, headers: Mapping[str, str], /) -> AbstractContextManager[FeedResponse]: ...


class DocumentState(Value):
    """The source and version of a document, remembered to ask for changes only."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    """Hex digest of the bytes as transferred."""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched document.

    ``path`` is the file with its bytes, None if it is absent or ``unchanged``; ``received`` counts bytes.
    """

    note: DocumentState
    path: Path | None = None
    unchanged: bool = False
    received: int = 0


class Peeked(Value):
    """Whether a document is still what is known; else its size, 0 if that is not told, and its date."""

    unchanged: bool = False
    size: int = 0
    last_modified: str = ""


class FeedOrigin(Protocol):
    """A source of documents."""

    def fetch(self, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress) -> Fetched:
        """Fetch a document; it is unchanged if it still matches ``known``.

        It is written to ``into`` unless it already has a file.

        Raises:
            FeedError: The document is absent but not optional, or it is a web page.
            NetworkError: As raised by the client.
        """
        ...


@dataclass(frozen=True, slots=True)
class Directory:
    """A mirror's directory."""

    root: Path

    def fetch(self, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress) -> Fetched:  # noqa: ARG002
        """Return the file in place: nothing is copied, because it is already local."""
        for name in (self._pointed(document), *document.other_paths):
            path = self.root / name
            if path.is_file():
                return _local(path, name, known, progress)
        if document.optional:
            return Fetched(DocumentState(absent=True), unchanged=known is not None and known.absent)
        raise FeedError(f"the mirror {self.root} has no {document.path}")

    def _pointed(self, document: FeedDocument) -> str:
        """The document's path, after its pointers have been read."""
        if "{}" not in document.path:
            return document.path
        said = ""
        for pointer in document.pointers:
            path = self.root / pointer.path.replace("{}", said)
            try:
                with path.open("rb") as file:
                    said = _follow(pointer, file.read(POINTER_BYTES), str(path))
            except OSError:
                return document.path
        return document.path.replace("{}", said)


def _follow(pointer: Pointer, data: bytes, where: str) -> str:
    """What a pointer says.

    Raises:
        FeedError: It says nothing, or something that is neither a part of an address nor one of its own.
    """
    found = re.search(pointer.pattern, data.decode("utf-8", "replace"), re.DOTALL)
    if found is None:
        raise FeedError(f"{where} does not say where the feed is", "the feed's format may have changed")
    said = found[1].rstrip("/")
    if not _SAID.match(said) or ".." in said:
        raise FeedError(f"{where} names no usable place: {said[:80]!r}")
    return said


def _joined(address: str, said: str, base: str) -> str:
    """An address in which ``{}`` stands for what was said; relative to ``base``, unless it is a whole address."""
    whole = said if "://" in said or not base else f"{base.rstrip('/')}/{said}"
    return address.replace("{}", whole)


def _local(path: Path, name: str, known: DocumentState | None, progress: Progress) -> Fetched:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            _refuse_page(file.read(512), str(path), xml=".xml" in name)
            file.seek(0)
            digest = hashlib.sha256()
            while piece := file.read(CHUNK):
                digest.update(piece)
                progress(name, file.tell(), size)
    except OSError as error:
        raise FeedError(f"cannot read {path}: {error.strerror}") from error
    note = DocumentState(url=str(path), sha256=digest.hexdigest())
    return Fetched(note, path=path, unchanged=known is not None and known.sha256 == note.sha256, received=size)


@dataclass(frozen=True, slots=True)
class Remote:
    """Upstream, or a mirror at the address ``base`` (without a trailing slash; empty for upstream)."""

    client: FeedClient
    base: str = ""

    def fetch(self, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress) -> Fetched:
        """Try the addresses in turn with a conditional request, first the one that served the document last time."""
        if document.only_mirrored and not self.base:
            return Fetched(DocumentState(absent=True), unchanged=known is not None and known.absent)
        refusals: list[NetworkError | FeedError] = []
        for address in self._addresses(document, known):
            try:
                url = self._pointed(address, document)
                found = url and self._ask(url, document, known if known and known.url == url else None, into, progress)
            except OfflineError:
                raise
            except NetworkError as error:
                refusals.append(error)
                continue
            if found:
                return found
            if not document.optional:
                refusals.append(FeedError(f"{url or address} is not there (404)"))
        if refusals:
            raise refusals[0]
        return Fetched(DocumentState(absent=True), unchanged=known is not None and known.absent)

    def peek(self, known: DocumentState) -> Peeked:
        """Ask whether a document is still what is known, and how large it is by now, without receiving it."""
        headers = {"If-None-Match": known.etag} if known.etag else {}
        with self.client.get(known.url, headers) as response:
            if response.status == 304:
                return Peeked(unchanged=True)
            length = response.headers.get("Content-Length", "")
            size = int(length) if response.status == 200 and length.isascii() and length.isdecimal() else 0
            return Peeked(size=size, last_modified=response.headers.get("Last-Modified", ""))

    def record(self, changes: FeedChanges, identifier: str) -> bytes | None:
        """Return a record that lies by itself; None if it is absent."""
        name = quote(identifier, safe=":")
        place = f"{self.base}/{quote(changes.record_path, safe='/:{}')}" if self.base else changes.record_url
        return self._small(place.replace("{}", name))

    def _addresses(self, document: FeedDocument, known: DocumentState | None) -> list[str]:
        if self.base:
            paths = (document.path, *document.other_paths)
            found = [f"{self.base}/{quote(path, safe='/:{}')}" for path in paths]
        else:
            found = [document.url, *document.other_urls]
        return sorted(found, key=lambda url: not (known and known.url == url))

    def _pointed(self, address: str, document: FeedDocument) -> str:
        """The address, after the document's pointers have been read; empty if one of them is absent."""
        if "{}" not in address:
            return address
        said = base = ""
        for pointer in document.pointers:
            place = f"{self.base}/{pointer.path}" if self.base else pointer.url
            url = _joined(place, said, base)
            data = self._small(url)
            if data is None:
                return ""
            base, said = ("" if not said else _joined("{}", said, base)), _follow(pointer, data, url)
        return _joined(address, said, base)

    def _small(self, url: str) -> bytes | None:
        """A small document; None if it is absent."""
        with self.client.get(url, {}) as response:
            if response.status == 404:
                return None
            if response.status != 200:
                raise NetworkError(f"{url} answers with status {response.status}")
            data = b""
            for piece in response.chunks(CHUNK):
                data += piece
                if len(data) > POINTER_BYTES:
                    raise FeedError(f"{url} is larger than {POINTER_BYTES // MIB} MiB")
        return data

    def _ask(
        self, url: str, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress
    ) -> Fetched | None:
        if document.pages and not self.base:
            return self._pages(url, document, known, into, progress)
        headers = {} if url.endswith((".gz", ".xz", ".zip")) else {"Accept-Encoding": "gzip"}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        elif known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        with Partial(into.parent, url) as part:
            try:
                return self._answered(url, document, known, into, progress, part, headers | part.headers())
            except _OtherRestError:
                part.forget()
                return self._answered(url, document, known, into, progress, part, headers)

    def _answered(
        self,
        url: str,
        document: FeedDocument,
        known: DocumentState | None,
        into: Path,
        progress: Progress,
        part: Partial,
        headers: Mapping[str, str],
    ) -> Fetched | None:
        with self._get(url, headers) as response:
            if response.status == 304 and known:
                part.forget()
                return Fetched(known, unchanged=True)
            if response.status == 404:
                return None
            if response.status == 206 and "Range" in headers:
                if not part.continued_by(response.headers):
                    raise _OtherRestError
                saved = self._saved(part.rest(), response, url, document, progress, part.received())
            elif response.status == 200:
                kept = part.begin(response.headers, DOCUMENT_BYTES)
                with contextlib.nullcontext(kept) if kept else into.open("wb") as file:
                    saved = self._saved(file, response, url, document, progress)
            else:
                raise NetworkError(f"{url} answers with status {response.status}")
            note = DocumentState(
                url=url,
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
                sha256=saved.digest,
            )
        if part.done:
            if not part.whole():
                part.forget()
                raise NetworkError(f"the answer of {url} was cut after {saved.done} bytes", "try again")
            part.become(into)
        same = known is not None and known.sha256 == saved.digest
        return Fetched(note, path=into, unchanged=same, received=saved.received)

    def _get(self, url: str, headers: Mapping[str, str]) -> AbstractContextManager[FeedResponse]:
        try:
            return self.client.get(url, headers)
        except StatusError as error:
            if error.status == 416 and "Range" in headers:
                raise _OtherRestError from error
            raise

    @staticmethod
    def _saved(
        file: BinaryIO | None,
        response: FeedResponse,
        url: str,
        document: FeedDocument,
        progress: Progress,
        before: Iterable[bytes] = (),
    ) -> _Saving:
        assert file is not None
        saved = _Saving(file, url, document, progress)
        saved.add(before)
        saved.save(response)
        file.flush()
        return saved

    def _pages(
        self, url: str, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress
    ) -> Fetched | None:
        """All pages of a document, one after the other in one file."""
        page, last = 1, 1
        with into.open("w+b") as file:
            saved = _Saving(file, url, document, progress)
            while page <= last:
                began = saved.done
                address = url.replace("{page}", str(page))
                with self.client.get(address, {}) as response:
                    if response.status == 404 and page == 1:
                        return None
                    if response.status != 200:
                        raise NetworkError(f"{address} answers with status {response.status}")
                    saved.save(response)
                file.seek(began)
                told = re.search(document.pages, file.read().decode("utf-8", "replace"))
                file.seek(0, 2)
                if told is None or int(told[1]) > PAGES:
                    raise FeedError(f"{address} does not say how many pages there are", "its format may have changed")
                page, last = page + 1, int(told[1])
        note = DocumentState(url=url, sha256=saved.digest)
        same = known is not None and known.sha256 == saved.digest
        return Fetched(note, path=into, unchanged=same, received=saved.done)


class _OtherRestError(Exception):
    """The server continues what was begun with something else."""


class _Saving:
    """Writes answers into a file, within bounds; their size and digest grow with each."""

    def __init__(self, file: BinaryIO, url: str, document: FeedDocument, progress: Progress) -> None:
        self._file = file
        self._url = url
        self._document = document
        self._progress = progress
        self._digest = hashlib.sha256()
        self.done = 0
        self._before = 0

    def add(self, pieces: Iterable[bytes]) -> None:
        """Count what is in the file already."""
        for piece in pieces:
            self._digest.update(piece)
            self.done += len(piece)
        self._before = self.done

    @property
    def received(self) -> int:
        """How many bytes came from the server."""
        return self.done - self._before

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def save(self, response: FeedResponse) -> None:
        length = response.headers.get("Content-Length", "")
        total = self.done + int(length) if length.isascii() and length.isdigit() else None
        began = self.done
        for piece in response.chunks(CHUNK):
            if self.done == began and not self._before:
                _refuse_page(piece, self._url, xml=".xml" in self._document.path)
            self.done += len(piece)
            if self.done > DOCUMENT_BYTES:
                raise FeedError(f"{self._url} is larger than {DOCUMENT_BYTES // MIB} MiB")
            self._digest.update(piece)
            self._file.write(piece)
            self._progress(self._document.path, self.done, total)
        if self.done == began:
            raise FeedError(f"{self._url} is empty")


def _refuse_page(first: bytes, where: str, *, xml: bool) -> None:
    # Portals and proxies answer with a page and status 200; no feed starts like that.
    start = first[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<") and (not xml or b"<html" in start or start.startswith(b"<!doctype")):
        raise FeedError(f"{where} is a web page, not the feed", "is there a proxy or a login page in between?")


def pack(notes: tuple[DocumentState, ...]) -> str:
    """Encode notes as text to store with a shard."""
    return msgspec.json.encode(notes).decode()


def unpack(text: str) -> tuple[DocumentState, ...]:
    """Decode notes written by `pack`; return nothing for any other text."""
    try:
        return msgspec.json.decode(text, type=tuple[DocumentState, ...])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ()
