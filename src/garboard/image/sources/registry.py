"""Images in a registry, read without an engine: only layers missing from the cache are pulled, several at a time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial

import msgspec

from garboard.image import attestations, signatures
from garboard.image import manifest as manifests
from garboard.image import reference as references
from garboard.image.handle import Consume, Opened
from garboard.image.manifest import Descriptor, Manifest
from garboard.image.options import Options
from garboard.image.sources.distribution import NotServedError, RegistryClient
from garboard.model.errors import GarboardError, ImageError, NetworkError, OfflineError
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Image, Reference
from garboard.net.client import Client

SCHEMES: tuple[str, ...] = ("registry",)
PULLS = 4
"""Blobs pulled at the same time."""


def detect(name: str, options: Options, /) -> bool:  # noqa: ARG001 - the Source protocol's
    """Report whether the name is a valid reference: a registry is the last resort."""
    try:
        references.parse(name)
    except GarboardError:
        return False
    return True


def open(name: str, options: Options, /) -> Opened:  # noqa: A001 - the Source protocol's
    """Open the image that a reference names, from a mirror of its registry or from the registry itself."""
    reference = references.parse(name)
    if options.offline:
        raise OfflineError(
            f"offline: {name} would have to be fetched from {reference.registry}",
            "scan an image of the local engine, a docker save of it, or leave out --offline",
        )
    client = Client(ca_file=options.ca_file, limits=options.limits)
    try:
        return _first(name, reference, options, client)
    except BaseException:
        client.close()
        raise


def _first(name: str, reference: Reference, options: Options, client: Client) -> Opened:
    """Open the image at the first host that has it. A host that serves wrong content is an error; no other is tried."""
    mirrors = [mirror for registry, mirror in options.mirrors if registry == reference.registry]
    for mirror in mirrors:
        with contextlib.suppress(NotServedError, NetworkError):
            return _opened(name, mirror, reference, options, client)
    return _opened(name, reference.registry, reference, options, client)


def _opened(name: str, host: str, reference: Reference, options: Options, client: Client) -> Opened:
    repository = RegistryClient(host, reference.registry, reference.repository, options, client)
    data, digest = repository.manifest(reference.digest or reference.tag)
    document = manifests.parse(data, name)
    companions: tuple[Descriptor, ...] = ()
    above: list[str] = []
    for _ in range(manifests.DEEPEST_INDEX):
        if isinstance(document, Manifest):
            found = pull(name, reference, repository, document, digest, options, client, companions)
            found.image = msgspec.structs.replace(found.image, index_digests=tuple(above))
            return found
        above.append(digest)
        digest = manifests.choose(document.manifests, options.platform, name).digest
        if not references.is_digest(digest):
            raise ImageError(f"the index of {name} names a manifest by something else than a digest: {digest[:100]}")
        companions = attestations.beside(document, digest)
        document = manifests.parse(repository.manifest(digest)[0], name)
    raise ImageError(f"{name} nests its indexes deeper than {manifests.DEEPEST_INDEX}")


def pull(
    name: str,
    reference: Reference,
    repository: RegistryClient,
    manifest: Manifest,
    digest: str,
    options: Options,
    client: Client,
    companions: tuple[Descriptor, ...] = (),
) -> _Pull:
    """Return the image of a manifest; ``companions`` are its attestations. Closing it closes the client's connections.

    Raises the same errors as `open`.
    """
    if not references.is_digest(manifest.config.digest):
        raise ImageError(f"the manifest of {name} names its configuration by something else than a digest")
    config = repository.small_blob(manifest.config.digest)
    manifests.check_size(len(config), manifest.config, f"the configuration of {name}")
    image = manifests.image(
        config,
        manifest,
        name=name,
        source=SCHEMES[0],
        wanted=options.platform,
        manifest_digest=digest,
        tags=(reference.familiar,) if reference.tag else (),
        limits=options.limits,
    )
    return _Pull(image, manifest.layers, repository, options, client, companions)


class _StoppedError(Exception):
    """Another layer failed, and with it the whole image."""


class _Pull:
    """An image of a registry; the labels of its layers are their blobs' digests."""

    trusted = True

    def __init__(
        self,
        image: Image,
        blobs: list[Descriptor],
        repository: RegistryClient,
        options: Options,
        client: Client,
        companions: tuple[Descriptor, ...] = (),
    ) -> None:
        self.image = image
        self._companions = companions
        self._blobs = blobs
        self._repository = repository
        self._progress = options.progress
        self._signatures = options.signatures
        self._client = client
        self._stop = threading.Event()

    def identity(self, index: int) -> str:  # noqa: ARG002 - the Opened protocol's
        """Unused: a registry's content is verified."""
        return ""

    def label(self, index: int) -> str:
        """Return the blob's digest."""
        return self._blobs[index].digest

    def gaps(self) -> tuple[Gap, ...]:
        """Return none: a registry reports everything or fails."""
        return ()

    def attestations(self) -> Attestations:
        """Return the attestations from the index that led here, and the VEX documents and signatures that others attached."""
        found = attestations.read(self._companions, self.image.name, self._document)
        found = attestations.with_attached(
            found, self.image, partial(self._repository.attached, kind="att"), self._document
        )
        if not self._signatures:
            return found
        try:
            beside = signatures.read(self.image, partial(self._repository.attached, kind="sig"), self._document)
        except GarboardError as error:
            return msgspec.structs.replace(found, signatures_problem=error.message)
        return msgspec.structs.replace(found, signatures=beside)

    def _document(self, descriptor: Descriptor) -> bytes:
        if not references.is_digest(descriptor.digest):
            raise ImageError(f"an attestation names something that is no digest: {descriptor.digest[:100]}")
        if descriptor.media_type in (manifests.OCI_MANIFEST, manifests.DOCKER_MANIFEST):
            return self._repository.manifest(descriptor.digest)[0]
        return self._repository.small_blob(descriptor.digest)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Pull the distinct blobs of these layers, up to `PULLS` at once; the first error stops the others."""
        blobs = {self._blobs[index].digest: self._blobs[index] for index in sorted(need)}
        self._stop.clear()
        with ThreadPoolExecutor(PULLS, "pull") as executor:
            futures = [executor.submit(self._read, blob, consume) for blob in blobs.values()]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                self._stop.set()
        _raise_first(futures)

    def _read(self, blob: Descriptor, consume: Consume) -> None:
        chunks = self._chunks(blob)

        def verify() -> None:
            for _ in chunks:
                pass

        try:
            consume(blob.digest, chunks)
            verify()  # also what the reader did not need
        except NotServedError as error:
            if not blob.urls:
                raise
            raise ImageError(
                f"{self.image.name} has a foreign layer that its registry does not hold: {blob.digest}",
                "such layers (of Windows base images) are not fetched from elsewhere",
            ) from error
        except ImageError:
            verify()  # wrong bytes explain more than the reason why they cannot be read
            raise

    def _chunks(self, blob: Descriptor) -> Iterator[bytes]:
        if self._stop.is_set():
            raise _StoppedError
        done = 0
        for chunk in self._repository.blob(blob.digest, blob.size):
            if self._stop.is_set():
                raise _StoppedError
            done += len(chunk)
            self._progress(blob.digest, done, blob.size)
            yield chunk


def _raise_first(futures: list[Future[None]]) -> None:
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in errors:
        if not isinstance(error, _StoppedError):
            raise error
