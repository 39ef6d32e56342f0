"""A whole repository of a registry: its tags, what they name, and its images, over one set of connections."""

from __future__ import annotations

import contextlib
import threading
from typing import Final, NamedTuple

from garboard.image import manifest as manifests
from garboard.image import reference as references
from garboard.image.handle import Opened
from garboard.image.manifest import Manifest
from garboard.image.options import Options
from garboard.image.sources.distribution import NotServedError, RegistryClient
from garboard.image.sources.registry import pull
from garboard.model.errors import ImageError, NetworkError, OfflineError, UsageError
from garboard.model.image import Platform, Reference
from garboard.net.client import Client

PATIENCE: Final = 900.0
"""The longest Retry-After, in seconds, that is honored: reading a whole repository waits rather than fails."""


MOST_IMAGES: Final = 500
"""The most images of one index; real ones have about twenty."""


class Child(NamedTuple):
    """One image of an index; the platform is None if the index does not state it."""

    digest: str
    platform: Platform | None


class RemoteRepository:
    """A repository; its methods may be called from several threads. Close it when done.

    ``name`` is a reference without tag and digest. Its mirrors are tried first; the first host that lists the tags is
    used for everything else.

    Raises:
        UsageError: The name has a tag or a digest.
        OfflineError: No connection may be opened.
    """

    def __init__(self, name: str, options: Options) -> None:
        self._reference = references.parse(name)
        if self._reference.digest or name.rpartition("/")[2].find(":") > 0:
            raise UsageError(
                f"{name} is not a repository but one image of it", "leave the tag out; --tags GLOB chooses"
            )
        if options.offline:
            raise OfflineError(
                f"offline: the tags of {name} would have to be fetched from {self._reference.registry}",
                "leave out --offline",
            )
        self.mirrored = False
        """Whether a mirror listed the tags; a mirror may have only some of them."""
        self.name: Final = f"{self._reference.registry}/{self._reference.repository}"
        self._options = options
        self._stopped = threading.Event()
        self._client = Client(ca_file=options.ca_file, longest_wait=PATIENCE, pause=self._pause, limits=options.limits)
        self._repository = self._at(self._reference.registry)
        self._manifests: dict[str, bytes] = {}

    def _at(self, host: str) -> RegistryClient:
        return RegistryClient(host, self._reference.registry, self._reference.repository, self._options, self._client)

    def tags(self) -> tuple[str, ...]:
        """Return all tags, in the registry's order.

        Raises:
            ImageError: The registry does not serve the repository.
            NetworkError: The registry cannot be reached or gives a wrong answer.
        """
        mirrors = [mirror for registry, mirror in self._options.mirrors if registry == self._reference.registry]
        for mirror in mirrors:
            with contextlib.suppress(NotServedError, NetworkError):
                repository = self._at(mirror)
                found = tuple(repository.tags())
                self._repository, self.mirrored = repository, True
                return found
        return tuple(self._repository.tags())

    def digest(self, tag: str) -> str:
        """Return the digest of what a tag names now.

        Raises:
            ImageError: The registry does not serve the tag.
            NetworkError: The registry cannot be reached or gives a wrong answer.
        """
        return self._repository.digest(tag) or self._fetched(tag)

    def _fetched(self, tag: str) -> str:
        data, digest = self._repository.manifest(tag)
        self._manifests[digest] = data
        return digest

    def images(self, digest: str) -> tuple[Child, ...]:
        """Return the images of an index, or the one of a single manifest, without attestations.

        Raises:
            ImageError: It contains no image, or is of an unsupported kind (schema 1).
            NetworkError: The registry cannot be reached or gives a wrong answer.
        """
        found = tuple(dict.fromkeys(self._children(digest, manifests.DEEPEST_INDEX)))
        if len(found) > MOST_IMAGES:
            raise ImageError(f"{self.name}@{digest} names {len(found)} images; the limit is {MOST_IMAGES}")
        if not found:
            raise ImageError(
                f"{self.name}@{digest} holds no image", "its index names only attestations or nothing at all"
            )
        return found

    def _children(self, digest: str, depth: int) -> list[Child]:
        data = self._document(digest)
        document = manifests.parse(data, f"{self.name}@{digest}")
        if isinstance(document, Manifest):
            self._manifests[digest] = data  # a registry counts every fetch: do not fetch twice
            return [Child(digest, None)]
        if not depth:
            raise ImageError(f"{self.name}@{digest} nests its indexes deeper than {manifests.DEEPEST_INDEX}")
        found: list[Child] = []
        for one in document.manifests[: MOST_IMAGES + 1]:
            if not references.is_digest(one.digest):
                raise ImageError(f"the index {self.name}@{digest} names a manifest by something else than a digest")
            if one.is_index:
                found += self._children(one.digest, depth - 1)
            elif one.is_image:
                found.append(Child(one.digest, one.known_platform))
        return found

    def _document(self, digest: str) -> bytes:
        return self._manifests.pop(digest, None) or self._repository.manifest(digest)[0]

    def open(self, digest: str, tag: str) -> Opened:
        """Open the image of a manifest; ``tag`` is its name. Do not close it: the connections belong to the repository.

        Raises:
            ImageError: The manifest is not usable.
            NetworkError: The registry cannot be reached or gives a wrong answer.
        """
        name = f"{self.name}:{tag}"
        document = manifests.parse(self._document(digest), name)
        if not isinstance(document, Manifest):
            raise ImageError(f"{name}@{digest} is an index where an image was expected")
        reference = Reference(registry=self._reference.registry, repository=self._reference.repository, tag=tag)
        return pull(name, reference, self._repository, document, digest, self._options, self._client)

    def _pause(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Stop waiting for a busy registry: pending requests make their last attempts and fail."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
