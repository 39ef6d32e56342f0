"""Attribution, with the images that it takes: the base's configuration, and the stages that an image copies from."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from garboard import image as images
from garboard.attribution import base_boundary
from garboard.attribution.base_boundary import PossibleBase
from garboard.attribution.layers import attribute
from garboard.attribution.packages import introductions
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image, target_stage
from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.attribution import Attribution, Introduction, Origin
from garboard.model.dockerfile import Dockerfile
from garboard.model.errors import CatalogError, GarboardError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Image
from garboard.model.package import Inventory, Package

if TYPE_CHECKING:
    from garboard.attribution.provenance import Provenance
    from garboard.baseimage.identify import Ancestor
    from garboard.model.baseimage import Catalog

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

    @property
    def file_name(self) -> str:
        """The Dockerfile as the user named it; empty without one."""
        return self.dockerfile.name if self.dockerfile else ""

    @property
    def named_base(self) -> str:
        """The base as the Dockerfile's FROM names it, without one as the user does."""
        return base_image(self.dockerfile, self.target, self.build_args) if self.dockerfile else self.base


@dataclass(frozen=True, slots=True)
class Whose:
    """Of the layers, and of the packages by id; and the catalog's images that it was built on, the nearest first."""

    attribution: Attribution | None = None
    introduced: Mapping[str, Introduction] = field(default_factory=lambda: MappingProxyType({}))
    ancestors: tuple[Ancestor, ...] = ()

    def of(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The same findings, each with who brought its package in."""
        return tuple(msgspec.structs.replace(one, introduced=self.introduced.get(one.package.id)) for one in findings)


def whose(
    of: Image,
    inventory: Inventory,
    build: Build,
    options: Options,
    take: Take,
    *,
    catalog: Catalog | None = None,
    attestations: Attestations | None = None,
    now: dt.datetime,
) -> Whose:
    """Attribute an image's layers and packages; nothing for what has no layers.

    A ``catalog`` proves the base without opening it; ``now`` says which of its approvals hold. One that cannot
    be read is a gap. Raises `GarboardError` where the base or a stage's image that the user named cannot be read.
    """
    if not of.layers:
        return Whose()
    ancestors, gaps = _recognized(of, catalog, now)
    build, provenance, more = _attested(of, build, attestations)
    gaps += more
    attributed = attribute(
        of,
        build.dockerfile,
        target=build.target,
        build_args=build.build_args,
        candidates=tuple(_candidates(of, build, options, ancestors, provenance, catalog)),
        provenance=provenance,
    )
    introduced = introductions(inventory.packages, attributed)
    if build.stages and build.dockerfile is not None:
        introduced = _followed(introduced, inventory, build, build.dockerfile, take)
    attribution = attributed.attribution
    if gaps:
        attribution = msgspec.structs.replace(attribution, gaps=(*attribution.gaps, *gaps))
    return Whose(attribution, introduced, ancestors)


def _attested(
    of: Image, build: Build, attestations: Attestations | None
) -> tuple[Build, Provenance | None, tuple[Gap, ...]]:
    """The build as its provenance completes it (the Dockerfile, where none was given), and what cannot be used of it."""
    if attestations is None or not (attestations.provenance or attestations.gaps):
        return build, None, ()
    from garboard.attribution import provenance as provenances

    found, gaps = provenances.read(attestations.provenance, of)
    gaps = (*attestations.gaps, *gaps)
    if found is None or found.text is None:
        return build, found, gaps
    if build.dockerfile is None:
        try:
            own = parse(found.text, found.file or "Dockerfile")
            target_stage(own, found.target)
        except GarboardError as error:
            reason = f"holds a Dockerfile that cannot be read: {error.message}"
            return build, found, (*gaps, Gap(stage="dockerfile", subject=f"provenance of {of.name}", reason=reason))
        return (
            dataclasses.replace(build, dockerfile=own, target=found.target, build_args=dict(found.build_args)),
            found,
            gaps,
        )
    if build.dockerfile.data == found.text:
        return build, found, gaps
    reason = "is not the text that the image was built from: its build's provenance holds another"
    gaps += (Gap(stage="dockerfile", subject=build.dockerfile.name, reason=reason),)
    return build, msgspec.structs.replace(found, lines=()), gaps


def _recognized(of: Image, catalog: Catalog | None, now: dt.datetime) -> tuple[tuple[Ancestor, ...], tuple[Gap, ...]]:
    if catalog is None:
        return (), ()
    from garboard.baseimage.identify import ancestors

    try:
        return ancestors(of, catalog, now), ()
    except CatalogError as error:
        return (), (Gap(stage="catalogue", subject=of.name, reason=f"its base was not looked for: {error.message}"),)


def _catalogd(of: Image, name: str, ancestors: tuple[Ancestor, ...], *, by_label: bool) -> PossibleBase | None:
    """The base that the catalog knows. Where one is named, it has to be that: another may only lie below it.

    A label that the nearest image has too was inherited from it, and speaks of that image's own base.
    """
    from garboard.baseimage import identify

    nearest = identify.base(ancestors)
    if nearest is None or name == base_boundary.SCRATCH:
        return None
    if by_label and base_boundary.named(of) == base_boundary.named(nearest.image.image):
        name = ""
    if not name:
        return PossibleBase(name=nearest.image.label, image=nearest.image.image)
    try:
        found = identify.called(ancestors, references.parse(name))
    except GarboardError:
        return None
    return PossibleBase(name=name, image=found.image.image) if found else None


def _candidates(
    of: Image,
    build: Build,
    options: Options,
    ancestors: tuple[Ancestor, ...] = (),
    provenance: Provenance | None = None,
    catalog: Catalog | None = None,
) -> Iterator[PossibleBase]:
    options = msgspec.structs.replace(options, platform=of.platform, progress=Options().progress)
    if build.base:
        kept = _kept(build.base, of, catalog)
        yield PossibleBase(name=build.base, image=kept or images.configuration(build.base, options), given=True)
    name = _name_of_base(of, build, provenance)
    if ancestors:
        known = _catalogd(of, name, ancestors, by_label=build.dockerfile is None)
        if known is not None:
            yield known
            return
    if not build.look_up or name in ("", base_boundary.SCRATCH, build.base):
        return
    for place in _places(of, options):
        found = _quietly(f"{place}:{name}", _without_foreign_login(name, of, options))
        if found is not None:
            attested = provenance is not None
            yield PossibleBase(name=name.partition("@")[0] if attested else name, image=found)
            return


def _kept(name: str, of: Image, catalog: Catalog | None) -> Image | None:
    """The image of that name as the catalog has it, with its layers; of several the one that this image is built on."""
    if catalog is None:
        return None
    try:
        reference = references.parse(name)
        found = catalog.named(f"{reference.registry}/{reference.repository}", reference.tag, of.platform)
    except GarboardError:
        return None
    images = [
        one.image for one in found if one.image.layers and reference.digest in ("", one.key, one.image.manifest_digest)
    ]
    own = [layer.diff_id for layer in of.layers]
    fitting = (one for one in images if [layer.diff_id for layer in one.layers] == own[: len(one.layers)])
    return next(fitting, images[0] if images else None)


def _name_of_base(of: Image, build: Build, provenance: Provenance | None) -> str:
    """From the provenance with a digest, the Dockerfile's FROM, or a label; empty without any."""
    if provenance is not None and provenance.base and provenance.base_digest:
        return f"{provenance.base.partition('@')[0]}@{provenance.base_digest}"
    name, digest = base_boundary.named(of)
    if build.dockerfile is not None:
        name, digest = base_image(build.dockerfile, build.target, build.build_args), ""
    if provenance is not None and name and not digest:
        digest = base_boundary.used(provenance, name)
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


def _quietly(reference: str, options: Options) -> Image | None:
    """None where there is no such image: then the base is sought in another way."""
    try:
        return images.configuration(reference, options)
    except GarboardError:
        return None


def _without_foreign_login(name: str, of: Image, options: Options) -> Options:
    """The login that was given is for the image's own registry, and for no other."""
    try:
        own, other = references.parse(of.name.removeprefix("registry:")), references.parse(name)
    except GarboardError:
        return msgspec.structs.replace(options, username="", password="")
    return options if own.registry == other.registry else msgspec.structs.replace(options, username="", password="")


def _followed(
    introduced: Mapping[str, Introduction], inventory: Inventory, build: Build, dockerfile: Dockerfile, take: Take
) -> dict[str, Introduction]:
    """The same, with the stage's own instruction for packages that were copied from a stage whose image was given."""
    told = {
        target_stage(dockerfile, name).index: _instructions(name, reference, build, dockerfile, take)
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
        return target_stage(dockerfile, name).index
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
    attributed = attribute(of, dockerfile, target=name, build_args=build.build_args)
    introduced = introductions(inventory.packages, attributed)
    base = base_image(dockerfile, name, build.build_args)
    found: dict[Key, str] = {}
    for package in inventory.packages:
        one = introduced.get(package.id)
        if one is None:
            continue
        text = f"FROM {base}" if one.origin is Origin.BASE else one.instruction if one.place else ""
        for key in _keys(package):
            found[key] = text if found.get(key, text) == text else ""
    return found
