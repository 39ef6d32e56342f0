"""``garboard db export``: one file for a machine without a network."""

from __future__ import annotations

from pathlib import Path

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.import_bundle import BUNDLE
from garboard.cli.db.options import SHARDS, waiting
from garboard.cli.params import Given
from garboard.model.base import Value


class BundleExport(Value):
    """A database, the bundle to write, and which shards (none: all)."""

    directory: Path
    file: Path
    shards: tuple[str, ...]


def _export_settings(given: Given) -> BundleExport:
    return BundleExport(directory=read_settings.database_directory(given), file=given[BUNDLE], shards=given[SHARDS])


@make("export", BUNDLE, SHARDS, o.DB, settings=_export_settings)
def export_bundle(settings: BundleExport) -> None:
    """Write shards into FILE, to be carried to a machine without a network. Without SHARD: all that is there."""
    from garboard.database import bundle, store

    shards = settings.shards or store.installed(settings.directory)
    click.echo(f"{settings.file} {bundle.export(settings.directory, shards, settings.file, waiting)}")
