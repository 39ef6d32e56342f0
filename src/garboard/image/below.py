"""The images of an engine that another of its images was built on, by their layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from garboard.image.options import Options
from garboard.model.errors import GarboardError
from garboard.model.image import Digest, Image, Layer

_MOST: Final = 300
"""Images that are asked about, the newest first."""


def below(source: str, diff_ids: Sequence[Digest], options: Options) -> tuple[Image, ...]:
    """Images with a name, of the engine ``source``, whose layers are the lowest of these and not all; the longest first.

    Only their description is asked for. None if the engine cannot be asked: it is one witness of several.
    """
    from garboard.image.sources import docker_api as api
    from garboard.image.sources import engine as docker
    from garboard.image.sources import podman

    found = []
    try:
        engine = docker.endpoint(options) if source in docker.SCHEMES else podman.endpoint()
        with api.client(engine, options) as client:
            for name, one in api.named_images(client, engine, _MOST):
                if (
                    one.diff_ids
                    and len(one.diff_ids) < len(diff_ids)
                    and one.diff_ids == tuple(diff_ids[: len(one.diff_ids)])
                ):
                    layers = tuple(Layer(diff_id=Digest(each)) for each in one.diff_ids)
                    triggers = tuple(one.config.on_build or ()) if one.config is not None else ()
                    found.append(
                        Image(
                            name=name,
                            source=source,
                            layers=layers,
                            platform=one.platform,
                            config_digest=one.id,
                            on_build=triggers,
                        )
                    )
    except GarboardError:
        return ()
    return tuple(sorted(found, key=lambda image: -len(image.layers)))
