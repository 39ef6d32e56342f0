"""Fills the catalog from a registry's repository, from single images, and from published data on official images.

Every image is stored as soon as it is read: an interrupted run continues from there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fnmatch
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import msgspec

from garboard import image as images
from garboard.basecatalog import official_images, repo_info
from garboard.basecatalog.reader import ListedImage
from garboard.basecatalog.writer import Writer
from garboard.image import platform as platforms
from garboard.image import reference as references
from garboard.image.handle import Opened, OpenedInventory, OpenedTree
from garboard.image.layers.cache import Cache
from garboard.image.options import Options
from garboard.image.repository import RemoteRepository
from garboard.model.base import Value
from garboard.model.baseimage import BaseImage, BaseName
from garboard.model.errors import CatalogError, GarboardError, ImageError, NetworkError, UsageError
from garboard.model.gap import Gap
from garboard.model.image import Image, Platform
from garboard.model.package import Inventory
from garboard.model.timestamp import rfc3339
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.workflows.scan import known, nothing_found

LOOKS: Final = 4
"""How many tags a registry is asked about at the same time."""
_AHEAD: Final = 32
"""How many tags are asked about before the first of them is processed."""
_FAILURES: Final = 3
"""How many tags in a row the network may fail for before the rest is skipped."""
_COMPANION: Final = re.compile(r"sha256-[0-9a-f]{64}(?:\.\w+)?", re.ASCII)
"""Tags of an image's companions (OCI distribution's referrers, cosign)."""
_REGISTRIES: Final = frozenset(("registry",))

Tell = Callable[[int, int, str, str], None]
"""Called with the number of a tag (starting at 1), the number of tags, the tag, and what became of it."""


class Synced(Value):
    """What a synchronization did. Numbers are of images; ``tags``, ``companions`` and ``gone`` are of tags.

    ``companions`` are signatures and attestations: they are stored under tags of their own and are not images. ``gaps``
    are what could not be read. ``gone`` are names that the repository no longer has.
    """

    tags: int = 0
    companions: int = 0
    read: int = 0
    unchanged: int = 0
    older: int = 0
    other: int = 0
    gone: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SyncFilter:
    """``tags`` are globs, none for all; ``platforms`` is None for all; ``since`` is a date (``YYYY-MM-DD``)."""

    tags: tuple[str, ...] = ()
    platforms: tuple[Platform, ...] | None = None
    since: str = ""


def sync(
    remote: RemoteRepository,
    writer: Writer,
    wanted: SyncFilter,
    *,
    now: dt.datetime,
    cache: Cache,
    options: Options,
    tell: Tell = lambda _number, _count, _tag, _what: None,
) -> Synced:
    """Bring a repository's images into the catalog; images that are already there are not read again.

    Images are read one after the other, with several layers of each at a time; a layer in the cache is not pulled. A
    tag that cannot be read becomes a gap.

    Raises:
        GarboardError: the tags cannot be listed, the network fails for several tags in a row, or the catalog cannot be
            written. What was read until then is kept.
    """
    return _Sync(remote, writer, wanted, now, cache, options, tell).run()


class _Sync:
    def __init__(
        self,
        remote: RemoteRepository,
        writer: Writer,
        wanted: SyncFilter,
        now: dt.datetime,
        cache: Cache,
        options: Options,
        tell: Tell,
    ) -> None:
        self._remote = remote
        self._writer = writer
        self._wanted = wanted
        self._now = now
        self._cache = cache
        self._options = options
        self._tell = tell
        self._opened: dict[str, Opened] = {}
        self._counts = dict.fromkeys(("read", "unchanged", "older", "other"), 0)
        self._gaps: list[Gap] = []
        self._failures = 0
        self._at = (0, 0)

    def run(self) -> Synced:
        tags = self._remote.tags()
        companions = sum(_COMPANION.fullmatch(tag) is not None for tag in tags)
        chosen = [tag for tag in tags if not _COMPANION.fullmatch(tag) and _matches(tag, self._wanted.tags)]
        with ThreadPoolExecutor(LOOKS, "look") as pool:
            try:
                for number, (tag, future) in enumerate(_ahead(pool, self._remote.digest, chosen), 1):
                    self._at = (number, len(chosen))
                    self._tag(tag, future)
            except BaseException:
                self._remote.stop()
                raise
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        # A mirror may list what it happens to have; and no tags at all are rather a fault than the end of a repository.
        gone = self._writer.gone(self._remote.name, tags) if tags and not self._remote.mirrored else 0
        return Synced(tags=len(chosen), companions=companions, gone=gone, gaps=tuple(self._gaps), **self._counts)

    def _tag(self, tag: str, future: Future[str]) -> None:
        digest = ""
        try:
            digest = future.result()
            listing = self._writer.catalog.listing(digest) or self._list(digest, tag)
            self._images(tag, digest, listing)
        except (ImageError, NetworkError) as error:
            if digest:
                self._leave(tag, digest)
            self._gap(tag, error)
            self._failures = self._failures + 1 if isinstance(error, NetworkError) else 0
            if self._failures == _FAILURES:
                raise NetworkError(
                    f"stopped: {_FAILURES} tags in a row could not be read: {error.message}",
                    "all that was read is kept; the same command goes on from there",
                ) from error
        else:
            self._failures = 0
        finally:
            self._opened.clear()

    def _gap(self, tag: str, error: GarboardError) -> None:
        self._gaps.append(Gap(stage="bases", subject=f"{self._remote.name}:{tag}", reason=error.message))
        self._tell(*self._at, tag, f"not read: {error.message}")

    def _leave(self, tag: str, digest: str) -> None:
        """Detach the tag from its old image: it now names something that cannot be read."""
        for base in self._writer.catalog.named_anywhere(self._remote.name, tag):
            own = (name for name in base.names if (name.repository, name.tag) == (self._remote.name, tag))
            seen_as = {base.key} | {name.index_digest for name in own}
            if digest not in seen_as:
                self._writer.point(self._name(tag, digest), base.image.platform, "")

    def _name(self, tag: str, digest: str, manifest: str = "") -> BaseName:
        index = digest if digest != manifest else ""
        return BaseName(repository=self._remote.name, tag=tag, index_digest=index, seen=rfc3339(self._now))

    def _list(self, digest: str, tag: str) -> tuple[ListedImage, ...]:
        found = []
        for child in self._remote.images(digest):
            platform, created = child.platform, ""
            if platform is None:
                opened = self._opened[child.digest] = self._remote.open(child.digest, tag)
                platform, created = opened.image.platform, opened.image.created
            found.append(ListedImage(child.digest, str(platforms.normalize(platform)), created))
        self._writer.list(digest, found)
        return tuple(found)

    def _images(self, tag: str, digest: str, listing: Sequence[ListedImage]) -> None:
        chosen, missing = _chosen(listing, self._wanted.platforms)
        for platform in missing:
            self._writer.point(self._name(tag, digest), platform, "")
        if not chosen:
            self._counted(tag, "other", "no image for the platforms that were asked for")
        for one in chosen:
            self._image(tag, digest, one)

    def _image(self, tag: str, digest: str, one: ListedImage) -> None:
        name = self._name(tag, digest, one.manifest)
        if self._writer.catalog.has(one.manifest):
            self._writer.point(name, _platform(one.platform), one.manifest)
            self._counted(tag, "unchanged", f"{one.platform}: unchanged")
            return
        opened = None
        created = one.created
        if not created:
            opened = self._opened.pop(one.manifest, None) or self._remote.open(one.manifest, tag)
            created = opened.image.created
            self._writer.dated(one.manifest, created)
        if created and created[:10] < self._wanted.since:
            self._writer.point(name, _platform(one.platform), "")
            self._counted(tag, "older", f"{one.platform}: made {created[:10]}, older than asked for")
            return
        opened = opened or self._opened.pop(one.manifest, None) or self._remote.open(one.manifest, tag)
        inventory = _assembled(opened, self._cache, self._options)
        self._writer.add(described(opened.image, inventory, (name,), self._now), inventory)
        self._counted(tag, "read", f"{one.platform}: read, {len(inventory.packages)} packages")

    def _counted(self, tag: str, kind: str, what: str) -> None:
        self._counts[kind] += 1
        self._tell(*self._at, tag, what)


def _matches(tag: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatch.fnmatchcase(tag, glob) for glob in globs)


def _ahead(
    pool: ThreadPoolExecutor, function: Callable[[str], str], items: Iterable[str]
) -> Iterator[tuple[str, Future[str]]]:
    """Each item with its pending result, in order; at most `_AHEAD` are requested before they are taken."""
    waiting: deque[tuple[str, Future[str]]] = deque()
    for item in items:
        waiting.append((item, pool.submit(function, item)))
        if len(waiting) == _AHEAD:
            yield waiting.popleft()
    yield from waiting


def _assembled(opened: Opened, cache: Cache, options: Options) -> Inventory:
    """An image's packages. An empty inventory is a gap of it, as it would otherwise look like the best of all bases."""
    found = assemble(images.read(opened, CATALOGERS, cache, options))
    return msgspec.structs.replace(found, gaps=(*found.gaps, *nothing_found(opened.image, found)))


