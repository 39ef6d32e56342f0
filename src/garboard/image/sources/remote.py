"""The sources other than local archives, in the order in which they are tried for a name without a scheme."""

from __future__ import annotations

from garboard.image.sources import ImageSource, engine, podman, registry, sbom

SOURCES: tuple[ImageSource, ...] = (sbom, engine, podman, registry)
