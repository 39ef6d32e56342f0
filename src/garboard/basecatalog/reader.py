"""Reading the catalog: `garboard.model.baseimage.Catalog` implemented over its file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from garboard.basecatalog import rows
from garboard.basecatalog.store import Store
from garboard.model.baseimage import TOLD, Approval, BaseImage, BaseName
from garboard.model.image import Digest, Platform
from garboard.model.package import Inventory, Package

_BATCH: Final = 5000
_SHORTEST_KEY: Final = 12
"""The fewest hexadecimal digits that may identify an image."""


class ListedImage(NamedTuple):
    """One image of an index: its manifest's digest, its platform, and its creation time (empty if never examined)."""

    manifest: str
    platform: str
    created: str = ""


class StoredCatalog:
    """The images of a catalog file. Every method may raise `CatalogError`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._packages: dict[int, Package] = {}

    def below(self, diff_ids: Sequence[Digest]) -> tuple[BaseImage, ...]:
        """Return every image with at least one layer that is a prefix of these layers, the longest first."""
        chains = tuple(rows.chain_ids(diff_ids))
        if not chains:
            return ()
        query = f"SELECT id, payload FROM image WHERE chain IN ({_marks(chains)}) ORDER BY layers DESC, key"  # noqa: S608
        return self._images(query, chains)

    def named(self, repository: str, tag: str, platform: Platform) -> tuple[BaseImage, ...]:
        """Return the images that the tag names or once named: the current one first, then the most recently seen."""
        return self._images(
            "SELECT image.id, payload FROM name JOIN image ON image.id = name.image"
            " WHERE repository = ? AND tag = ? AND name.platform = ? ORDER BY current DESC, seen DESC, key",
            (repository, tag, rows.platform_key(platform)),
        )

    def of_repository(self, repository: str, platform: Platform) -> tuple[BaseImage, ...]:
        """Return all images of a repository for a platform, with all their names, by key."""
        return self._images(
            "SELECT id, payload FROM image WHERE platform = ?2"
            " AND id IN (SELECT image FROM name WHERE repository = ?1) ORDER BY key",
            (repository, rows.platform_key(platform)),
        )

    def repositories(self) -> tuple[str, ...]:
        """Return the full repository names, sorted."""
        return tuple(row[0] for row in self.store.rows("SELECT DISTINCT repository FROM name ORDER BY 1"))

    def inventories(self, keys: Iterable[str]) -> dict[str, Inventory]:
        """Return the packages of images by key; an image with unknown packages is absent.

        Equal packages of several images are the same object for the lifetime of this catalog. They have no layer and no
        ``depends_on``, and only language packages have a location.
        """
        found: list[tuple[str, tuple[int, ...], Inventory]] = []
        with self.store.snapshot():
            for some in _batches(sorted(set(keys))):
                query = f"SELECT key, packages, rest FROM image WHERE packages NOT NULL AND key IN ({_marks(some)})"  # noqa: S608
                found += [
                    (key, rows.unpack_ids(ids), rows.unpack_rest(rest))
                    for key, ids, rest in self.store.rows(query, some)
                ]
            self._load({number for _, ids, _ in found for number in ids})
        return {
            key: msgspec.structs.replace(rest, packages=tuple(self._packages[number] for number in ids))
            for key, ids, rest in found
        }

    def approvals(self) -> tuple[Approval, ...]:
        """Return the approvals in the order in which they were given."""
        query = "SELECT pattern, reason, until FROM approval ORDER BY id"
        return tuple(Approval(pattern=row[0], reason=row[1], until=row[2]) for row in self.store.rows(query))

    def images(self, repository: str = "") -> tuple[BaseImage, ...]:
        """Return the images of all repositories, or of one, for every platform, by key."""
        if repository:
            query = (
                "SELECT id, payload FROM image WHERE id IN (SELECT image FROM name WHERE repository = ?) ORDER BY key"
            )
            return self._images(query, (repository,))
        return self._images("SELECT id, payload FROM image ORDER BY key", ())

    def by_key(self, text: str) -> tuple[BaseImage, ...]:
        """Return the images with this key, or with a key that starts with it (at least 12 hexadecimal digits)."""
        start = text if ":" in text else f"sha256:{text}"
        if len(start.partition(":")[2]) < _SHORTEST_KEY:
            return ()
        query = "SELECT id, payload FROM image WHERE substr(key, 1, ?2) = ?1 OR substr(config, 1, ?2) = ?1 ORDER BY key"
        return self._images(query, (start, len(start)))

    def named_anywhere(self, repository: str, tag: str) -> tuple[BaseImage, ...]:
        """Like `named`, for every platform."""
        return self._images(
            "SELECT image.id, payload FROM name JOIN image ON image.id = name.image"
            " WHERE repository = ? AND tag = ? ORDER BY current DESC, name.platform, seen DESC, key",
            (repository, tag),
        )

    def has(self, key: str) -> bool:
        """Report whether the image with this key was read here, with its layers and packages."""
        query = "SELECT payload FROM image WHERE key = ? AND chain NOT NULL AND packages NOT NULL"
        with self.store.translated():
            return any(rows.unpack_image(payload).source != TOLD for (payload,) in self.store.rows(query, (key,)))

    def listing(self, digest: str) -> tuple[ListedImage, ...]:
        """Return the images of an index; empty if it was never read."""
        query = "SELECT manifest, platform, created FROM listing WHERE digest = ? ORDER BY position"
        return tuple(ListedImage(*row) for row in self.store.rows(query, (digest,)))

    def listed(self) -> frozenset[str]:
        """Return the indexes and single manifests that were read."""
        return frozenset(row[0] for row in self.store.rows("SELECT DISTINCT digest FROM listing"))

    def tags_built(self, repository: str) -> tuple[tuple[str, ...], ...]:
        """Return the tags that a repository's maintainers build now, grouped by image; empty if no list is known."""
        shared: defaultdict[int, list[str]] = defaultdict(list)
        for share, tag in self.store.rows(
            "SELECT share, tag FROM library WHERE repository = ? ORDER BY share, tag", (repository,)
        ):
            shared[share].append(tag)
        return tuple(tuple(tags) for tags in shared.values())

    def libraries(self) -> tuple[str, ...]:
        """Return the repositories that have a known list of tags, sorted."""
        return tuple(row[0] for row in self.store.rows("SELECT DISTINCT repository FROM library ORDER BY 1"))

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def _images(self, query: str, values: tuple[object, ...]) -> tuple[BaseImage, ...]:
        with self.store.snapshot():
            found = dict(self.store.rows(query, values))
            names = self._names(list(found))
            return tuple(
                msgspec.structs.replace(rows.unpack_image(payload), names=names.get(number, ()))
                for number, payload in found.items()
            )

    def _names(self, images: Sequence[int]) -> dict[int, tuple[BaseName, ...]]:
        """Return the names of images by row, newest specific tag first."""
        found: defaultdict[int, list[BaseName]] = defaultdict(list)
        libraries = set(self.libraries()) if images else set()
        built = {
            row
            for some in _batches(sorted(libraries))
            for row in self.store.rows(
                f"SELECT DISTINCT repository, tag FROM library WHERE repository IN ({_marks(some)})",  # noqa: S608
                some,
            )
        }
        for some in _batches(images):
            query = (
                f"SELECT image, repository, tag, index_digest, seen, current FROM name WHERE image IN ({_marks(some)})"  # noqa: S608
            )
            for number, repository, tag, index, seen, current in self.store.rows(query, some):
                found[number].append(
                    BaseName(
                        repository=repository,
                        tag=tag,
                        index_digest=index,
                        seen=seen,
                        current=bool(current),
                        supported=(repository, tag) in built if repository in libraries else None,
                    )
                )
        return {number: tuple(sorted(set(names), key=lambda name: name.rank)) for number, names in found.items()}

    def _load(self, wanted: set[int]) -> None:
        missing = sorted(wanted - self._packages.keys())
        for some in _batches(missing):
            query = f"SELECT id, payload FROM package WHERE id IN ({_marks(some)})"  # noqa: S608
            for number, payload in self.store.rows(query, some):
                self._packages[number] = rows.unpack_package(payload)
        if lost := wanted - self._packages.keys():
            from garboard.model.errors import CatalogError

            raise CatalogError(
                f"the catalog {self.store.path} is damaged: it has no package {min(lost)}", "make it anew"
            )


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _batches(values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    for start in range(0, len(values), _BATCH):
        yield tuple(values[start : start + _BATCH])
