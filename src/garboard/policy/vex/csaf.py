"""CSAF 2.0, profile VEX: products by the package URLs of the document's tree, with flags and threats as reasons.

What is asked of a statement: section 4.5 and the mandatory tests of section 6.1, as far as they are about what it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard.model.vex import JUSTIFICATIONS, VexProduct, VexStatement, VexStatus
from garboard.policy.vex.flaws import first_flaw, time_flaw
from garboard.policy.vex.products import parsed, purl_flaw, version_flaw, versioned

_STATUSES: Final = MappingProxyType(
    {
        "known_not_affected": VexStatus.NOT_AFFECTED,
        "fixed": VexStatus.FIXED,
        "first_fixed": VexStatus.FIXED,
        "known_affected": VexStatus.AFFECTED,
        "first_affected": VexStatus.AFFECTED,
        "last_affected": VexStatus.AFFECTED,
        "under_investigation": VexStatus.UNDER_INVESTIGATION,
    }
)
_PUBLISHED: Final = ("final", "interim")
"""A draft is for its issuer's own use, or to ask what others think (3.2.1.12.8)."""
_RANGE: Final = "product_version_range"
_VERSION: Final = "product_version"
_GROUPS: Final = 1000
_NOT_THERE: Final = "names a product without a package URL, or on a platform that has none"


class _Tree(NamedTuple):
    """Products by their ids, what is wrong with others, and the groups of products that each is in."""

    products: Mapping[str, VexProduct]
    flaws: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]


