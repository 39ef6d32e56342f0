"""``garboard catalog``: base images that others are recognised by, and improved with."""

from __future__ import annotations

from garboard.cli.catalog import exchange, inspect, sync
from garboard.cli.command import group

command = group(
    "catalog",
    """Keep base images: what was built on them is recognised, and better ones are recommended, without a network.

    \b
    garboard catalog sync python --tags '3.*-slim*'
    garboard catalog import official-images ./official-images
    garboard catalog export bases.catalogue
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
