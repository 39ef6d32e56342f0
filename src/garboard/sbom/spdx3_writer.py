"""An inventory as SPDX 3.0.1 (JSON-LD): a graph of packages, their suppliers, declared licenses and relationships.

What the format has no field for is an annotation, as in `garboard.sbom.spdx_writer`. The graph lists the elements in the
order in which others refer to them: agents and licenses before packages, packages before relationships.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import msgspec

from garboard import json_text
from garboard._version import __version__
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.packages.purl import published
from garboard.sbom import identity, properties, spdx_names, suppliers
from garboard.sbom.licenses import NO_ASSERTION, References
from garboard.sbom.spdx_ids import LIST_VERSION
from garboard.sbom.suppliers import Supplier

_CONTEXT: Final = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_DATA_LICENSE: Final = "https://spdx.org/licenses/CC0-1.0"
_CREATION: Final = "_:creation"
_TOOL: Final = f"garboard-{__version__}"


class _Node(msgspec.Struct, rename="camel", omit_defaults=True, gc=False, kw_only=True, tag_field="type"):
    """A node of the graph; what is empty is left out."""


class CreationInfo(_Node, tag="CreationInfo", kw_only=True):
    """What made the elements, and when."""

    node: str = msgspec.field(name="@id")
    spec_version: str
    created: str
    created_by: tuple[str, ...]
    created_using: tuple[str, ...]


class _Element(_Node, kw_only=True):
    spdx_id: str
    creation_info: str = msgspec.field(default_factory=lambda: _CREATION)


class ExternalIdentifier(_Node, tag="ExternalIdentifier", kw_only=True):
    """A name elsewhere."""

    external_identifier_type: str
    identifier: str


class NodeHash(_Node, tag="Hash", kw_only=True):
    """A digest."""

    algorithm: str
    hash_value: str


class DictionaryEntry(_Node, tag="DictionaryEntry", kw_only=True):
    """Where a license that is not on SPDX's list stands."""

    key: str
    value: str


class _Named(_Element, kw_only=True):
    name: str
    external_identifier: tuple[ExternalIdentifier, ...] = ()


class SoftwareAgent(_Named, tag="SoftwareAgent", kw_only=True):
    """This program, as the author of the document."""


class Tool(_Named, tag="Tool", kw_only=True):
    """This program, as the means."""


class Person(_Named, tag="Person", kw_only=True):
    """A supplier."""


class Organization(_Named, tag="Organization", kw_only=True):
    """A supplier."""


class _Collection(_Element, kw_only=True):
    name: str | None = None
    profile_conformance: tuple[str, ...]
    element: tuple[str, ...]
    root_element: tuple[str, ...]


class SpdxDocument(_Collection, tag="SpdxDocument", kw_only=True):
    """The document."""

    data_license: str


class Sbom(_Collection, tag="software_Sbom", kw_only=True):
    """The image's bill of materials."""

    sbom_type: tuple[str, ...] = msgspec.field(name="software_sbomType")


class LicenseExpression(_Element, tag="simplelicensing_LicenseExpression", kw_only=True):
    """What a package states as its license."""

    expression: str = msgspec.field(name="simplelicensing_licenseExpression")
    list_version: str = msgspec.field(name="simplelicensing_licenseListVersion")
    custom: tuple[DictionaryEntry, ...] = msgspec.field(name="simplelicensing_customIdToUri", default=())


class LicenseText(_Element, tag="simplelicensing_SimpleLicensingText", kw_only=True):
    """A license that is not on SPDX's list."""

    name: str
    text: str = msgspec.field(name="simplelicensing_licenseText")


class PackageNode(_Element, tag="software_Package", kw_only=True):
    """A package, the operating system or the image."""

    name: str
    summary: str | None = None
    verified_using: tuple[NodeHash, ...] = ()
    supplied_by: str | None = None
    version: str | None = msgspec.field(name="software_packageVersion", default=None)
    purl: str | None = msgspec.field(name="software_packageUrl", default=None)
    purpose: str = msgspec.field(name="software_primaryPurpose")