def _platform(text: str) -> Platform:
    """A platform as a listing stores it; whatever the registry said, it is no reason to stop."""
    os, _, rest = text.partition("/")
    architecture, _, variant = rest.partition("/")
    return Platform(os=os, architecture=architecture, variant=variant)


def _chosen(
    listing: Sequence[ListedImage], wanted: tuple[Platform, ...] | None
) -> tuple[tuple[ListedImage, ...], tuple[Platform, ...]]:
    """The images that suit the platforms best, each once, and the platforms that none suits."""
    if wanted is None:
        return tuple(listing), ()
    there = [_platform(one.platform) for one in listing]
    at = {platform: platforms.choose(there, platform) for platform in wanted}
    numbers = sorted({index for index in at.values() if index is not None})
    return tuple(listing[index] for index in numbers), tuple(one for one, index in at.items() if index is None)


def described(image: Image, inventory: Inventory | None, names: tuple[BaseName, ...], now: dt.datetime) -> BaseImage:
    """An image as the catalog stores it."""
    sizes = [layer.size for layer in image.layers]
    distro = inventory.distro if inventory else None
    return BaseImage(
        key=image.manifest_digest or image.config_digest,
        image=image,
        names=tuple(sorted(names, key=lambda name: name.rank)),
        size=None if None in sizes else sum(size for size in sizes if size is not None),
        distro=f"{distro.id} {distro.version}".strip() if distro else "",
        packages=len(inventory.packages) if inventory else None,
        source=image.source,
        added=rfc3339(now),
    )


