"""The images of an engine that another of its images was built on, by their layers and histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.errors import GarboardError
from garboard.model.image import Digest, History, Image, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garboard.image.sources.docker_api import EngineImage, Inspected

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
    Of those that were pulled the nearest is the base. Builds of this machine, pushed or not, may only have begun alike: a
    cached step is the same layer and the same entry of the history in both, so that none of them is certain. Only
    descriptions are asked for, and of no image that the engine's list rules out. Nothing if the engine cannot be asked: it
    is one witness of several.
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
            for listed in _possible(of, api.named_images(client, engine), libpod=engine.libpod):
                others = [name for name in listed.names if _repository(name) not in ("", own)]
                one = api.inspect(client, engine, listed.id) if others else None
                count = len(one.diff_ids) if one is not None else 0
                if one is None or not 0 < count < len(layers) or list(one.diff_ids) != layers[:count]:
                    continue
                if _begins(of.history, api.history(client, engine, one.id, count)):
                    pulled = [name for name in others if name.rpartition(":")[0] in one.pulled]
                    found.append((bool(pulled), _image((pulled or others)[0], of.source, one)))
    except GarboardError:
        return Below()
    certain = any(known for known, _ in found)
    # BuildKit keeps no history of ONBUILD: of two that are alike, the one without it would have left no trace.
    kept = [image for known, image in found if known or not certain]
    kept.sort(key=lambda image: (-len(image.layers), bool(image.on_build)))
    if kept and not certain:
        return Below(possible=tuple(image.name for image in kept))
    return Below(base=kept[0] if kept else None)


def _possible(of: Image, listed: Sequence[EngineImage], *, libpod: bool) -> list[EngineImage]:
    """Return the listed images that may lie below one, the newest first, and no more than `_MOST`.

    The dates of an image are in the history of all that is built on it: one that is newer than all of these is none of
    them. In Docker's classic store an image has the size of its layers; elsewhere it has more, and a base may have the most.
    """
    own = next((one for one in listed if of.config_digest == one.id or of.name.partition(":")[2] in one.names), None)
    largest = own.size if own is not None and not own.is_of_containerd and not libpod else 0
    latest = _latest(of)
    return [
        one
        for one in listed
        if one is not own and not (largest and one.size > largest) and not (latest and one.date[:19] > latest)
    ][:_MOST]


def _latest(of: Image) -> str:
    """The newest date of an image and of its history, to the second; empty if one cannot be compared."""
    dates = [date for date in (of.created, *(step.created for step in of.history)) if date]
    return max(date[:19] for date in dates) if dates and all(date.endswith("Z") for date in dates) else ""


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
