"""Fetching a feed's documents from upstream, a mirror's address or a mirror's directory, with as few bytes as possible."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec

from garboard.model.base import Value
from garboard.model.errors import FeedError, NetworkError, OfflineError
from garboard.model.feed import FeedDocument

MIB = 1024 * 1024
DOCUMENT_BYTES = 8 * 1024 * MIB
CHUNK = 256 * 1024

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
        for name in (document.path, *document.other_paths):
            path = self.root / name
            if path.is_file():
                return _local(path, name, known, progress)
        if document.optional:
            return Fetched(DocumentState(absent=True), unchanged=known is not None and known.absent)
        raise FeedError(f"the mirror {self.root} has no {document.path}")


def _local(path: Path, name: str, known: DocumentState | None, progress: Progress) -> Fetched:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            _refuse_page(file.read(512), str(path))
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
        for url in self._addresses(document, known):
            try:
                found = self._ask(url, document, known if known and known.url == url else None, into, progress)
            except OfflineError:
                raise
            except NetworkError as error:
                refusals.append(error)
                continue
            if found is not None:
                return found
            if not document.optional:
                refusals.append(FeedError(f"{url} is not there (404)"))
        if refusals:
            raise refusals[0]
        return Fetched(DocumentState(absent=True), unchanged=known is not None and known.absent)

    def _addresses(self, document: FeedDocument, known: DocumentState | None) -> list[str]:
        if self.base:
            paths = (document.path, *document.other_paths)
            found = [f"{self.base}/{quote(path, safe='/:')}" for path in paths]
        else:
            found = [document.url, *document.other_urls]
        return sorted(found, key=lambda url: not (known and known.url == url))

    def _ask(
        self, url: str, document: FeedDocument, known: DocumentState | None, into: Path, progress: Progress
    ) -> Fetched | None:
        headers = {} if url.endswith((".gz", ".xz", ".zip")) else {"Accept-Encoding": "gzip"}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        elif known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        with self.client.get(url, headers) as response:
            if response.status == 304 and known:
                return Fetched(known, unchanged=True)
            if response.status == 404:
                return None
            if response.status != 200:
                raise NetworkError(f"{url} answers with status {response.status}")
            sha256, size = _save(response, url, document.path, into, progress)
            note = DocumentState(
                url=url,
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
                sha256=sha256,
            )
        same = known is not None and known.sha256 == sha256
        return Fetched(note, path=into, unchanged=same, received=size)


def _save(response: FeedResponse, url: str, label: str, into: Path, progress: Progress) -> tuple[str, int]:
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isascii() and length.isdigit() else None
    digest, done = hashlib.sha256(), 0
    with into.open("wb") as file:
        for piece in response.chunks(CHUNK):
            if not done:
                _refuse_page(piece, url)
            done += len(piece)
            if done > DOCUMENT_BYTES:
                raise FeedError(f"{url} is larger than {DOCUMENT_BYTES // MIB} MiB")
            digest.update(piece)
            file.write(piece)
            progress(label, done, total)
    if not done:
        raise FeedError(f"{url} is empty")
    return digest.hexdigest(), done


def _refuse_page(first: bytes, where: str) -> None:
    # Portals and proxies answer with a page and status 200; no feed starts like that.
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
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