class RelationshipNode(_Element, tag="Relationship", kw_only=True):
    """How one element belongs to others."""

    source: str = msgspec.field(name="from")
    relationship_type: str
    to: tuple[str, ...]
    completeness: str | None = None


class AnnotationNode(_Element, tag="Annotation", kw_only=True):
    """A remark of this program."""

    annotation_type: str
    content_type: str
    subject: str
    statement: str


class _Graph(msgspec.Struct, gc=False):
    context: str = msgspec.field(name="@context")
    graph: list[_Node] = msgspec.field(name="@graph")


def render(report: Report) -> bytes:
    """The document, UTF-8, ending in a line feed. Its namespace is derived from its content."""
    return json_text.document(_Graph(_CONTEXT, _Writer(report).nodes()))


def _namespace(report: Report) -> str:
    """Of the identifiers of the elements: always the same for the same content."""
    content = (report.image, report.inventory, report.gaps, identity.timestamp(report.created), __version__)
    return f"{spdx_names.SITE}garboard-{identity.of_content((json_text.encoded(content),))}#"


class _Writer:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._base = _namespace(report)
        self._names = spdx_names.Names(report.inventory.packages)
        self._licenses = References()
        self._expressions: dict[str, str] = {}
        self._suppliers: dict[Supplier, str] = {}
        self._agents: list[_Node] = []
        self._notes: list[_Node] = []

    def nodes(self) -> list[_Node]:
        """The whole graph: first what made it, then the two collections, then what they list."""
        report = self._report
        packages = [*self._subjects(), *map(self._package, report.inventory.packages, self._names.own)]
        links = [*self._relationships()]
        for pair in properties.of_gaps(report.gaps):
            self._note(spdx_names.DOCUMENT, (pair,))
        agent, tool = self._id("SPDXRef-Agent-garboard"), self._id("SPDXRef-Tool-garboard")
        made = [SoftwareAgent(spdx_id=agent, name=_TOOL), Tool(spdx_id=tool, name=_TOOL)]
        content = [*made, *self._agents, *self._license_nodes(), *packages, *links, *self._notes]
        listed = [one.spdx_id for one in (*packages, *links) if isinstance(one, _Element)]
        creation = CreationInfo(
            node=_CREATION,
            spec_version="3.0.1",
            created=identity.timestamp(report.created),
            created_by=(agent,),
            created_using=(tool,),
        )
        return [creation, *self._collections(content, listed), *content]

    def _collections(self, content: Iterable[_Node], listed: Iterable[str]) -> Iterator[_Node]:
        profiles = ("core", "software", "simpleLicensing")
        bom = self._id("SPDXRef-SBOM")
        yield SpdxDocument(
            spdx_id=self._id(spdx_names.DOCUMENT),
            name=self._report.image.name or "image",
            profile_conformance=profiles,
            data_license=_DATA_LICENSE,
            element=(bom, *(one.spdx_id for one in content if isinstance(one, _Element))),
            root_element=(bom,),
        )
        yield Sbom(
            spdx_id=bom,
            profile_conformance=profiles,
            sbom_type=("analyzed",),
            element=tuple(listed),
            root_element=(self._id(spdx_names.IMAGE),),
        )

    def _id(self, name: str) -> str:
        return self._base + name

    def _note(self, subject: str, pairs: Iterable[properties.Pair]) -> None:
        stated = list(pairs)
        if stated:
            self._notes.append(
                AnnotationNode(
                    spdx_id=self._id(f"SPDXRef-Annotation-{len(self._notes) + 1}"),
                    annotation_type="other",
                    content_type="application/json",
                    subject=self._id(subject),
                    statement=msgspec.json.encode(stated).decode(),
                )
            )

    def _supplier(self, found: Supplier | None) -> str | None:
        if found is None:
            return None
        if found not in self._suppliers:
            name = self._suppliers[found] = self._id(f"SPDXRef-Supplier-{len(self._suppliers) + 1}")
            email = (
                (ExternalIdentifier(external_identifier_type="email", identifier=found.email),) if found.email else ()
            )
            kind = Person if found.kind == suppliers.PERSON else Organization
            self._agents.append(kind(spdx_id=name, name=found.name, external_identifier=email))
        return self._suppliers[found]

    def _subjects(self) -> Iterator[_Node]:
        """The image, and its operating system."""
        image, distro = self._report.image, self._report.inventory.distro
        algorithm, _, digest = image.manifest_digest.partition(":")
        known = algorithm in {"sha256", "sha512"}
        self._note(spdx_names.IMAGE, properties.of_image(image))
        yield PackageNode(
            spdx_id=self._id(spdx_names.IMAGE),
            name=image.name or "image",
            supplied_by=self._supplier(suppliers.of_image(image)),
            verified_using=(NodeHash(algorithm=algorithm, hash_value=digest),) if known else (),
            version=image.manifest_digest or image.config_digest or None,
            purl=identity.oci_purl(image) or None,
            purpose="container",
        )
        if distro is not None:
            self._note(spdx_names.SYSTEM, properties.of_distro(distro))
            yield PackageNode(
                spdx_id=self._id(spdx_names.SYSTEM),
                name=distro.id,
                supplied_by=self._supplier(suppliers.of_distro(distro)),
                summary=distro.pretty_name or None,
                version=distro.version or None,
                purpose="operatingSystem",
            )

    def _package(self, package: Package, name: str) -> _Node:
        declared = self._licenses.declared(package.licenses)
        self._note(
            name, (*properties.of_package(package, self._report.image.layers), *spdx_names.more(package, declared))
        )
        return PackageNode(
            spdx_id=self._id(name),
            name=package.full_name or "unnamed",
            supplied_by=self._supplier(suppliers.of_package(package, self._names.by_id)),
            version=package.version or None,
            purl=published(package) or None,
            purpose="application" if package.application else "library",
        )

    def _license(self, expression: str) -> str:
        """The element of an expression."""
        if expression not in self._expressions:
            digest = sha256(expression.encode("utf-8", "surrogatepass")).hexdigest()[:16]
            self._expressions[expression] = self._id(f"SPDXRef-License-{digest}")
        return self._expressions[expression]

    def _license_nodes(self) -> Iterator[_Node]:
        for name, text in self._licenses.texts.items():
            yield LicenseText(spdx_id=self._id(name), name=spdx_names.first_line(text), text=text)
        for expression, name in self._expressions.items():
            words = expression.replace("(", " ").replace(")", " ").split()
            yield LicenseExpression(
                spdx_id=name,
                expression=expression,
                list_version=f"{LIST_VERSION}.0",
                custom=tuple(
                    DictionaryEntry(key=word, value=self._id(word)) for word in words if word in self._licenses.texts
                ),
            )

    def _relationships(self) -> Iterator[_Node]:
        """An owned package is contained in its owner, all others in the image; one relationship for each element and kind."""
        packages, names = self._report.inventory.packages, self._names
        contained: dict[str, list[str]] = {}
        if self._report.inventory.distro is not None:
            contained[spdx_names.IMAGE] = [spdx_names.SYSTEM]
        for package, name in zip(packages, names.own, strict=True):
            contained.setdefault(names.known.get(package.owner, spdx_names.IMAGE), []).append(name)
        for owner, held in contained.items():
            yield self._related(
                "contains", owner, held, incomplete=owner == spdx_names.IMAGE and bool(self._report.gaps)
            )
        for package, name in zip(packages, names.own, strict=True):
            needed = dict.fromkeys(names.known[need] for need in package.depends_on if need in names.known)
            if needed:
                yield self._related("dependsOn", name, needed)
            declared = self._licenses.declared(package.licenses)
            if declared != NO_ASSERTION:
                yield self._link("hasDeclaredLicense", name, (self._license(declared),))

    def _related(self, kind: str, source: str, targets: Iterable[str], *, incomplete: bool = False) -> _Node:
        return self._link(kind, source, map(self._id, targets), "incomplete" if incomplete else None)

    def _link(self, kind: str, source: str, targets: Iterable[str], completeness: str | None = None) -> _Node:
        return RelationshipNode(
            spdx_id=self._id(f"SPDXRef-Relationship-{kind}-{source.removeprefix('SPDXRef-')}"),
            source=self._id(source),
            relationship_type=kind,
            to=tuple(targets),
            completeness=completeness,
        )
