"""CSAF 2.0, profile VEX: products by the package URLs of the document's tree, with flags and threats as reasons."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from garboard.model.vex import VexProduct, VexStatement, VexStatus

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


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The statements, one for each product: each has its own flag and impact.

    Raises:
        ValueError: it is not what the specification says.
    """
    about = _mapping(document.get("document"))
    tracking = _mapping(about.get("tracking"))
    time = _text(tracking.get("current_release_date")) or _text(tracking.get("initial_release_date"))
    author = _text(_mapping(about.get("publisher")).get("name"))
    products = _products(_mapping(document.get("product_tree")))
    for one in map(_mapping, _items(document.get("vulnerabilities"))):
        ids = (_text(one.get("cve")), *(_text(_mapping(each).get("text")) for each in _items(one.get("ids"))))
        flags = _by_product(one.get("flags"), "label")
        impacts = _by_product(one.get("threats"), "details", category="impact")
        for key, status in _STATUSES.items():
            for product in map(_text, _items(_mapping(one.get("product_status")).get(key))):
                known = products.get(product)
                yield VexStatement(
                    ids=tuple(dict.fromkeys(filter(None, ids))),
                    status=status,
                    products=(known,) if known else (),
                    flaw="" if known else "names a product without a package URL, or on a platform that has none",
                    justification=flags.get(product, ""),
                    text=impacts.get(product, ""),
                    timestamp=time,
                    document=name,
                    author=author,
                )


def _products(tree: dict[str, Any]) -> dict[str, VexProduct]:
    """Products by their ids; a component of a platform only where that is an image: of others (a CPE) it is not known which images they are."""
    purls: dict[str, str] = {}
    waiting = [*_items(tree.get("branches")), *({"product": one} for one in _items(tree.get("full_product_names")))]
    while waiting:
        branch = _mapping(waiting.pop())
        product = _mapping(branch.get("product"))
        purls[_text(product.get("product_id"))] = _text(
            _mapping(product.get("product_identification_helper")).get("purl")
        )
        waiting += _items(branch.get("branches"))
    found = {key: VexProduct(purl=purl) for key, purl in purls.items() if key and purl}
    for one in map(_mapping, _items(tree.get("relationships"))):
        key = _text(_mapping(one.get("full_product_name")).get("product_id"))
        component = purls.get(_text(one.get("product_reference")), "")
        platform = purls.get(_text(one.get("relates_to_product_reference")), "")
        if key and component and platform:
            found[key] = VexProduct(purl=platform, subcomponent=component)
    return found


def _by_product(entries: object, key: str, category: str = "") -> dict[str, str]:
    return {
        _text(product): _text(one.get(key))
        for one in map(_mapping, _items(entries))
        if not category or one.get("category") == category
        for product in _items(one.get("product_ids"))
    }


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
