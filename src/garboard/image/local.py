"""An opened local archive: its layers are regions of mapped files, read by as many threads as there are cores."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from garboard.image.blobs import Blobs
from garboard.image.opened import Consume, Region
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Image


class LocalImage:
    """An image in an archive on this machine. Nobody vouches for its digests: ``trusted`` is False."""

    trusted = False

    def __init__(self, image: Image, blobs: Blobs, names: Sequence[str], gaps: tuple[Gap, ...] = ()) -> None:
        """``names`` are the layers' blobs, lowest first. Raises `ImageError` where one is missing."""
        self.image = image
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

    def identity(self, index: int) -> str:
        return self._blobs.identity(self._regions[index])

    def label(self, index: int) -> str:
        return self._names[index]

    def gaps(self) -> tuple[Gap, ...]:
        return self._gaps

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Largest first, so that the threads end together."""
        regions = {self._names[index]: self._regions[index] for index in need}
        order = sorted(regions.items(), key=lambda item: item[1].start - item[1].end)
        workers = min(len(order), os.cpu_count() or 1)
        if workers < 2:
            for name, region in order:
                consume(name, region)
            return
        with ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(consume, name, region) for name, region in order]:
                future.result()

    def close(self) -> None:
        self._blobs.close()
