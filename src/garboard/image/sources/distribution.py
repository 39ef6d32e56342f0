"""A repository of a registry: the pull part of the OCI distribution specification 1.1.

Everything that has a digest is verified against it before it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from garboard.image import credentials
from garboard.image.manifest import ACCEPT, check_digest, mismatch
from garboard.image.options import Options
from garboard.image.reference import HUB, is_digest
from garboard.image.sources.authorization import Asking, authorize, parse_challenges
from garboard.model.errors import GarboardError, ImageError, NetworkError
from garboard.net.client import Client, Response, StatusError, TlsError, host_of, leads_inward

_HUB_HOST = "registry-1.docker.io"
_PAGE = 1000
"""Tags requested at once; a registry may return fewer."""
_PAGES = 1000
_MOST_TAGS = 500_000
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*rel="?next"?(?=[\s;,]|$)')


class _Problem(msgspec.Struct):
    message: str = ""


class _Problems(msgspec.Struct):
    errors: list[_Problem] = []


class _Tags(msgspec.Struct):
    tags: list[str] | None = None


class NotServedError(ImageError):
    """A host does not serve what was requested: it does not have it, or does not allow access."""


class RegistryClient:
    """One repository at one host; may be used from several threads.

    ``host`` is the registry or a mirror; ``registry`` is the one in the reference. The login given with the command is
    used only for ``registry``.
    """

    _actions = "pull"

    def __init__(self, host: str, registry: str, path: str, options: Options, client: Client) -> None:
        scheme, separator, rest = host.partition("://")
        self.host = (rest if separator else host).rstrip("/")
        self._plain = self.host.partition("/")[0] in options.insecure
        chosen = scheme if separator else ("http" if self._plain else "https")
        self._base = f"{chosen}://{_HUB_HOST if self.host == HUB else self.host}/v2/"
        self.path = path
        self._client = client
        self._limits = options.limits
        own = options if self.host == registry else msgspec.structs.replace(options, username="", password="")
        self._login = credentials.find(self.host, path, own)
        self._authorization = ""
        self._outward: bool | None = None
        self._referring: dict[str, bytes | None] = {}
        self._lock = threading.Lock()

    def manifest(self, tag_or_digest: str) -> tuple[bytes, str]:
        """Return the bytes of a manifest or an index, and their digest.

        Raises:
            ImageError: It does not exist, may not be read, or does not match its digest.
        """
        subject = self._subject(tag_or_digest)
        if self._login and not self._authorization:
            self._ping()
        with self._get(f"manifests/{tag_or_digest}", subject, accept=ACCEPT) as response:
            data = response.read(self._limits.metadata_bytes)
            announced = response.headers.get("Docker-Content-Digest", "")
        for digest in (tag_or_digest, announced):
            if is_digest(digest):
                check_digest(data, digest, subject)
        if ":" in tag_or_digest:
            return data, tag_or_digest
        return data, announced if is_digest(announced) else f"sha256:{hashlib.sha256(data).hexdigest()}"

    def digest(self, tag: str) -> str:
        """Return the digest of what a tag names, without fetching it; empty if the registry does not report it.

        Raises the same errors as `manifest`.
        """
        if self._login and not self._authorization:
            self._ping()
        with self._get(f"manifests/{tag}", self._subject(tag), accept=ACCEPT, head=True) as response:
            announced = response.headers.get("Docker-Content-Digest", "")
        return announced if is_digest(announced) else ""

    def tags(self) -> Iterator[str]:
        """Yield all tags, page by page, in the registry's order.

        Raises:
            ImageError: The repository does not exist or may not be read.
            NetworkError: The answer is not a list of tags, or has no end.
        """
        if self._login and not self._authorization:
            self._ping()
        subject, query = f"{self.host}/{self.path}", f"n={_PAGE}"
        count = 0
        for _ in range(_PAGES):
            with self._get(f"tags/list?{query}", subject) as response:
                data = response.read(self._limits.metadata_bytes)
                link = _NEXT.search(response.headers.get("Link", ""))
            tags = _listed(data, subject)
            yield from tags
            count += len(tags)
            if count > _MOST_TAGS:
                raise NetworkError(f"{subject} lists more than {_MOST_TAGS} tags, the limit")
            # Only the query is used: a registry behind a proxy may not know its own name, and no other host is
            # contacted.
            following = urlsplit(link[1]).query if link else ""
            if not following:
                return
            if following == query:
                break
            query = following
        raise NetworkError(f"{subject} lists its tags without end: more than {_PAGES} pages, or one again and again")

    def attached(self, digest: str, kind: str) -> Iterator[tuple[str, bytes]]:
        """Yield what names artifacts that are attached to a manifest: where it was found, and its bytes.

        That is the list of referrers (OCI distribution 1.1, or its tag where a registry has no such list), and cosign's
        manifest of this kind: ``att`` (attestations) or ``sig`` (signatures).

        Raises:
            NetworkError: The registry does not answer.
        """
        tag = digest.replace(":", "-", 1)
        if digest not in self._referring:
            listed = self.referrers(digest)
            self._referring[digest] = self.tagged(tag) if listed is None else listed
        referring = self._referring[digest]
        if referring is not None:
            yield "referrers", referring
        signed = self.tagged(f"{tag}.{kind}")
        if signed is not None:
            yield "cosign", signed

    def referrers(self, digest: str) -> bytes | None:
        """Return the list of what refers to a manifest; None if the registry has no such list. Raises as `attached`."""
        try:
            with self._get(f"referrers/{digest}", self._subject(digest), accept=ACCEPT) as response:
                return response.read(self._limits.metadata_bytes)
        except NotServedError:
            return None

    def tagged(self, tag: str) -> bytes | None:
        """Return the manifest of a tag that need not exist; None if it does not. Raises as `attached`."""
        try:
            found = self.digest(tag)
            return self.manifest(found or tag)[0]
        except NotServedError:
            return None

    def small_blob(self, digest: str) -> bytes:
        """Return the bytes of a blob that is not a layer, such as a configuration."""
        with self._get(f"blobs/{digest}", self._subject(digest)) as response:
            data = response.read(self._limits.metadata_bytes)
        check_digest(data, digest, self._subject(digest))
        return data

    def blob(self, digest: str, size: int) -> Iterator[bytes]:
        """Yield a blob's bytes.

        Raises:
            ImageError: The bytes do not match the digest (raised after the last), or there are more than ``size``
                (raised at once).
        """
        subject = self._subject(digest)
        algorithm = digest.partition(":")[0]
        state = hashlib.new(algorithm)
        done = 0
        with self._get(f"blobs/{digest}", subject, resume=True) as response:
            for chunk in response.chunks():
                done += len(chunk)
                if done > size:
                    raise ImageError(f"{subject} is longer than the {size} bytes that its manifest promises")
                state.update(chunk)
                yield chunk
        found = f"{algorithm}:{state.hexdigest()}"
        if found != digest:
            raise mismatch(subject, digest, found)
        if done != size:
            raise ImageError(f"{subject} has {done} bytes, not the {size} that its manifest promises")

    def _subject(self, tag_or_digest: str) -> str:
        separator = "@" if ":" in tag_or_digest else ":"
        return f"{self.host}/{self.path}{separator}{tag_or_digest}"

    def _ping(self) -> None:
        """Log in before the first request: some registries show anonymous clients only the public part."""
        with contextlib.suppress(StatusError), self._send(self._base, "") as response:
            if response.status == 401:
                self._log_in(response, "")

    def _get(self, rest: str, subject: str, *, accept: str = "", resume: bool = False, head: bool = False) -> Response:
        url = f"{self._base}{self.path}/{rest}"
        used = self._authorization
        try:
            response = self._send(url, accept, resume=resume, head=head)
            if response.status == 401:
                self._log_in(response, used)
                response = self._send(url, accept, resume=resume, head=head)
        except StatusError as error:
            raise self._explained(error, subject) from error
        if response.status == 401:
            response.discard()
            raise self._denied(subject)
        if response.status == 404:
            response.discard()
            raise NotServedError(f"{subject} does not exist", "look at the spelling of the name and the tag")
        return response

    def _send(self, url: str, accept: str, *, resume: bool = False, head: bool = False) -> Response:
        headers = {"Accept": accept} if accept else {}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            if head:
                return self._client.head(url, headers, self._plain, outward=self._is_outward())
            return self._client.get(url, headers, self._plain, resume=resume, outward=self._is_outward())
        except TlsError as error:
            if error.plain:
                hint = f"if you trust the network, allow plain HTTP with --insecure {self.host}"
                raise NetworkError(f"the registry {self.host} does not speak TLS", hint) from error
            raise

    def _is_outward(self) -> bool:
        """Report whether the registry is elsewhere, so that neither its redirects nor its realm may lead inward."""
        if self._outward is None:
            self._outward = not leads_inward(urlsplit(self._base).hostname or "")
        return self._outward

    def _log_in(self, response: Response, used: str) -> None:
        """Answer the challenge of ``response`` unless another thread did so since ``used`` was sent."""
        challenges = parse_challenges(response.headers.get("WWW-Authenticate", ""))
        response.discard()
        with self._lock:
            if self._authorization == used:
                host, outward = host_of(self._base), self._is_outward()
                asking = Asking(self._login, self.path, host, self._plain, outward, self._actions)
                self._authorization = authorize(self._client, challenges, asking)

    def _denied(self, subject: str, said: str = "") -> NotServedError:
        message = f"{subject} does not exist, or may not be read" + (f": {said}" if said else "")
        if self._login:
            return NotServedError(message, f"the login for {self.host} does not suffice")
        return NotServedError(message, f"look at the spelling, or log in with docker login {self.host}")

    def _explained(self, error: StatusError, subject: str) -> GarboardError:
        said = _said(error.body)
        if error.status == 403:
            return self._denied(subject, said)
        return NetworkError(f"{error.message} for {subject}" + (f": {said}" if said else ""), error.hint)


def _listed(data: bytes, subject: str) -> list[str]:
    """Return the tags of one page."""
    try:
        tags = msgspec.json.decode(data, type=_Tags).tags or []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NetworkError(f"{subject} answers with no list of tags: {error}") from error
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise NetworkError(f"{subject} lists a tag that is none: {tag[:100]!r}")
    return tags


def _said(body: bytes) -> str:
    """Return a registry's own message, made safe for a terminal; empty if it has none."""
    try:
        problems = msgspec.json.decode(body, type=_Problems).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return "".join(c if c.isprintable() else " " for c in problems[0].message[:200]) if problems else ""
