"""Everything a catalog knows about base images, for programs."""

from __future__ import annotations

from typing import Any

from garboard.model.package import Inventory
from garboard.reporters.bases import Base, Details, approved, document, encoded


def render(details: Details) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return encoded([_one(one, details, dict(details.inventories).get(one.base.key)) for one in details.bases])


def _one(one: Base, details: Details, inventory: Inventory | None) -> dict[str, Any]:
    image = one.base.image
    return document(one) | {
        "history": [
            {"created": entry.created, "createdBy": entry.created_by, "emptyLayer": entry.empty_layer}
            for entry in image.history
        ],
        "labels": dict(image.labels),
        "approved": approved(one.base, details.approvals),
        "packageList": _packages(inventory),
        "gaps": inventory.gaps if inventory else (),
    }


def _packages(inventory: Inventory | None) -> list[dict[str, str]] | None:
    """The packages; None if they are not known."""
    if inventory is None:
        return None
    return [
        {"type": one.type, "name": one.full_name, "version": one.version, "arch": one.arch, "purl": one.purl}
        for one in inventory.packages
    ]