def add(
    reference: str, writer: Writer, *, now: dt.datetime, cache: Cache, options: Options, names: Sequence[str] = ()
) -> BaseImage:
    """Read one image from anywhere into the catalog; its names are its own tags and ``names``.

    Layers are compared with the diff ids that the image claims for them, because images are recognized by these. A tag
    that belongs to another image of the catalog is taken over only from a registry, which is authoritative.

    Raises:
        GarboardError: the image cannot be read, has no layers, or is not what it claims to be.
    """
    options = msgspec.structs.replace(options, verify=True)
    opened = images.load(reference, options)
    if isinstance(opened, OpenedTree | OpenedInventory):
        raise UsageError(f"{reference} has no layers by which images on top of it could be recognised", "name an image")
    try:
        image, inventory = opened.image, _assembled(opened, cache, options)
    finally:
        opened.close()
    diff_ids = {layer.diff_id for layer in image.layers}
    for gap in inventory.gaps:
        if gap.subject in diff_ids:
            raise ImageError(f"{reference} is not what it claims: {gap.reason}", "it is not taken into the catalog")
    if not image.layers:
        raise UsageError(f"{reference} has no layers by which images on top of it could be recognised", "name an image")
    told = tuple(dict.fromkeys(_names((*names, *image.tags), now)))
    if image.source in _REGISTRIES:
        told = tuple(_indexed(name, image, options) for name in told)
    base = described(image, inventory, told, now)
    writer.add(base, inventory, moved=image.source in _REGISTRIES)
    return base


def _names(texts: Iterable[str], now: dt.datetime) -> Iterator[BaseName]:
    for text in texts:
        reference = references.parse(text)
        if reference.tag:
            yield BaseName(
                repository=f"{reference.registry}/{reference.repository}", tag=reference.tag, seen=rfc3339(now)
            )


def _indexed(name: BaseName, image: Image, options: Options) -> BaseName:
    """The name with the index through which it led to the image: a Dockerfile may name the index by its digest."""
    with (
        contextlib.suppress(ImageError, NetworkError),
        contextlib.closing(RemoteRepository(name.repository, options)) as remote,
    ):
        digest = remote.digest(name.tag)
        if digest != image.manifest_digest and image.manifest_digest in {one.digest for one in remote.images(digest)}:
            return msgspec.structs.replace(name, index_digest=digest)
    return name


def import_repo_info(
    writer: Writer, files: Iterable[tuple[str, bytes]], *, now: dt.datetime
) -> tuple[int, tuple[Gap, ...]]:
    """Import documents of a ``repo-info`` tree, by path; returns how many images, and what could not be read."""
    count, gaps = 0, []
    for path, data in files:
        where = repo_info.document(path)
        if where is None:
            gaps.append(Gap(stage="bases", subject=path, reason="is no repos/NAME/local/TAG.md or remote/TAG.md"))
            continue
        try:
            entries = repo_info.parse(data, where)
        except CatalogError as error:
            gaps.append(Gap(stage="bases", subject=path, reason=error.message))
            continue
        for entry in entries:
            inventory = known(entry.inventory) if entry.inventory else None
            names = tuple(msgspec.structs.replace(name, seen=min(name.seen, rfc3339(now))) for name in entry.base.names)
            base = described(entry.base.image, inventory, names, now)
            writer.add(msgspec.structs.replace(base, size=entry.base.size), inventory)
            count += 1
        if not entries or (where.kind == "local" and entries[0].inventory is None):
            reason = "no image is told there" if not entries else "its packages are not known: the list is not whole"
            gaps.append(Gap(stage="bases", subject=path, reason=reason))
    return count, tuple(gaps)


def import_official_images(writer: Writer, files: Iterable[tuple[str, bytes]]) -> tuple[int, int]:
    """Import library files of ``official-images``, by name; returns how many files and tags.

    Raises:
        CatalogError: a file is not a library file.
    """
    count = tags = 0
    for name, data in files:
        library = official_images.parse(data, name)
        writer.build(library.repository, library.shared)
        count += 1
        tags += len({tag for shared in library.shared for tag in shared})
    return count, tags
