"""An opened local archive: its layers are regions of mapped files.

Compressed layers are read by as many threads as there are cores, because decompression does not need the interpreter.
Walking an uncompressed layer is interpreter work only, so threads would just block each other.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Sequence

import msgspec

from garboard.image.blobs import Blobs
from garboard.image.handle import Consume, Content, Region
from garboard.image.layers.compression import HEAD, is_compressed
from garboard.image.manifest import check_layer_size
from garboard.image.options import Progress, silent
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Image


class LocalImage:
    """An image in a local archive. Its digests are unverified: ``trusted`` is False."""

    trusted = False

    def __init__(
        self,
        image: Image,
        blobs: Blobs,
        names: Sequence[str],
        gaps: tuple[Gap, ...] = (),
        *,
        verify: bool = False,
        progress: Progress = silent,
        attest: Callable[[], Attestations] = Attestations,
    ) -> None:
        """Open the layers' blobs.

        Args:
            image: The image.
            blobs: The archive.
            names: The blobs of the layers, lowest first.
            gaps: Gaps of the archive.
            verify: Compute the layers' digests.
            progress: Told the bytes of the layers that were read.
            attest: Returns the attestations.

        Raises:
            ImageError: A blob is missing.
        """
        self._verify = verify
        self._progress = progress
        self._attest = attest
        self._blobs = blobs
        self._names = names
        self._gaps = gaps
        self._regions: list[Region] = []
        for index, name in enumerate(names):
            region = blobs.find(name)
            if region is None:
                raise ImageError(
                    f"{image.name} is incomplete: layer {index + 1} of {len(names)} ({name}) is not in it",
                    "export the image again; a foreign or not yet pulled layer is not exported",
                )
            self._regions.append(region)
            check_layer_size(image, index, name, region.end - region.start)
        self.image = msgspec.structs.replace(
            image,
            layers=tuple(
                msgspec.structs.replace(layer, size=region.end - region.start)
                for layer, region in zip(image.layers, self._regions, strict=True)
            ),
        )

    def identity(self, index: int) -> str:
        return self._blobs.identity(self._regions[index])

    def label(self, index: int) -> str:
        return self._names[index]

    def gaps(self) -> tuple[Gap, ...]:
        return self._gaps

    def attestations(self) -> Attestations:
        return self._attest()

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Read the largest blobs first, so that the threads finish together."""
        regions = {self._names[index]: self._regions[index] for index in need}
        order = sorted(regions.items(), key=lambda item: item[1].start - item[1].end)
        threaded = [
            item for item in order if self._verify or is_compressed(item[1].map[item[1].start : item[1].start + HEAD])
        ]
        workers = min(len(threaded), os.cpu_count() or 1)
        if workers < 2:
            threaded = []
        consume = self._counted(consume, sum(region.end - region.start for region in regions.values()))
        for name, region in order:
            if (name, region) not in threaded:
                consume(name, region)
        if not threaded:
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(consume, name, region) for name, region in threaded]:
                future.result()

    def _counted(self, consume: Consume, total: int) -> Consume:
        """Return what also tells how much of all layers is read."""
        label, lock, done = self.image.name, threading.Lock(), 0
        self._progress(label, 0, total)

        def counted(name: str, content: Content) -> None:
            nonlocal done
            consume(name, content)
            with lock:
                if isinstance(content, Region):
                    done += content.end - content.start
                self._progress(label, done, total)

        return counted

    def close(self) -> None:
        self._blobs.close()
