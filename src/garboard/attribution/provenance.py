"""Provenance of a build as BuildKit attests it: its base image, its Dockerfile, and which line made which layer.

Format: in-toto statements (v0.1, v1) with a SLSA provenance predicate (v0.2, v1) of build type ``buildkit``; with
``mode=max`` the predicate also holds the Dockerfile and the digests of the layers after each step.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.image import Image

_FRONTENDS: Final = ("docker/dockerfile", "docker/dockerfile-upstream")
"""Images of the build's own tools; no stage is built on them."""
_IMAGE: Final = "docker-image://"
_MATERIAL: Final = "pkg:docker/"
_ARGUMENT: Final = "build-arg:"


class Provenance(Value):
    """What the statements say about one image.

    Attributes:
        base: the image with this one's lowest layers, as the build named it; empty if that is not stated: an image that
            was merely used may be a tool's, or one that files were copied from.
        base_digest: digest of that image's manifest or index.
        base_layers: how many of the lowest layers are its own; None if that is not stated.
        used: all images that the build used, by name, each with its digest.
        file: the Dockerfile's name; ``text`` is its content, None without ``mode=max``.
        target: the build's target, with its ``build_args``.
        lines: by layer (index, lowest 0) the lines of its step, each line once; empty if not stated.
    """

    base: str = ""
    base_digest: str = ""
    base_layers: int | None = None
    used: tuple[tuple[str, str], ...] = ()
    file: str = ""
    text: bytes | None = None
    target: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[int, ...], ...] = ()


class _Material(msgspec.Struct, frozen=True):
    uri: str = ""
    digest: dict[str, str] = {}


class _Subject(msgspec.Struct, frozen=True):
    digest: dict[str, str] = {}


class _Position(msgspec.Struct, frozen=True):
    line: int = 0


class _Range(msgspec.Struct, frozen=True):
    start: _Position = _Position()
    end: _Position = _Position()


class _Location(msgspec.Struct, frozen=True, rename="camel"):
    ranges: list[_Range] = []
    source_index: int = 0


class _Locations(msgspec.Struct, frozen=True):
    locations: list[_Location] = []


class _Info(msgspec.Struct, frozen=True):
    filename: str = ""
    data: str = ""


class _Source(msgspec.Struct, frozen=True):
    locations: dict[str, _Locations] = {}
    infos: list[_Info] = []


class _Layer(msgspec.Struct, frozen=True):
    digest: str = ""


class _Build(msgspec.Struct, frozen=True):
    """BuildKit's own part: where steps are written, and what they made (``stepN:OUTPUT``: chains of layers)."""

    source: _Source = _Source()
    layers: dict[str, list[list[_Layer]]] = {}


class _Step(msgspec.Struct, frozen=True):
    id: str = ""
    op: Any = None


class _Definition(msgspec.Struct, frozen=True, rename="camel"):
    llb_definition: list[_Step] = []


class _Request(msgspec.Struct, frozen=True):
    args: dict[str, str] = {}


class _Config(msgspec.Struct, frozen=True, rename="camel"):
    entry_point: str = ""
    path: str = ""


class _Invocation(msgspec.Struct, frozen=True, rename="camel"):
    config_source: _Config = _Config()
    parameters: _Request = _Request()


class _External(msgspec.Struct, frozen=True, rename="camel"):
    config_source: _Config = _Config()
    request: _Request = _Request()


class _Internal(msgspec.Struct, frozen=True, rename="camel"):
    build_config: _Definition | None = None


class _BuildDefinition(msgspec.Struct, frozen=True, rename="camel"):
    external_parameters: _External = _External()
    internal_parameters: _Internal = _Internal()
    resolved_dependencies: list[_Material] = []


class _MetadataV0(msgspec.Struct, frozen=True):
    build: _Build = msgspec.field(default_factory=_Build, name="https://mobyproject.org/buildkit@v1#metadata")


class _MetadataV1(msgspec.Struct, frozen=True):
    build: _Build = msgspec.field(default_factory=_Build, name="buildkit_metadata")


class _RunDetails(msgspec.Struct, frozen=True):
    metadata: _MetadataV1 = _MetadataV1()


class _Predicate(msgspec.Struct, frozen=True, rename="camel"):
    """The predicate of both versions: each has its own members."""

    materials: list[_Material] = []
    invocation: _Invocation = _Invocation()
    build_config: _Definition | None = None
    metadata: _MetadataV0 = _MetadataV0()
    build_definition: _BuildDefinition | None = None
    run_details: _RunDetails = _RunDetails()


class _Statement(msgspec.Struct, frozen=True, rename="camel"):
    predicate: _Predicate
    predicate_type: str = ""
    subject: list[_Subject] = []


class _Told(Value):
    """What both versions say, in one form."""

    materials: tuple[_Material, ...]
    file: str
    args: dict[str, str]
    steps: tuple[_Step, ...]
    build: _Build


def read(statements: Iterable[bytes], image: Image) -> tuple[Provenance | None, tuple[Gap, ...]]:
    """What the first statement about this very image says; an unreadable one, or one about another image, is a gap."""
    gaps: list[Gap] = []
    for data in statements:
        try:
            statement = msgspec.json.decode(data, type=_Statement)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            gaps.append(_gap(image, f"cannot be read: {error}"))
            continue
        subjects = {f"{kind}:{value}" for one in statement.subject for kind, value in one.digest.items()}
        if not image.manifest_digest or image.manifest_digest not in subjects:
            gaps.append(_gap(image, "speaks of another image, so nothing in it was used"))
            continue
        return _provenance(_told(statement.predicate), image), tuple(gaps)
    return None, tuple(gaps)


