"""An inventory as CycloneDX 1.6 JSON (ECMA-424): components, evidence for each, and dependencies.

Packages that another package owns are listed with a ``garboard:owner``. Gaps are properties of the document, which then
marks itself as incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import msgspec

from garboard import json_text
from garboard._version import __version__
from garboard.model.finding import Finding
from garboard.model.image import Image
from garboard.model.package import HIGH, MEDIUM, Distro, Package
from garboard.model.policy import Suppressed
from garboard.model.report import Report
from garboard.packages.graph import roots
from garboard.packages.purl import published
from garboard.sbom import identity, properties, suppliers
from garboard.sbom.cyclonedx_vulnerabilities import BomVulnerability, Property, vulnerabilities
from garboard.sbom.licenses import recognize
from garboard.sbom.suppliers import Supplier


class _Out(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A part of the document; empty fields are left out. Not a `Value`: creating one takes three times as long."""


class Text(_Out):
    """A license's wording."""

    content: str


class License(_Out, kw_only=True):
    """A license: one of the SPDX list by ``id``, any other by ``name``."""

    id: str | None = None
    name: str | None = None
    acknowledgement: str
    text: Text | None = None
    properties: tuple[Property, ...] = ()


class LicenseChoice(_Out):
    """A license, or the one expression."""

    license: License | None = None
    expression: str | None = None


class Occurrence(_Out):
    """A place that proves a component."""

    location: str
    offset: int | None = None
    additional_context: str | None = None


class Method(_Out):
    """How a field became known, and how sure that is: from 0 to 1."""

    technique: str
    confidence: float


class Identity(_Out):
    """How surely a field of a component is known."""

    field: str
    confidence: float
    methods: tuple[Method, ...]


class Evidence(_Out, kw_only=True):
    """All such places, and how surely the version is known that no metadata state."""

    identity: tuple[Identity, ...] = ()
    occurrences: tuple[Occurrence, ...]


class Hash(_Out):
    """A digest."""

    alg: str
    content: str


class Contact(_Out):
    """A person."""

    name: str
    email: str | None = None


class Entity(_Out):
    """An organization, or the one that a person is of."""

    name: str
    contact: tuple[Contact, ...] = ()


class Component(_Out, kw_only=True):
    """A package, the operating system, the image or this program."""

    type: str
    bom_ref: str | None = msgspec.field(name="bom-ref", default=None)
    supplier: Entity | None = None
    publisher: str | None = None
    group: str | None = None
    name: str
    version: str | None = None
    description: str | None = None
    hashes: tuple[Hash, ...] = ()
    licenses: tuple[LicenseChoice, ...] = ()
    purl: str | None = None
    evidence: Evidence | None = None
    properties: tuple[Property, ...] = ()


class Tools(_Out):
    """What made the document."""

    components: tuple[Component, ...]


class Metadata(_Out):
    """Of the document."""

    timestamp: str
    tools: Tools
    component: Component
    supplier: Entity | None = None


class Dependency(_Out):
    """What one component needs."""

    ref: str
    depends_on: tuple[str, ...] = ()


class Composition(_Out):
    """How complete the list is."""

    aggregate: str
    assemblies: tuple[str, ...]


class Bom(_Out):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    bom_format: str
    spec_version: str
    serial_number: str
    version: int
    metadata: Metadata
    components: tuple[Component, ...]
    dependencies: tuple[Dependency, ...]
    compositions: tuple[Composition, ...] = ()
    vulnerabilities: tuple[BomVulnerability, ...] | None = None
    properties: tuple[Property, ...] = ()


_IDENTITIES = MappingProxyType(
    {
        word: (Identity("version", number, (Method("binary-analysis", number),)),)
        for word, number in ((HIGH, 0.9), (MEDIUM, 0.6))
    }
)
_ROOT = "image"
_SYSTEM = "operating-system"
_NAME = 200
"""Characters of a license's name; more is its wording."""


def render(report: Report, findings: Iterable[Finding] = (), suppressed: Sequence[Suppressed] = ()) -> bytes:
    """The document, UTF-8, ending in a line feed. Its serial number is derived from its content.

    With ``findings`` and those that were set aside it lists vulnerabilities, too.
    """
    return b"".join(parts(report, findings, suppressed))


def parts(report: Report, findings: Iterable[Finding] = (), suppressed: Sequence[Suppressed] = ()) -> Iterator[bytes]:
    """The same, an element of its lists at a time.

    The number comes first and depends on all that follows: until it is known, the elements are kept as they are encoded.
    """
    packages = report.inventory.packages
    refs = identity.unique((_ROOT, _SYSTEM, *(package.id for package in packages)))[2:]
    by_id = dict(zip((one.id for one in packages), refs, strict=True))
    lists = {
        "components": _encoded(_components(report, refs)),
        "dependencies": _encoded(_dependencies(packages, refs, has_system=report.inventory.distro is not None)),
        "vulnerabilities": _encoded(vulnerabilities(findings, suppressed, by_id)),
    }
    whole = json_text.encoded(_bom(report, has_vulnerabilities=bool(lists["vulnerabilities"])))
    stamped = json_text.formatted(identity.stamped(whole, _compact(whole, lists)))
    filled = (json_text.Filling(name, map(msgspec.Raw, found), 1) for name, found in lists.items() if found)
    return json_text.in_parts(stamped, *filled)


def _encoded(elements: Iterable[msgspec.Struct]) -> list[bytes]:
    return [json_text.encoded(one) for one in elements]


def _compact(whole: bytes, lists: Mapping[str, Sequence[bytes]]) -> Iterator[bytes]:
    """The encoded document with the elements of its lists."""
    after = whole
    for name, found in lists.items():
        if found:
            before, empty, after = after.partition(f'"{name}":[]'.encode())
            yield before + empty[:-1]
            yield from (b"," * bool(place) + one for place, one in enumerate(found))
            after = b"]" + after
    yield after


