"""Reads an opened image into its files: every layer once, in parallel on all cores, cached where allowed."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from garboard.image.handle import Content, Opened, OpenedTree, Region
from garboard.image.layers import directory
from garboard.image.layers import reader as layer
from garboard.image.layers.cache import Cache
from garboard.image.layers.globs import Matcher
from garboard.image.layers.merge import Merger
from garboard.image.layers.record import LayerRecord
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Files, Reader

_ROUNDS = 4
"""The number of passes over the layers: the first one, and more for paths that links lead to."""


def read(opened: Opened | OpenedTree, readers: Sequence[Reader], cache: Cache, options: Options) -> Files:
    """Return all files that the readers want, in every version.

    A layer of a local archive that differs from its claimed diff id is a gap (checked only with ``options.verify``).

    Raises:
        ImageError: A layer cannot be read, or a layer from a server does not match its digest.
    """
    by_name = {reader.NAME: reader for reader in readers}
    matcher = Matcher(readers)
    for _ in range(_ROUNDS):
        records, gaps = _records(opened, matcher, by_name, cache, options)
        merger = Merger(records, matcher, options.limits)
        files = merger.merge()
        if not merger.extras and merger.aliases == matcher.aliases:
            return Files(histories=files.histories, gaps=(*gaps, *files.gaps))
        matcher = matcher.with_extras((*matcher.extras, *merger.extras)).with_aliases(merger.aliases)
    gap = Gap(
        stage="image", subject="symbolic links", reason=f"what they lead to was looked for {_ROUNDS} times, the limit"
    )
    return Files(histories=files.histories, gaps=(*gaps, *files.gaps, gap))


def _records(
    opened: Opened | OpenedTree, matcher: Matcher, readers: Mapping[str, Reader], cache: Cache, options: Options
) -> tuple[tuple[LayerRecord, ...], tuple[Gap, ...]]:
    if isinstance(opened, OpenedTree):
        if opened.tree.archive:
            return (_archive(opened.image.name, opened.tree.archive, matcher, readers, options),), ()
        return (directory.read(opened.tree.root, matcher, readers, options.limits, only=opened.tree.only),), ()
    return _LayersOnce(opened, matcher, readers, cache, options).run()


def _archive(
    name: str, region: Region, matcher: Matcher, readers: Mapping[str, Reader], options: Options
) -> LayerRecord:
    try:
        return layer.read(region, matcher, readers, options.limits, verify=False)
    except ImageError as error:
        raise type(error)(f"{name}: {error.message}", error.hint) from error


@cache
def _empty() -> frozenset[str]:
    """Diff ids of archives without members, as builders write them."""
    return frozenset(f"sha256:{hashlib.sha256(bytes(blocks * 512)).hexdigest()}" for blocks in (*range(5), 20))


class _LayersOnce:
    def __init__(
        self, opened: Opened, matcher: Matcher, readers: Mapping[str, Reader], cache: Cache, options: Options
    ) -> None:
        self._opened = opened
        self._matcher = matcher
        self._readers = readers
        self._cache = cache
        self._options = options
        self._verify = opened.trusted or options.verify
        self._read: dict[str, LayerRecord] = {}
        self._lock = threading.Lock()
        limits = hashlib.sha256(repr(options.limits).encode()).hexdigest()[:16]
        self._suffix = f"|{matcher.key}|{limits}"

    def _key(self, index: int) -> str:
        if self._opened.trusted:
            return "diff-id:" + self._opened.image.layers[index].diff_id + self._suffix
        identity = self._opened.identity(index)
        return f"archive:{identity}{self._suffix}" if identity else ""

    def run(self) -> tuple[tuple[LayerRecord, ...], tuple[Gap, ...]]:
        layers = self._opened.image.layers
        if len(layers) > self._options.limits.layers:
            raise ImageError(f"the image has {len(layers)} layers; the limit is {self._options.limits.layers}")
        keys = [self._key(index) for index in range(len(layers))]
        look = self._opened.trusted or not self._options.verify
        records = [self._cache.get(key) if key and look else None for key in keys]
        need = [index for index, record in enumerate(records) if record is None]
        if need:
            self._opened.read(need, self._consume)
        gaps = [*self._fewer_layers()]
        for index in need:
            record = self._read[self._opened.label(index)]
            records[index] = record
            gap = self._check(index, record)
            if gap is not None:
                gaps.append(gap)
            elif keys[index]:
                self._cache.put(keys[index], record)
        return tuple(record for record in records if record is not None), (*self._opened.gaps(), *gaps)

    def _fewer_layers(self) -> Iterator[Gap]:
        """The gap for layers that the history tells of and that are not there; engines refuse such an image."""
        image = self._opened.image
        told = sum(not step.empty_layer for step in image.history)
        if told > len(image.layers):
            reason = f"its history tells of {told} layers, and it has {len(image.layers)}: some may have been taken out"
            yield Gap(stage="image", subject=image.name, reason=reason)

    def _consume(self, label: str, content: Content) -> None:
        try:
            record = layer.read(content, self._matcher, self._readers, self._options.limits, verify=self._verify)
        except ImageError as error:
            if label in error.message:
                raise
            # Code that reads bytes does not know which image they belong to.
            raise type(error)(f"layer {label} of {self._opened.image.name}: {error.message}", error.hint) from error
        with self._lock:
            self._read[label] = record

    def _check(self, index: int, record: LayerRecord) -> Gap | None:
        """Compare what was read with the diff id in the configuration; without its digest, a layer of nothing."""
        claimed = self._opened.image.layers[index].diff_id
        if not self._verify and not record.members and claimed not in _empty():
            message = (
                f"layer {index + 1} is empty, but the image's configuration says {claimed}, which no empty layer has"
            )
            return Gap(stage="image", subject=claimed, reason=message)
        if not self._verify or record.diff_id == claimed:
            return None
        message = f"layer {index + 1} is {record.diff_id}, but the image's configuration says {claimed}"
        if self._opened.trusted:
            raise ImageError(message, "the bytes are not the image's: do not use it, and tell whoever runs the server")
        return Gap(stage="image", subject=claimed, reason=message)
