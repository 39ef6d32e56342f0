"""``garboard catalog``: base images that others are recognised by, and improved with."""

from __future__ import annotations

import click

from garboard.cli.catalog import exchange, inspect, sync


@click.group("catalog")
def command() -> None:
    """Keep base images: what was built on them is recognised, and better ones are recommended, without a network.

    \b
    garboard catalog sync python --tags '3.*-slim*'
    garboard catalog import official-images ./official-images
    garboard catalog export bases.catalogue
    """  # noqa: D301  (\b is click's)


for _one in (
    sync.sync,
    sync.add,
    exchange.import_,
    exchange.export,
    inspect.list_,
    inspect.show,
    inspect.prune,
    inspect.approve,
):
    command.add_command(_one)
