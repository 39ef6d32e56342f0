"""``garboard catalog``: base images for recognizing and improving others."""

from __future__ import annotations

from garboard.cli.catalog import exchange, inspect, sync
from garboard.cli.command import group

command = group(
    "catalog",
    """Manage the catalog of base images, which recognizes what images were built on and recommends better bases, offline.

    \b
    garboard catalog sync python --tags '3.*-slim*'
    garboard catalog import official-images ./official-images
    garboard catalog export bases.catalog
    """,
    sync.sync,
    sync.add,
    exchange.import_,
    exchange.export,
    inspect.list_,
    inspect.show,
    inspect.prune,
    inspect.approve,
)
