"""Attribution of an image, including the other images it needs: the base's configuration and the stages copied from."""

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
from garboard.dockerfile.stages import base_image, base_platform, target_stage
from garboard.dockerfile.variables import PlatformArguments
from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.attribution import Attribution, Introduction, Origin
from garboard.model.dockerfile import Dockerfile
from garboard.model.errors import CatalogError, GarboardError
from garboard.model.finding import Finding
from garboard.model.gap import Gap, some
from garboard.model.image import Attestations, Image, Platform
from garboard.model.package import Inventory, Package

if TYPE_CHECKING:
    from garboard.attribution.provenance import Provenance
    from garboard.baseimage.identify import Ancestor
    from garboard.model.baseimage import Catalog

Take = Callable[[str], tuple[Image, Inventory]]
"""Returns an image and the packages it holds, given its reference."""
_NAMED = 5
_ENGINES = frozenset(("docker", "podman"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What the user says about how an image was built.

    ``base`` is the reference of its base image. ``stages`` pairs names of stages with the reference of an image.
    ``look_up`` allows looking for the base under the name that the Dockerfile or a label gives.
    """

    dockerfile: Dockerfile | None = None
    target: str = ""
    build_args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    base: str = ""
    stages: tuple[tuple[str, str], ...] = ()
    look_up: bool = False

    def on(self, platform: Platform) -> Build:
        """The same build, with what a builder knows by itself of the platform that it builds for."""
        return dataclasses.replace(self, build_args=PlatformArguments(self.build_args, platform, self.target))

    @property
    def file_name(self) -> str:
        """The Dockerfile's name as the user gave it; empty without a Dockerfile."""
        return self.dockerfile.name if self.dockerfile else ""

    @property
    def named_base(self) -> str:
        """The base named by the Dockerfile's FROM, or by the user if there is no Dockerfile."""
        return base_image(self.dockerfile, self.target, self.build_args) if self.dockerfile else self.base

    @property
    def named_platform(self) -> str:
        """The platform of the base that FROM asks for; empty if it asks for none."""
        return base_platform(self.dockerfile, self.target, self.build_args) if self.dockerfile else ""


@dataclass(frozen=True, slots=True)
class Whose:
    """Attribution of layers and of packages by id, and the catalog's images that it was built on, nearest first."""

    attribution: Attribution | None = None
    introduced: Mapping[str, Introduction] = field(default_factory=lambda: MappingProxyType({}))
    ancestors: tuple[Ancestor, ...] = ()

    def of(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The same findings, each with the introduction of its package."""
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
    """Attribute an image's layers and packages; returns nothing for an image without layers.

    A ``catalog`` proves the base without opening it; ``now`` decides which of its approvals are valid. A catalog that
    cannot be read is a gap.

    Raises:
        GarboardError: the base or a stage's image that the user named cannot be read.
    """
    if not of.layers:
        return Whose()
    ancestors, gaps = _recognized(of, catalog, now)
    build, provenance, more = _attested(of, build, attestations)
    gaps += more
    candidates = tuple(_candidates(of, build, options, ancestors, provenance, catalog))
    if catalog is None and not candidates and _is_unnamed(of, build, provenance):
        candidates, more = _in_engine(of, options)
        gaps += more
    attributed = attribute(
        of,
        build.dockerfile,
        target=build.target,
        build_args=build.build_args,
        candidates=candidates,
        provenance=provenance,
        denied="" if provenance is not None or build.base else _denied(of, inventory, build),
    )
    introduced, unread = introductions(inventory.packages, attributed)
    gaps += unread
    if build.stages and build.dockerfile is not None:
        introduced = _followed(introduced, inventory, build, build.dockerfile, take)
    attribution = attributed.attribution
    if gaps:
        attribution = msgspec.structs.replace(attribution, gaps=(*attribution.gaps, *gaps))
    return Whose(attribution, introduced, ancestors)


def _attested(
    of: Image, build: Build, attestations: Attestations | None
) -> tuple[Build, Provenance | None, tuple[Gap, ...]]:
    """The build, with a missing Dockerfile taken from its provenance, and gaps for what cannot be used."""
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
            dataclasses.replace(build, dockerfile=own, target=found.target, build_args=dict(found.build_args)).on(
                of.platform
            ),
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
        return (), (Gap(stage="bases", subject=of.name, reason=f"its base was not looked for: {error.message}"),)


def _catalogd(of: Image, name: str, ancestors: tuple[Ancestor, ...], *, by_label: bool) -> PossibleBase | None:
    """The base that the catalog knows. If a base is named, it has to be that one: another may only lie below it.

    A label that the nearest image also has was inherited from it, and describes that image's own base.
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


def _by_layers(name: str, ancestors: tuple[Ancestor, ...]) -> Iterator[PossibleBase]:
    """What the catalog knows by its layers, and not by the name that FROM says: a mirror's name may be another."""
    from garboard.baseimage.stated import may_be

    try:
        wanted = references.parse(name)
    except GarboardError:
        return
    for one in ancestors:
        if one.itself:
            continue
        if may_be(wanted, one.image):
            yield PossibleBase(name=name.partition("@")[0] if wanted.tag else name, image=one.image.image)
        else:
            yield PossibleBase(name=one.image.label, image=one.image.image, stated=name)


def _is_unnamed(of: Image, build: Build, provenance: Provenance | None) -> bool:
    """Whether nothing says what an image of an engine was built on."""
    return of.source in _ENGINES and build.dockerfile is None and not _name_of_base(of, build, provenance)


def _in_engine(of: Image, options: Options) -> tuple[tuple[PossibleBase, ...], tuple[Gap, ...]]:
    from garboard.image.below import below

    found = below(of, options)
    if found.base is not None:
        return (PossibleBase(name=found.base.name, image=found.base),), ()
    if not found.possible:
        return (), ()
    named = some(found.possible, _NAMED)
    reason = f"may have been built on any of {named}: name the one with --base, or the Dockerfile with -f"
    return (), (Gap(stage="dockerfile", subject=of.name, reason=reason, names=named.names),)


def _denied(of: Image, inventory: Inventory, build: Build) -> str:
    """Why an image cannot have been built on what the Dockerfile's FROM says; empty if it can."""
    if build.dockerfile is None:
        return ""
    from garboard.baseimage.stated import denied

    name = build.named_base
    try:
        wanted = references.parse(name) if name not in ("", base_boundary.SCRATCH) else None
    except GarboardError:
        return ""
    if wanted is None:
        return ""
    distro = f"{inventory.distro.id} {inventory.distro.version}" if inventory.distro is not None else ""
    env = (one for one in of.env if one.partition("=")[0].encode() not in build.dockerfile.data)
    return denied(wanted, distro, env)


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
        if build.dockerfile is not None and provenance is None and name not in ("", base_boundary.SCRATCH):
            yield from _by_layers(name, ancestors)
    kept = _kept(name, of, catalog) if name not in ("", base_boundary.SCRATCH, build.base) else None
    if kept is not None:
        yield PossibleBase(name=name, image=kept)
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
    """The catalog's image of that name, with its layers; if there are several, the one that this image is built on."""
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
    """The base's name from the provenance with a digest, the Dockerfile's FROM, or a label; empty without any."""
    if provenance is not None and provenance.base and provenance.base_digest:
        return f"{provenance.base.partition('@')[0]}@{provenance.base_digest}"
    name, digest = base_boundary.named(of)
    if build.dockerfile is not None:
        name, digest = base_image(build.dockerfile, build.target, build.build_args), ""
    if provenance is not None and name and not digest:
        digest = base_boundary.used(provenance, name)
    return f"{name.partition('@')[0]}@{digest}" if name and digest else name


def _places(of: Image, options: Options) -> Iterator[str]:
    """Where to look for the base: where the image came from. The base of an image file may be in an engine."""
    if of.source in _ENGINES:
        yield of.source
        return
    if of.source != "registry":
        yield "docker"
    if not options.offline:
        yield "registry"


def _quietly(reference: str, options: Options) -> Image | None:
    """The image's configuration, or None if there is no such image: then the base is looked for in another way."""
    try:
        return images.configuration(reference, options)
    except GarboardError:
        return None


def _without_foreign_login(name: str, of: Image, options: Options) -> Options:
    """The options without the login, unless the registry is the image's own: the login is for no other."""
    try:
        own, other = references.parse(of.name.removeprefix("registry:")), references.parse(name)
    except GarboardError:
        return msgspec.structs.replace(options, username="", password="")
    return options if own.registry == other.registry else msgspec.structs.replace(options, username="", password="")


def _followed(
    introduced: Mapping[str, Introduction], inventory: Inventory, build: Build, dockerfile: Dockerfile, take: Take
) -> dict[str, Introduction]:
    """Add the stage's own instruction to packages that were copied from a stage with a given image."""
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
    """Keys for a package: one with its path, one for any path."""
    path = package.locations[0].file if package.locations else ""
    return (package.type, package.full_name, package.version, path), (
        package.type,
        package.full_name,
        package.version,
        "",
    )


def _instructions(name: str, reference: str, build: Build, dockerfile: Dockerfile, take: Take) -> dict[Key, str]:
    """The instruction that brought each package of a stage's image in; empty if two did."""
    of, inventory = take(reference)
    attributed = attribute(of, dockerfile, target=name, build_args=build.build_args)
    introduced = introductions(inventory.packages, attributed).by_id
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
