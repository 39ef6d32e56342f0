"""Reads files that describe software which no package manager installed: servers, kernels and models."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.ecosystems.generic import described, kernel, models
from garboard.model.ecosystem import MetadataPaths
from garboard.model.image import File
from garboard.model.package import Fact


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What the beginning of such a file states."""
    del owned
    if file.path.endswith(models.ENDS):
        yield from models.model(file)
    elif file.path.endswith(".ko"):
        yield from kernel.module(file)
    elif (software := described.of(file.path)) is not None:
        yield from described.software(file, software)
    else:
        yield from kernel.kernel(file)