class _Reasons(NamedTuple):
    """Texts by the ids of products and of groups of them."""

    of_products: Mapping[str, str]
    of_groups: Mapping[str, str]

    def of(self, product: str, tree: _Tree) -> str:
        """That of a product, or of a group in which it is."""
        named = self.of_products.get(product, "")
        return named or next((self.of_groups[one] for one in tree.groups.get(product, ()) if one in self.of_groups), "")


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The statements, one for each product: each has its own flag and impact.

    Raises:
        ValueError: it is not what the specification says.
    """
    about = _mapping(document.get("document"))
    tracking = _mapping(about.get("tracking"))
    tree = _tree(_mapping(document.get("product_tree")))
    flaw = _document_flaw(tracking)
    for number, one in enumerate(map(_mapping, _items(document.get("vulnerabilities")))):
        for each in _of_vulnerability(one, tree):
            yield VexStatement(
                ids=each.ids,
                status=each.status,
                products=each.products,
                justification=each.justification,
                text=each.text,
                timestamp=_text(tracking.get("current_release_date")),
                dated=each.dated,
                document=name,
                author=_text(_mapping(about.get("publisher")).get("name")),
                place=f"vulnerabilities[{number}]{each.place}",
                flaw=flaw or each.flaw,
            )


def _document_flaw(tracking: dict[str, Any]) -> str:
    status, time = _text(tracking.get("status")), _text(tracking.get("current_release_date"))
    if status not in _PUBLISHED:
        what = status[:100] or "none"
        return (
            "is in a draft" if status == "draft" else f"is in a document whose status is {what}, not final or interim"
        )
    return time_flaw(time) if time else "is in a document without current_release_date, which CSAF asks for"


def _of_vulnerability(one: dict[str, Any], tree: _Tree) -> Iterator[VexStatement]:
    ids = (_text(one.get("cve")), *(_text(_mapping(each).get("text")) for each in _items(one.get("ids"))))
    flags, impacts = _reasons(one.get("flags"), "label"), _reasons(one.get("threats"), "details", category="impact")
    stated = {
        key: tuple(dict.fromkeys(map(_text, _items(_mapping(one.get("product_status")).get(key))))) for key in _STATUSES
    }
    dated = tuple(
        filter(
            None,
            (
                _text(reason.get("date"))
                for key in ("flags", "threats")
                for reason in map(_mapping, _items(one.get(key)))
            ),
        )
    )
    statuses = Counter(product for of_status in _kinds(stated) for product in of_status)
    for key, products in stated.items():
        for product in products:
            label, impact = flags.of(product, tree), impacts.of(product, tree)
            flaws = (
                "" if any(ids) else "names no vulnerability",
                "" if product in tree.products else tree.flaws.get(product, _NOT_THERE),
                "has several statuses for one product" if statuses[product] > 1 else "",
                _reason_flaw(key, label, impact),
                *map(time_flaw, dated),
            )
            yield VexStatement(
                ids=tuple(dict.fromkeys(filter(None, ids))),
                status=_STATUSES[key],
                products=(tree.products[product],) if product in tree.products else (),
                justification=label,
                text=impact,
                dated=dated,
                place=f".product_status.{key}",
                flaw=first_flaw(flaws),
            )


def _kinds(stated: Mapping[str, tuple[str, ...]]) -> Iterator[frozenset[str]]:
    """The products of each of the four statuses; one that is in two of them contradicts itself (6.1.6)."""
    for status in VexStatus:
        yield frozenset(product for key, products in stated.items() if _STATUSES[key] is status for product in products)


def _reason_flaw(key: str, label: str, impact: str) -> str:
    if label and label not in JUSTIFICATIONS:
        return f"has {label[:100]} as its flag, which is none"
    if _STATUSES[key] is VexStatus.NOT_AFFECTED and not (label or impact.strip()):
        return "says not affected without a flag or an impact statement"
    return ""


def _tree(tree: dict[str, Any]) -> _Tree:
    """Products by their ids; a component of a platform only where that is an image: of others (a CPE) it is not known which images they are."""
    purls: dict[str, str] = {}
    flaws: dict[str, str] = {}
    for key, purl, is_range, beside in _stated(tree):
        if purls.get(key, purl) != purl:
            flaws[key] = "names a product whose id stands for several"
        elif beside:
            flaws[key] = beside
        elif is_range:
            flaws[key] = "names a range of versions, which a package URL does not say"
        elif purl and (wrong := purl_flaw(purl)):
            flaws[key] = wrong
        purls[key] = purl
    found = {key: VexProduct(purl=purl) for key, purl in purls.items() if key and purl}
    known: dict[str, tuple[str, ...]] = {}
    for one in map(_mapping, _items(tree.get("relationships"))):
        key = _text(_mapping(one.get("full_product_name")).get("product_id"))
        parts = _text(one.get("product_reference")), _text(one.get("relates_to_product_reference"))
        component, platform = (purls.get(part, "") for part in parts)
        if key in purls or known.get(key, parts) != parts:
            flaws[key] = "names a product whose id stands for several"
        elif wrong := first_flaw(flaws.get(part, "") for part in parts):
            flaws[key] = wrong
        known[key] = parts
        if key and component and platform:
            found[key] = VexProduct(purl=platform, subcomponent=component)
    return _Tree({key: one for key, one in found.items() if key not in flaws}, flaws, _groups(tree))


def _stated(tree: dict[str, Any]) -> Iterator[tuple[str, str, bool, str]]:
    """The products of branches and of the list: the id, the package URL, whether it is a range of versions, and a flaw.

    A package URL without a version has that of the branch of a version that is nearest above.
    """
    listed = ({"product": one} for one in _items(tree.get("full_product_names")))
    waiting: list[tuple[object, str, str]] = [(one, "", "") for one in (*_items(tree.get("branches")), *listed)]
    while waiting:
        stated, kind, version = waiting.pop()
        branch = _mapping(stated)
        if branch.get("category") in {_RANGE, _VERSION}:
            kind, version = _text(branch.get("category")), _text(branch.get("name")).strip()
        product = _mapping(branch.get("product"))
        if product:
            purl = _text(_mapping(product.get("product_identification_helper")).get("purl"))
            whole = purl if _is_name(version, product, purl) else versioned(purl, version)
            is_range = kind == _RANGE and (whole != purl or branch.get("category") == _RANGE)
            named = kind == _VERSION and not _is_name(version, product, purl)
            beside = version_flaw(purl, version) if named else ""
            yield _text(product.get("product_id")), purl if kind == _RANGE else whole, is_range, beside
        waiting += ((one, kind, version) for one in _items(branch.get("branches")))


def _is_name(version: str, product: Mapping[str, Any], purl: str) -> bool:
    """Whether a branch of a version has the product's name for it, as some makers write what they say of all versions."""
    found = parsed(purl)
    return version in {_text(product.get("name")), found.name if found else ""}


def _groups(tree: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The groups in which each product is.

    Raises:
        ValueError: there are too many.
    """
    stated = [*map(_mapping, _items(tree.get("product_groups")))]
    if len(stated) > _GROUPS:
        raise ValueError(f"it has more than {_GROUPS} groups of products, the limit")
    found: dict[str, dict[str, None]] = {}
    for one in stated:
        for product in map(_text, _items(one.get("product_ids"))):
            found.setdefault(product, {})[_text(one.get("group_id"))] = None
    return {product: tuple(groups) for product, groups in found.items()}


def _reasons(entries: object, key: str, category: str = "") -> _Reasons:
    kept = [one for one in map(_mapping, _items(entries)) if not category or one.get("category") == category]
    return _Reasons(
        *(
            {_text(product): _text(one.get(key)) for one in kept for product in _items(one.get(ids))}
            for ids in ("product_ids", "group_ids")
        )
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
