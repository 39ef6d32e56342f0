"""The images of an engine that another of its images was built on, by their layers and histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.errors import GarboardError
from garboard.model.image import Digest, History, Image, Layer

if TYPE_CHECKING:
    from garboard.image.sources.docker_api import Inspected

_MOST: Final = 300
"""Images that are asked about, the newest first."""


class Below(NamedTuple):
    """The base of an image, or the names of those that may be it where no one of them is certain."""

    base: Image | None = None
    possible: tuple[str, ...] = ()


def below(of: Image, options: Options) -> Below:
    """Return which of the named images of its engine an image was built on.

    Such an image has fewer layers, and its history is the beginning of this one's: one that shares layers only because
    both builds began alike often goes its own way in the end (``CMD``). An older build of the same repository is no base.
    Of those that were pulled or pushed the nearest is the base. Builds of this machine that nobody else has may only have
    begun alike, so that none of them is certain. Only descriptions are asked for. Nothing if the engine cannot be asked: it is
    one witness of several.
    """
    from garboard.image.sources import docker_api as api
    from garboard.image.sources import engine as docker
    from garboard.image.sources import podman

    layers = [layer.diff_id for layer in of.layers]
    own = _repository(of.name)
    found: list[tuple[bool, Image]] = []
    try:
        engine = docker.endpoint(options) if of.source in docker.SCHEMES else podman.endpoint()
        with api.client(engine, options) as client:
            for names, one in api.named_images(client, engine, _MOST):
                others = [name for name in names if _repository(name) not in ("", own)]
                count = len(one.diff_ids)
                if not others or not 0 < count < len(layers) or list(one.diff_ids) != layers[:count]:
                    continue
                if _begins(of.history, api.history(client, engine, one.id, count)):
                    pulled = [name for name in others if name.rpartition(":")[0] in one.published]
                    found.append((bool(pulled), _image((pulled or others)[0], of.source, one)))
    except GarboardError:
        return Below()
    published = any(known for known, _ in found)
    # BuildKit keeps no history of ONBUILD: of two that are alike, the one without it would have left no trace.
    kept = [image for known, image in found if known or not published]
    kept.sort(key=lambda image: (-len(image.layers), bool(image.on_build)))
    if kept and not published:
        return Below(possible=tuple(image.name for image in kept))
    return Below(base=kept[0] if kept else None)


def _begins(whole: tuple[History, ...], start: tuple[History, ...] | None) -> bool:
    """Whether a history begins with another; one that is not known denies nothing."""
    if not whole or not start:
        return True
    return list(map(_comparable, whole[: len(start)])) == list(map(_comparable, start))


def _comparable(step: History) -> tuple[str, str]:
    """An engine rounds dates to seconds, an export does not."""
    return step.created[:19], step.created_by


def _repository(name: str) -> str:
    try:
        reference = references.parse(name.removeprefix("docker:").removeprefix("podman:"))
    except GarboardError:
        return ""
    return f"{reference.registry}/{reference.repository}"


def _image(name: str, source: str, one: Inspected) -> Image:
    return Image(
        name=name,
        source=source,
        layers=tuple(Layer(diff_id=Digest(each)) for each in one.diff_ids),
        platform=one.platform,
        config_digest=one.id,
        on_build=tuple(one.config.on_build or ()) if one.config is not None else (),
    )
