"""What commands that ask package mirrors have in common: their option, and how the mirrors are reached."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard import dirs
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.image.options import Options
    from garboard.workflows.query_mirrors import Web


def mirror_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--package-mirror``."""
    return click.option(
        "--package-mirror",
        multiple=True,
        metavar="URL|FROM=TO",
        help="Fetch packages from URL in place of every host that the image names, or from TO what begins with FROM.",
    )(function)


def mirrors_from(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The option's pairs; takes it out of ``values``, and addresses out of ``mirror`` (which else names registries)."""
    from garboard.workflows.query_mirrors import mirror

    texts = list(values.pop("package_mirror"))
    texts += [text for text in values["mirror"] if text.startswith(("http://", "https://"))]
    values["mirror"] = tuple(text for text in values["mirror"] if text not in texts)
    return tuple(mirror(text) for text in texts)


def refuse_offline(what: str, *, offline: bool) -> None:
    """Raises `UsageError` where no connection may be opened."""
    if offline:
        raise UsageError(f"{what} asks package mirrors, which --offline forbids", "leave out --offline")


def folder_from(*, no_cache: bool) -> Path | None:
    """Where indexes and packages are kept: beside the layers' cache; None where nothing is to be kept."""
    if no_cache:
        return None
    return Path(os.environ.get("GARBOARD_CACHE") or dirs.cache()) / "mirrors-1"


def web(options: Options, mirrors: Sequence[tuple[str, str]], folder: Path | None) -> Web:
    """The way to the mirrors."""
    from garboard.net.client import Client
    from garboard.workflows.query_mirrors import Web

    client = Client(offline=options.offline, ca_file=options.ca_file)
    return Web(client, mirrors=tuple(mirrors), folder=folder, progress=options.progress)
