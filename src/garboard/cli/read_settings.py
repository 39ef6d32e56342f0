"""Makes settings from what was given. The Dockerfile, the catalog and the database are opened only here.

Besides options it reads ``GARBOARD_FEEDS``, ``NO_COLOR``, ``FORCE_COLOR`` and ``TERM``; `garboard.cli.read_opening` reads what concerns images.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from garboard.cli import options as o
from garboard.cli.read_opening import limits, opening
from garboard.cli.settings import Analysis, Data, Output
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.cli.params import Given, Option
    from garboard.database.read import Database
    from garboard.model.dockerfile import Dockerfile
    from garboard.workflows.attribute import Build

STANDARD_INPUT: Final = "-"


def output(given: Given) -> Output:
    """Read the options of `garboard.cli.options.report`."""
    file = given[o.OUTPUT] or ""
    color = not file and _wants_color()
    return Output(format=_format(given), file=file, quiet=given[o.QUIET], color=color)


def _wants_color() -> bool:
    """By the conventions of NO_COLOR and FORCE_COLOR, else whether it is a terminal that knows colors."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    if forced:
        return forced != "0"
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _format(given: Given) -> str:
    """The command line takes precedence over variables; at the same level, ``--json`` and another format conflict."""
    named, json = given[o.FORMAT], given[o.JSON]
    if not (named and json) or named == "json":
        return "json" if json else named or "text"
    if given.on_the_line(o.FORMAT) != given.on_the_line(o.JSON):
        return named if given.on_the_line(o.FORMAT) else "json"
    raise UsageError(
        f"{given.spelled(o.JSON)} is short for --format json, and {given.spelled(o.FORMAT)} says {named}",
        "leave one of them out",
    )


def build(given: Given, *, look_up: bool = False) -> Build:
    """Read the options of `garboard.cli.options.BUILD`.

    With a Dockerfile or ``look_up``, the base may be looked for where the image came from.
    """
    from garboard.workflows.attribute import Build

    name = given[o.FILE] or ""
    if not name:
        needs_file: tuple[Option[Any], ...] = (o.TARGET, o.BUILD_ARG, o.STAGE)
        for option in needs_file:
            if given[option] and given.on_the_line(option):
                raise UsageError(
                    f"--file flag is mandatory to use {given.spelled(option)} flag", "name the Dockerfile with -f FILE"
                )
    return Build(
        dockerfile=_dockerfile(given, name) if name else None,
        target=given[o.TARGET] or "",
        build_args=dict(given[o.BUILD_ARG]),
        base=given[o.BASE] or "",
        stages=given[o.STAGE],
        look_up=look_up or bool(name),
    )


def _dockerfile(given: Given, name: str) -> Dockerfile:
    """Read the Dockerfile once, so it may be a pipe; one from standard input gets the usual name of a Dockerfile."""
    from garboard.dockerfile.parser import parse

    bounds = limits()
    most = bounds.dockerfile_bytes + 1
    if name == STANDARD_INPUT:
        return parse(sys.stdin.buffer.read(most), "Dockerfile", bounds)
    try:
        with Path(name).open("rb") as file:
            data = file.read(most)
    except OSError as error:
        hint = "name it with -f FILE" if given.on_the_line(o.FILE) else f"{given.spelled(o.FILE)} names it"
        raise UsageError(f"the Dockerfile {name} cannot be read: {error.strerror}", hint) from error
    return parse(data, name, bounds)


def catalog_path(given: Given) -> Path:
    """``--catalog`` or its default."""
    from garboard.basecatalog.store import default_path

    return Path(given[o.CATALOG] or default_path())


def catalog(given: Given) -> StoredCatalog | None:
    """The catalog, which need not exist unless the command line names it.

    Raises:
        CatalogError: a catalog that was named cannot be read.
    """
    path, named = catalog_path(given), given.on_the_line(o.CATALOG)
    if not named and not path.is_file():
        return None
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.basecatalog.store import Store

    store = Store(path)
    given.closing(store)
    found = StoredCatalog(store)
    if named:
        found.repositories()
    return found


def database_directory(given: Given) -> Path:
    """``--db`` or its default."""
    from garboard.database.store import default_directory

    return Path(given[o.DB] or default_directory())


def database(given: Given) -> Database:
    """The database, which need not exist yet."""
    from garboard.database.read import Database

    return Database(database_directory(given))


def feeds() -> str:
    """What ``GARBOARD_FEEDS`` names to use in place of the feeds: a folder or an address; empty for the feeds."""
    return os.environ.get("GARBOARD_FEEDS", "")


def data(given: Given) -> Data:
    """Read the options of `garboard.cli.options.DATA`."""
    return Data(database=database(given), catalog=catalog(given), feeds=feeds())


def analysis(given: Given, *, look_up: bool = False) -> Analysis:
    """Read the options of `garboard.cli.options.ANALYSIS`; ``look_up`` as in `build`."""
    return Analysis(
        image=given[o.IMAGE] or "",
        build=build(given, look_up=look_up),
        opening=opening(given),
        data=data(given),
        output=output(given),
    )
