"""A repository of a registry that is written to: the push part of the OCI distribution specification 1.1."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from garboard.image.sources.distribution import NotServedError, RegistryClient
from garboard.model.errors import NetworkError
from garboard.net.client import Response, StatusError


class Publisher(RegistryClient):
    """One repository at one host, with a login that may write."""

    _actions = "pull,push"

    def has_blob(self, digest: str) -> bool:
        """Report whether the repository has a blob."""
        try:
            self._get(f"blobs/{digest}", self._subject(digest), head=True).discard()
        except NotServedError:
            return False
        return True

    def upload(self, path: Path, digest: str) -> None:
        """Upload a file as a blob, in one piece.

        Raises:
            ImageError: The registry does not allow it.
            NetworkError: The registry does not take it.
        """
        subject = self._subject(digest)
        begin = self._write(self._begin, subject, 202)
        place = urljoin(f"{self._base}{self.path}/blobs/uploads/", begin.headers.get("Location", ""))
        begin.discard()
        parts = urlsplit(place)
        place = parts._replace(query=f"{parts.query}&digest={digest}" if parts.query else f"digest={digest}").geturl()
        own = parts[:2] == urlsplit(self._base)[:2]
        kind = {"Content-Type": "application/octet-stream"}

        def put(headers: dict[str, str]) -> Response:
            return self._client.put(
                place, path, kind | (headers if own else {}), self._plain, outward=self._is_outward()
            )

        self._write(put, subject, 201).discard()

    def publish(self, tag: str, data: bytes, media_type: str) -> str:
        """Store a manifest under a tag and return its digest.

        Raises:
            ImageError: The registry does not allow it.
            NetworkError: The registry does not take it.
        """
        url, kind = f"{self._base}{self.path}/manifests/{tag}", {"Content-Type": media_type}

        def put(headers: dict[str, str]) -> Response:
            return self._client.put(url, data, kind | headers, self._plain, outward=self._is_outward())

        self._write(put, self._subject(tag), 201).discard()
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def _begin(self, headers: dict[str, str]) -> Response:
        url = f"{self._base}{self.path}/blobs/uploads/"
        return self._client.post(url, b"", headers, self._plain, outward=self._is_outward())

    def _write(self, send: Callable[[dict[str, str]], Response], subject: str, expected: int) -> Response:
        """Send a request, again after a login if the registry asks for one."""
        if self._login and not self._authorization:
            self._ping()
        used = self._authorization
        try:
            response = send(self._headers())
            if response.status == 401:
                self._log_in(response, used)
                response = send(self._headers())
        except StatusError as error:
            raise self._explained(error, subject) from error
        if response.status in {401, 404}:
            response.discard()
            raise self._denied(subject)
        if response.status != expected:
            response.discard()
            raise NetworkError(f"{subject} was not taken: the registry answers with status {response.status}")
        return response

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self._authorization} if self._authorization else {}
