"""``garboard db import``: the data of a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import waiting
from garboard.cli.params import Given, Operand
from garboard.model.base import Value

BUNDLE: Final = Operand[Path]("file", kind=click.Path(dir_okay=False, path_type=Path))


class BundleImport(Value):
    """A database, the bundle file of its shards, and the digest that it must have."""

    directory: Path
    file: Path
    digest: str


def _import_settings(given: Given) -> BundleImport:
    directory, digest = read_settings.database_directory(given), given[o.DIGEST] or ""
    return BundleImport(directory=directory, file=given[BUNDLE], digest=digest)


@make("import", BUNDLE, o.DIGEST, o.DB, settings=_import_settings)
def import_bundle(settings: BundleImport) -> None:
    """Put the shards of FILE in place, once all of them are verified."""
    from garboard.database import bundle

    for state in bundle.unpack(settings.directory, settings.file, settings.digest, waiting):
        click.echo(f"{state.shard}: imported, {state.records} records, fetched {state.fetched}")