def _bom(report: Report, *, has_vulnerabilities: bool) -> Bom:
    """All but the elements of its long lists."""
    return Bom(
        schema="http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format="CycloneDX",
        spec_version="1.6",
        serial_number=f"urn:uuid:{identity.PLACEHOLDER}",
        version=1,
        metadata=Metadata(
            timestamp=identity.timestamp(report.created),
            tools=Tools(components=(Component(type="application", name="garboard", version=__version__),)),
            component=_image(report.image),
            supplier=_supplier(suppliers.of_image(report.image)),
        ),
        components=(),
        dependencies=(),
        compositions=(Composition(aggregate="incomplete", assemblies=(_ROOT,)),) if report.gaps else (),
        vulnerabilities=() if has_vulnerabilities else None,
        properties=_properties(properties.of_gaps(report.gaps)),
    )


def _components(report: Report, refs: Sequence[str]) -> Iterator[Component]:
    packages, distro = report.inventory.packages, report.inventory.distro
    by_id = {package.id: package for package in packages if package.vendor}
    if distro:
        yield _system(distro)
    for package, ref in zip(packages, refs, strict=True):
        yield _component(package, ref, report.image, by_id)


def _properties(pairs: Iterable[properties.Pair]) -> tuple[Property, ...]:
    return tuple([Property(name=name, value=value) for name, value in pairs])


def _image(image: Image) -> Component:
    algorithm, _, digest = image.manifest_digest.partition(":")
    known = {"sha256": "SHA-256", "sha512": "SHA-512"}.get(algorithm)
    return Component(
        type="container",
        bom_ref=_ROOT,
        supplier=_supplier(suppliers.of_image(image)),
        name=image.name,
        version=image.manifest_digest or image.config_digest or None,
        hashes=(Hash(alg=known, content=digest),) if known else (),
        purl=identity.oci_purl(image) or None,
        properties=_properties(properties.of_image(image)),
    )


def _system(distro: Distro) -> Component:
    return Component(
        type="operating-system",
        bom_ref=_SYSTEM,
        supplier=_supplier(suppliers.of_distro(distro)),
        name=distro.id,
        version=distro.version or None,
        description=distro.pretty_name or None,
        properties=_properties(properties.of_distro(distro)),
    )


def _supplier(found: Supplier | None) -> Entity | None:
    if found is None:
        return None
    person = found.kind == suppliers.PERSON
    return Entity(name=found.name, contact=(Contact(name=found.name, email=found.email or None),) if person else ())


def _component(package: Package, ref: str, image: Image, by_id: Mapping[str, Package]) -> Component:
    return Component(
        type="application" if package.application else "library",
        bom_ref=ref,
        supplier=_supplier(suppliers.of_package(package, by_id)),
        publisher=package.vendor or None,
        group=package.namespace or None,
        name=package.name,
        version=package.version or None,
        licenses=_licenses(package.licenses),
        purl=published(package) or None,
        evidence=_evidence(package) if package.locations else None,
        properties=_properties((*properties.of_package(package, image.layers), *_restated(package.licenses))),
    )


def _evidence(package: Package) -> Evidence:
    told = package.evidence
    offset = None if told is None else told.offset
    return Evidence(
        identity=() if told is None else _IDENTITIES.get(told.confidence, _IDENTITIES[MEDIUM]),
        occurrences=tuple(
            [
                Occurrence(location=f"/{place.path}", offset=offset, additional_context=_layer(place.layer))
                for place in package.locations
            ]
        ),
    )


@lru_cache(maxsize=512)
def _layer(index: int) -> str:
    return f"layer {index}"


@lru_cache(maxsize=4096)
def _licenses(stated: tuple[str, ...]) -> tuple[LicenseChoice, ...]:
    """Each license as an identifier or a name. An expression may only be alone; else it is a name."""
    if len(stated) == 1 and (expression := recognize(stated[0]).expression):
        return (LicenseChoice(expression=expression),)
    return tuple(LicenseChoice(license=_license(text)) for text in stated)


def _restated(stated: tuple[str, ...]) -> Iterator[properties.Pair]:
    """The text of the one expression, where it is another: there is no place for it beside the expression."""
    if len(stated) == 1 and recognize(stated[0]).expression not in {"", stated[0]}:
        yield "garboard:license", stated[0]


def _license(text: str) -> License:
    known = recognize(text).id
    if known:
        original = (Property(name="garboard:stated", value=text),) if known != text else ()
        return License(id=known, acknowledgement="declared", properties=original)
    if len(text) > _NAME:
        name = text.strip().partition("\n")[0][:_NAME]
        return License(name=name or "unnamed", acknowledgement="declared", text=Text(content=text))
    return License(name=text, acknowledgement="declared")


def _dependencies(packages: tuple[Package, ...], refs: list[str], *, has_system: bool) -> Iterator[Dependency]:
    """The image needs what was asked for, a package needs what satisfies its requirements, in the inventory's order."""
    known: dict[str, str] = {}
    for package, ref in zip(packages, refs, strict=True):
        known.setdefault(package.id, ref)
    top = [known[package.id] for package in roots({p.id: p for p in packages if not p.owner})]
    yield Dependency(ref=_ROOT, depends_on=tuple(dict.fromkeys(([_SYSTEM] if has_system else []) + top)))
    for package, ref in zip(packages, refs, strict=True):
        needed = dict.fromkeys(known[need] for need in package.depends_on if need in known)
        yield Dependency(ref=ref, depends_on=tuple(needed))
