"""``garboard catalog``: base images that others are recognised by, and improved with."""

from __future__ import annotations

import click

from garboard.cli import catalog_carrying, catalog_filling, catalog_looking


@click.group("catalog")
def command() -> None:
    """Keep base images: what was built on them is recognised, and better ones are recommended, without a network.

    \b
    garboard catalog sync python --tags '3.*-slim*'
    garboard catalog import official-images ./official-images
    garboard catalog export bases.catalogue
    """  # noqa: D301  (\b is click's)


for _one in (
    catalog_filling.sync,
    catalog_filling.add,
    catalog_carrying.import_,
    catalog_carrying.export,
    catalog_looking.list_,
    catalog_looking.show,
    catalog_looking.prune,
    catalog_looking.approve,
):
    command.add_command(_one)