def _gap(image: Image, reason: str) -> Gap:
    return Gap(stage="dockerfile", subject=f"provenance of {image.name}", reason=reason)


def _told(predicate: _Predicate) -> _Told:
    definition = predicate.build_definition
    if definition is None:
        config = predicate.build_config or _Definition()
        return _Told(
            materials=tuple(predicate.materials),
            file=predicate.invocation.config_source.entry_point,
            args=predicate.invocation.parameters.args,
            steps=tuple(config.llb_definition),
            build=predicate.metadata.build,
        )
    config = definition.internal_parameters.build_config or _Definition()
    return _Told(
        materials=tuple(definition.resolved_dependencies),
        file=definition.external_parameters.config_source.path,
        args=definition.external_parameters.request.args,
        steps=tuple(config.llb_definition),
        build=predicate.run_details.metadata.build,
    )


def digest_of(provenance: Provenance, name: str) -> str:
    """The digest of the image that the build used under this name; empty if it used none or several."""
    name, _, stated = name.partition("@")
    wanted = _tagged(_short(name))
    found = {digest for used, digest in provenance.used if _tagged(used) == wanted}
    return stated or (found.pop() if len(found) == 1 else "")


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _provenance(told: _Told, image: Image) -> Provenance:
    digests = tuple(layer.digest or "" for layer in image.layers)
    chains = _chains(told.build)
    named = tuple(_named(told.steps))
    base, digest, layers = _base(named, chains, digests)
    info = told.build.source.infos[0] if told.build.source.infos else _Info()
    return Provenance(
        base=base,
        base_digest=digest,
        base_layers=layers,
        used=tuple(sorted({(name, digest) for _, name, digest in named} or set(_materials(told.materials)))),
        file=info.filename or told.file,
        text=_text(info.data),
        target=told.args.get("target", ""),
        build_args=tuple(
            sorted(
                (name.removeprefix(_ARGUMENT), value) for name, value in told.args.items() if name.startswith(_ARGUMENT)
            )
        ),
        lines=_lines(told.build, chains, digests),
    )


def _text(data: str) -> bytes | None:
    try:
        return base64.b64decode(data, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _chains(build: _Build) -> dict[str, tuple[str, ...]]:
    """The layers after each step, lowest first; a step with several chains is left out."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for name, made in build.layers.items():
        chains = found.setdefault(name.partition(":")[0], set())
        chains.update(tuple(layer.digest for layer in chain) for chain in made)
    return {step: chains.pop() for step, chains in found.items() if len(chains) == 1}


def _named(steps: Iterable[_Step]) -> Iterator[tuple[str, str, str]]:
    """(step, name, digest) of every image that a step takes."""
    for step in steps:
        identifier = _identifier(step)
        if identifier.startswith(_IMAGE):
            name, _, digest = identifier.removeprefix(_IMAGE).partition("@")
            yield step.id, _short(name), digest


def _base(
    named: Iterable[tuple[str, str, str]], chains: Mapping[str, tuple[str, ...]], digests: Sequence[str]
) -> tuple[str, str, int | None]:
    """Name, digest and number of layers of the image with the lowest layers; if several are equally long, no name."""
    below: list[tuple[int, str, str]] = []
    for step, name, digest in named:
        chain = chains.get(step, ())
        if chain and tuple(digests[: len(chain)]) == chain:
            below.append((len(chain), name, digest))
    if not below:
        return "", "", None
    most = max(count for count, _, _ in below)
    best = {(name, digest) for count, name, digest in below if count == most}
    return (*best.pop(), most) if len(best) == 1 else ("", "", most)


def _identifier(step: _Step) -> str:
    """The identifier of a source step (``docker-image://…``), else empty."""
    found: Any = step.op
    for key in ("Op", "source", "identifier"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _short(name: str) -> str:
    """The short form, as written in a Dockerfile."""
    return name.removeprefix("docker.io/").removeprefix("library/")


def _materials(materials: Iterable[_Material]) -> Iterable[tuple[str, str]]:
    """Images by name and digest, from their package URLs (``pkg:docker/NAMESPACE/NAME@TAG?platform=…``)."""
    for material in materials:
        if not material.uri.startswith(_MATERIAL):
            continue
        rest, _, query = material.uri.removeprefix(_MATERIAL).partition("?")
        name, _, tag = rest.partition("@")
        name = _short(unquote(name))
        if name in _FRONTENDS:
            continue
        stated = parse_qs(query).get("digest", [""])[0]
        sha256 = material.digest.get("sha256", "")
        yield f"{name}:{unquote(tag)}" if tag else name, stated or (f"sha256:{sha256}" if sha256 else "")


def _lines(build: _Build, chains: Mapping[str, tuple[str, ...]], digests: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """For each layer the first lines of the steps after which it is the topmost one."""
    found: list[dict[int, None]] = [{} for _ in digests]
    for step, places in build.source.locations.items():
        chain = chains.get(step, ())
        if not chain or tuple(digests[: len(chain)]) != chain:
            continue
        for location in places.locations:
            starts = [one.start.line for one in location.ranges if one.start.line > 0]
            if starts and location.source_index == 0:
                found[len(chain) - 1][min(starts)] = None
    return tuple(tuple(lines) for lines in found)
