"""CSAF 2.0 documents of the profile VEX (https://docs.oasis-open.org/csaf/csaf/v2.0): what a vendor says of its products.

A product is a component of a platform: ``BaseOS-9.4.0.GA:openssl-1:3.0.7-27.el9.x86_64``. The document's tree names both,
the platform by a CPE and the component by a package URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

STATUSES: Final = ("fixed", "known_affected", "known_not_affected", "under_investigation")
_DEEPEST: Final = 32


class _Helper(msgspec.Struct, frozen=True, gc=False):
    cpe: str = ""
    purl: str = ""


class _Product(msgspec.Struct, frozen=True, gc=False):
    product_id: str = ""
    product_identification_helper: _Helper = _Helper()


class _Branch(msgspec.Struct, frozen=True):
    product: _Product | None = None
    branches: tuple[_Branch, ...] = ()


class _Relationship(msgspec.Struct, frozen=True, gc=False):
    full_product_name: _Product
    product_reference: str
    relates_to_product_reference: str


class _Tree(msgspec.Struct, frozen=True, gc=False):
    branches: tuple[_Branch, ...] = ()
    relationships: tuple[_Relationship, ...] = ()


class _Status(msgspec.Struct, frozen=True, gc=False):
    fixed: tuple[str, ...] = ()
    known_affected: tuple[str, ...] = ()
    known_not_affected: tuple[str, ...] = ()
    under_investigation: tuple[str, ...] = ()


class Statement(msgspec.Struct, frozen=True, gc=False):
    """A remediation, a threat or a flag, and the products that it is about."""

    category: str = ""
    details: str = ""
    label: str = ""
    url: str = ""
    product_ids: tuple[str, ...] = ()


class _Cvss(msgspec.Struct, frozen=True, gc=False):
    vectorString: str = ""  # noqa: N815  # the format's own word


class _Score(msgspec.Struct, frozen=True, gc=False):
    cvss_v3: _Cvss | None = None
    cvss_v2: _Cvss | None = None
    cvss_v4: _Cvss | None = None


class _Cwe(msgspec.Struct, frozen=True, gc=False):
    id: str = ""


class _Note(msgspec.Struct, frozen=True, gc=False):
    category: str = ""
    text: str = ""


class _Reference(msgspec.Struct, frozen=True, gc=False):
    category: str = ""
    url: str = ""


class VexVulnerability(msgspec.Struct, frozen=True, gc=False):
    """One vulnerability of a document."""

    cve: str = ""
    title: str = ""
    cwe: _Cwe | None = None
    notes: tuple[_Note, ...] = ()
    release_date: str = ""
    product_status: _Status = _Status()
    remediations: tuple[Statement, ...] = ()
    threats: tuple[Statement, ...] = ()
    flags: tuple[Statement, ...] = ()
    scores: tuple[_Score, ...] = ()
    references: tuple[_Reference, ...] = ()

    @property
    def description(self) -> str:
        """The description among its notes."""
        return next((note.text for note in self.notes if note.category == "description"), "")

    @property
    def vectors(self) -> tuple[str, ...]:
        """CVSS vectors, of the newest version first."""
        found = (one for score in self.scores for one in (score.cvss_v4, score.cvss_v3, score.cvss_v2))
        return tuple(dict.fromkeys(one.vectorString for one in found if one is not None and one.vectorString))

    def by_product(self, statements: tuple[Statement, ...], category: str = "") -> dict[str, Statement]:
        """The first statement on each product, of a category if one is given."""
        found: dict[str, Statement] = {}
        for one in statements:
            if not category or one.category == category:
                for product in one.product_ids:
                    found.setdefault(product, one)
        return found


class _Tracking(msgspec.Struct, frozen=True, gc=False):
    id: str = ""
    current_release_date: str = ""


class _About(msgspec.Struct, frozen=True, gc=False):
    tracking: _Tracking = _Tracking()


class Document(msgspec.Struct, frozen=True, gc=False):
    """A document."""

    document: _About = _About()
    product_tree: _Tree = _Tree()
    vulnerabilities: tuple[VexVulnerability, ...] = ()

    @property
    def modified(self) -> str:
        """When it was last changed."""
        return self.document.tracking.current_release_date


_DOCUMENT: Final = msgspec.json.Decoder(Document)


class Component(msgspec.Struct, frozen=True, gc=False):
    """A product of a platform that was asked for.

    Its id, its package URL (empty if it has none), the component's own id in the tree, and what its reader calls the platform.
    """

    product: str
    purl: str
    reference: str
    platform: str


def read(data: bytes) -> Document:
    """Decode a document.

    Raises:
        decoding.UNUSABLE: It is not CSAF.
    """
    return _DOCUMENT.decode(data)


def components(document: Document, platform_of: Callable[[str], str]) -> dict[str, Component]:
    """Return the components of the wanted platforms by the ids that statuses name.

    ``platform_of`` says what a CPE is called; empty if nothing of it is wanted.

    Raises:
        ValueError: The tree is too deep.
    """
    platforms: dict[str, str] = {}
    purls: dict[str, str] = {}
    for product in _products(document.product_tree.branches):
        helper = product.product_identification_helper
        if helper.purl or not helper.cpe:
            purls[product.product_id] = helper.purl
        elif helper.cpe and (name := platform_of(helper.cpe)):
            platforms[product.product_id] = name
    if not platforms:
        return {}
    found: dict[str, Component] = {}
    for one in document.product_tree.relationships:
        platform = platforms.get(one.relates_to_product_reference)
        reference = one.product_reference
        if platform is not None and reference in purls:
            identifier = one.full_product_name.product_id
            found[identifier] = Component(
                product=identifier, purl=purls[reference], reference=reference, platform=platform
            )
    return found


def stated(vulnerability: VexVulnerability, known: dict[str, Component]) -> Iterator[tuple[str, Component]]:
    """Yield the status of each known component."""
    for status in STATUSES:
        for product in getattr(vulnerability.product_status, status):
            if (component := known.get(product)) is not None:
                yield status, component


def _products(branches: tuple[_Branch, ...]) -> Iterator[_Product]:
    waiting = [(one, 1) for one in branches]
    while waiting:
        branch, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError(f"its product tree is deeper than {_DEEPEST}")
        if branch.product is not None:
            yield branch.product
        waiting += [(one, depth + 1) for one in branch.branches]
