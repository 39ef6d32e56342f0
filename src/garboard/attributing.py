"""Whose an image is, with the images that this takes: its base's configuration, and the stages that it copies from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from garboard import dockerfile as reading
from garboard import image as images
from garboard.dockerfile import boundary
from garboard.dockerfile.boundary import Candidate
from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.attribution import Attribution, Introduction, Origin
from garboard.model.dockerfile import Dockerfile
from garboard.model.errors import GarboardError
from garboard.model.image import Image
from garboard.model.package import Inventory, Package

Take = Callable[[str], tuple[Image, Inventory]]
"""What an image is and which packages it holds, by its reference."""
_ENGINES = frozenset(("docker", "podman"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What the user says of how an image was built.

    ``base`` is the reference of its base image, ``stages`` have the reference of an image for names of stages.
    ``look_up``: the base may be sought under the name that the Dockerfile or a label gives.
    """

    dockerfile: Dockerfile | None = None
    target: str = ""
    build_args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    base: str = ""
    stages: tuple[tuple[str, str], ...] = ()
    look_up: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """Of the layers, and of the packages by id."""

    attribution: Attribution | None = None
    introduced: Mapping[str, Introduction] = field(default_factory=lambda: MappingProxyType({}))


def whose(of: Image, inventory: Inventory, build: Build, options: Options, take: Take) -> Whose:
    """Attribute an image's layers and packages; nothing for what has no layers.

    Raises `GarboardError` where the base or a stage's image that the user named cannot be read.
    """
    if not of.layers:
        return Whose()
    attributed = reading.attribute(
        of,
        build.dockerfile,
        target=build.target,
        build_args=build.build_args,
        candidates=tuple(_candidates(of, build, options)),
    )
    introduced = reading.introductions(inventory.packages, attributed)
    if build.stages and build.dockerfile is not None:
        introduced = _followed(introduced, inventory, build, build.dockerfile, take)
    return Whose(attributed.attribution, introduced)


def _candidates(of: Image, build: Build, options: Options) -> Iterator[Candidate]:
    options = dataclasses.replace(options, platform=of.platform, progress=Options().progress)
    if build.base:
        yield Candidate(name=build.base, image=_configuration(build.base, options), given=True)
    name = _name_of_base(of, build)
    if not build.look_up or name in ("", boundary.SCRATCH, build.base):
        return
    for place in _places(of, options):
        found = _quietly(f"{place}:{name}", _without_foreign_login(name, of, options))
        if found is not None:
            yield Candidate(name=name, image=found)
            return


def _name_of_base(of: Image, build: Build) -> str:
    """As the Dockerfile's FROM names it, else a label; empty where neither does."""
    if build.dockerfile is not None:
        return reading.base_image(build.dockerfile, build.target, build.build_args)
    name, digest = boundary.named(of)
    return f"{name.partition('@')[0]}@{digest}" if name and digest else name


def _places(of: Image, options: Options) -> Iterator[str]:
    """Where the base is sought: where the image came from; that of a file may be in an engine."""
    if of.source in _ENGINES:
        yield of.source
        return
    if of.source != "registry":
        yield "docker"
    if not options.offline:
        yield "registry"


def _configuration(reference: str, options: Options) -> Image:
    opened = images.load(reference, options)
    try:
        return opened.image
    finally:
        close = getattr(opened, "close", None)
        if close is not None:
            close()


def _quietly(reference: str, options: Options) -> Image | None:
    """None where there is no such image: then the base is sought in another way."""
    try:
        return _configuration(reference, options)
    except GarboardError:
        return None


def _without_foreign_login(name: str, of: Image, options: Options) -> Options:
    """The login that was given is for the image's own registry, and for no other."""
    try:
        own, other = references.parse(of.name.removeprefix("registry:")), references.parse(name)
    except GarboardError:
        return dataclasses.replace(options, username="", password="")
    return options if own.registry == other.registry else dataclasses.replace(options, username="", password="")


def _followed(
    introduced: Mapping[str, Introduction], inventory: Inventory, build: Build, dockerfile: Dockerfile, take: Take
) -> dict[str, Introduction]:
    """The same, with the stage's own instruction for packages that were copied from a stage whose image was given."""
    told = {
        reading.target_stage(dockerfile, name).index: _instructions(name, reference, build, dockerfile, take)
        for name, reference in build.stages
    }
    packages = {package.id: package for package in inventory.packages}

    def follow(name: str, one: Introduction) -> Introduction:
        index = _index(dockerfile, one.copied_from)
        if index is None or index not in told:
            return one
        instruction = next((text for key in _keys(packages[name]) if (text := told[index].get(key))), "")
        return msgspec.structs.replace(one, stage_instruction=instruction) if instruction else one

    return {name: follow(name, one) for name, one in introduced.items()}


def _index(dockerfile: Dockerfile, name: str) -> int | None:
    if not name:
        return None
    try:
        return reading.target_stage(dockerfile, name).index
    except GarboardError:
        return None


Key = tuple[str, str, str, str]


def _keys(package: Package) -> tuple[Key, Key]:
    """A package by its place, and wherever it is."""
    path = package.locations[0].path if package.locations else ""
    return (package.type, package.full_name, package.version, path), (
        package.type,
        package.full_name,
        package.version,
        "",
    )


def _instructions(name: str, reference: str, build: Build, dockerfile: Dockerfile, take: Take) -> dict[Key, str]:
    """The instruction that brought each package of a stage's image in; empty where two did."""
    of, inventory = take(reference)
    attributed = reading.attribute(of, dockerfile, target=name, build_args=build.build_args)
    introduced = reading.introductions(inventory.packages, attributed)
    base = reading.base_image(dockerfile, name, build.build_args)
    found: dict[Key, str] = {}
    for package in inventory.packages:
        one = introduced.get(package.id)
        if one is None:
            continue
        text = f"FROM {base}" if one.origin is Origin.BASE else one.instruction if one.place else ""
        for key in _keys(package):
            found[key] = text if found.get(key, text) == text else ""
    return found
