"""A whole catalog in one shareable file: lines of JSON, compressed with zstd.

The first line is a `BundleHeader`, the last an `End` that counts the others. Between them are packages, numbered by
position; images, which refer to their packages by those numbers; index contents; the tags that maintainers build; and
approvals. The format is plain data rather than a SQLite file because it comes from other people: every line is checked
as it is read. The same catalog always produces the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from garboard.basecatalog import rows
from garboard.basecatalog.reader import ListedImage, StoredCatalog
from garboard.basecatalog.writer import Held, Writer
from garboard.compression import ZSTD, Bounds, Damaged, TooLarge, chunks_of, decompressed, stream, zstd_writer
from garboard.model.base import Value
from garboard.model.baseimage import Approval, BaseImage
from garboard.model.errors import CatalogError
from garboard.model.limits import MIB
from garboard.model.package import Inventory, Package
from garboard.model.timestamp import rfc3339

FORMAT: Final = 1
_LEVEL: Final = 9
_LONGEST_LINE: Final = 8 * MIB
"""An image of 100,000 packages takes 1 MiB; its configuration is no longer than this."""
_LONGEST: Final = 2 * 1024 * MIB
_MOST_PACKAGES: Final = 500_000
"""The most distinct packages of all images. Reading a bundle keeps only a few bytes in memory for each."""
_MOST_OF_ONE: Final = 100_000
"""The most packages of one image."""
_MOST_PARTS: Final = 10_000
"""The most layers, history steps, names or gaps of one image: a few bytes each in the file, but many in memory."""
_BATCH: Final = 1000
_DIGEST: Final = re.compile(r"sha(?:256|512):[0-9a-f]{64,128}", re.ASCII)


class BundleHeader(Value, tag="header", omit_defaults=False):
    """Marks the start of a catalog."""

    format: int


class OnePackage(Value, tag="package"):
    """A package; the first one has number 0."""

    package: Package


class OneImage(Value, tag="image"):
    """An image with its names.

    ``packages`` holds package numbers, or None if the packages are unknown; ``rest`` has no packages.
    """

    image: BaseImage
    packages: tuple[int, ...] | None = None
    rest: Inventory = Inventory()


class OneListing(Value, tag="listing"):
    """The contents of an index. No longer written or imported: only a registry can say what an index holds."""

    digest: str
    images: tuple[ListedImage, ...]


class OneLibrary(Value, tag="library"):
    """The tags of a repository that are currently built."""

    repository: str
    shared: tuple[tuple[str, ...], ...]


class OneApproval(Value, tag="approval"):
    """An approval given by an organization."""

    approval: Approval


class End(Value, tag="end", omit_defaults=False):
    """The bundle is complete if this many lines lie between the header and this line."""

    lines: int


Line = BundleHeader | OnePackage | OneImage | OneListing | OneLibrary | OneApproval | End


class Imported(Value):
    """How much a bundle held; ``approvals`` counts those left out, or those imported if that was requested."""

    images: int = 0
    packages: int = 0
    approvals: int = 0


def export(catalog: StoredCatalog, target: Path) -> str:
    """Write the catalog and return the digest of the file (``sha256:…``). An existing file is replaced atomically.

    Raises:
        CatalogError: The file cannot be written.
    """
    encoder = msgspec.json.Encoder()
    aside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with catalog.store.snapshot(), zstd_writer(aside, _LEVEL) as packed:
            for line in _lines(catalog):
                packed.write(encoder.encode(line) + b"\n")
        aside.replace(target)
        return _digest(target)
    except OSError as error:
        raise CatalogError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def _lines(catalog: StoredCatalog) -> Iterator[Line]:
    yield BundleHeader(format=FORMAT)
    count = 0
    for line in _content(catalog):
        yield line
        count += 1
    yield End(lines=count)


def _content(catalog: StoredCatalog) -> Iterator[Line]:
    numbers: dict[int, int] = {}
    kept = {key: rest for key, *rest in catalog.store.rows("SELECT key, packages, rest FROM image")}
    used = {number for packages, _ in kept.values() if packages is not None for number in rows.unpack_ids(packages)}
    for number, payload in catalog.store.rows("SELECT id, payload FROM package ORDER BY digest"):
        if number in used:
            numbers[number] = len(numbers)
            yield OnePackage(package=rows.unpack_package(payload))
    for base in catalog.images():
        packages, rest = kept[base.key]
        ids = None if packages is None else tuple(numbers[number] for number in rows.unpack_ids(packages))
        yield OneImage(image=base, packages=ids, rest=rows.unpack_rest(rest))
    for repository in catalog.libraries():
        yield OneLibrary(repository=repository, shared=catalog.tags_built(repository))
    for approval in catalog.approvals():
        yield OneApproval(approval=approval)


def unpack(writer: Writer, bundle: Path, digest: str = "", *, now: dt.datetime, approvals: bool = False) -> Imported:
    """Add a bundle's content to a catalog.

    Existing content stays. New content is marked as reported by others, so that it is read directly when possible. The later of
    two sightings of a name counts, but no sighting counts as later than ``now``: a wrong clock elsewhere does not
    outlive the next synchronization.

    The whole file is read and checked before anything is written; then either all of it is written or nothing.
    Approvals are an organization's own decision, so those of a bundle are imported only with ``approvals``.

    Raises:
        CatalogError: The bundle's digest is not the given one, or the bundle is damaged or in another format.
    """
    found = _digest_of(bundle)
    if digest and digest.removeprefix("sha256:").lower() != found.removeprefix("sha256:"):
        raise CatalogError(
            f"the bundle {bundle} has the digest {found}, not {digest}", "it was damaged or exchanged: fetch it again"
        )
    for _ in _checked(bundle):
        pass
    with writer.together():
        return _written(writer, bundle, now, approvals=approvals)


def _written(writer: Writer, bundle: Path, now: dt.datetime, *, approvals: bool) -> Imported:
    """Write packages as they arrive; only their numbers in the catalog are kept in memory."""
    ids, waiting = array("q"), list[Package]()
    images = given = 0
    for line in _checked(bundle):
        if waiting and (len(waiting) == _BATCH or not isinstance(line, OnePackage)):
            ids.extend(writer.hold(waiting))
            waiting.clear()
        match line:
            case OnePackage():
                waiting.append(line.package)
            case OneImage():
                _keep(writer, line, ids, now)
                images += 1
            case OneLibrary():
                writer.build(line.repository, line.shared)
            case OneApproval():
                given += 1
                if approvals:
                    writer.approve(line.approval)
            case _:
                pass
    return Imported(images=images, packages=len(ids), approvals=given)


def _keep(writer: Writer, line: OneImage, ids: Sequence[int], now: dt.datetime) -> None:
    """Keep an image. A tag that was seen later here than in the bundle stays where it is."""
    held = None
    if line.packages is not None:
        held = Held([ids[number] for number in line.packages], line.rest)
    latest = rfc3339(now)
    names = tuple(msgspec.structs.replace(name, seen=min(name.seen, latest)) for name in line.image.names)
    writer.tell(msgspec.structs.replace(line.image, names=names, added=min(line.image.added, latest)), held)


def _checked(bundle: Path) -> Iterator[Line]:
    """Yield all lines except the first and the last.

    Raises:
        CatalogError: Something is wrong; raised as soon as it is found.
    """
    try:
        yield from _sound(_decoded(bundle))
    except TooLarge as error:
        raise _too_long() from error
    except (OSError, EOFError, Damaged) as error:
        raise CatalogError(f"the bundle {bundle} is damaged: {error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogError(f"the bundle {bundle} is no catalog of garboard: {error}") from error


def _decoded(bundle: Path) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    with bundle.open("rb") as packed:
        lines = stream(decompressed(chunks_of(packed), Bounds(_LONGEST), (ZSTD,), plain=False))
        while text := lines.readline(_LONGEST_LINE):
            if len(text) == _LONGEST_LINE:
                raise _too_long()
            yield decoder.decode(text)


def _too_long() -> CatalogError:
    return CatalogError(f"the bundle is longer than the limits: {_LONGEST_LINE} bytes a line, {_LONGEST} in all")


def _sound(lines: Iterator[Line]) -> Iterator[Line]:
    first = next(lines, None)
    if not isinstance(first, BundleHeader):
        raise CatalogError("this is not a catalog of garboard: it has no header")
    if first.format != FORMAT:
        raise CatalogError(
            f"the bundle has format {first.format}, this program reads {FORMAT}", "export it with the same version"
        )
    packages = _Packages()
    for count, line in enumerate(lines):
        if isinstance(line, End):
            if line.lines != count:
                raise CatalogError(f"the bundle is damaged: it has {count} lines instead of {line.lines}")
            packages.end()
            return
        if isinstance(line, OnePackage):
            packages.add(line.package)
        elif isinstance(line, OneImage):
            _check(line, len(packages.used))
            packages.use(line.packages or ())
        yield line
    raise CatalogError("the bundle is cut short: its last line is missing")


class _Packages:
    """Remembers a bundle's packages, to check that each occurs once and belongs to an image.

    A line of a few bytes that is repeated many times takes almost no space in a compressed file, but a package in
    memory.
    """

    def __init__(self) -> None:
        self.used = bytearray()
        self._digests: set[bytes] = set()

    def add(self, package: Package) -> None:
        """Add a package."""
        if len(self.used) == _MOST_PACKAGES:
            raise CatalogError(f"the bundle has more distinct packages than the limit of {_MOST_PACKAGES}")
        digest, _ = rows.pack_package(rows.interned(package))
        if digest in self._digests:
            raise CatalogError(f"the bundle has a package twice: {package.name[:100]} {package.version[:100]}")
        self._digests.add(digest)
        self.used.append(0)

    def use(self, numbers: Iterable[int]) -> None:
        """Mark packages as used by an image."""
        for number in numbers:
            self.used[number] = 1

    def end(self) -> None:
        """Check, after the last image, that every package was used."""
        if unused := self.used.count(0):
            raise CatalogError(f"the bundle has {unused} packages that no image of it has")


def _check(line: OneImage, packages: int) -> None:
    """Check an image: its key is one of its digests, its packages exist, and its diff ids are digests."""
    base = line.image
    if base.key not in {base.image.manifest_digest, base.image.config_digest} or not _DIGEST.fullmatch(base.key):
        raise CatalogError(f"the bundle has an image whose key is none of its digests: {base.key[:100]}")
    if line.packages is not None and len(line.packages) > _MOST_OF_ONE:
        raise CatalogError(f"the bundle has an image of more packages than the limit of {_MOST_OF_ONE}: {base.key}")
    parts = (base.image.layers, base.image.history, base.names, line.rest.gaps)
    if any(len(each) > _MOST_PARTS for each in parts):
        raise CatalogError(f"the bundle has an image of more than {_MOST_PARTS} layers, names or the like: {base.key}")
    if any(not 0 <= number < packages for number in line.packages or ()):
        raise CatalogError(f"the bundle has an image with packages that it does not hold: {base.key}")
    if not all(not layer.diff_id or _DIGEST.fullmatch(layer.diff_id) for layer in base.image.layers):
        raise CatalogError(f"the bundle has an image with a layer that is no digest: {base.key}")


def _digest_of(bundle: Path) -> str:
    try:
        return _digest(bundle)
    except OSError as error:
        raise CatalogError(f"cannot read the bundle {bundle}: {error.strerror}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
