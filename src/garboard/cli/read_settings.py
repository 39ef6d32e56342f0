"""Makes settings of what was given. The Dockerfile, the catalog and the database are opened here, and nowhere else.

Besides options it reads the variables that are no option's: ``GARBOARD_CACHE``, ``GARBOARD_CACHE_SIZE``,
``GARBOARD_FEEDS``, ``GARBOARD_LIMIT_…``, ``DOCKER_CONFIG``, ``NO_COLOR`` and ``SOURCE_DATE_EPOCH``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from garboard import dirs
from garboard.cli import options as o
from garboard.cli.progress import progress
from garboard.cli.settings import Analysis, Data, Opening, Output, PackageMirrors
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.cli.params import Given, Option
    from garboard.database.read import Database
    from garboard.image.layers.cache import Cache
    from garboard.image.options import Options
    from garboard.model.dockerfile import Dockerfile
    from garboard.model.image import Platform
    from garboard.model.limits import Limits
    from garboard.workflows.attribute import Build

STANDARD_INPUT: Final = "-"
_ADDRESS: Final = ("http://", "https://")


def now() -> dt.datetime:
    """This moment, or SOURCE_DATE_EPOCH for output that can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch.isdecimal() else dt.datetime.now(dt.UTC)


def output(given: Given) -> Output:
    """The options of `garboard.cli.options.report`."""
    file = given[o.OUTPUT] or ""
    color = sys.stdout.isatty() and not file and "NO_COLOR" not in os.environ
    return Output(format=_format(given), file=file, quiet=given[o.QUIET], color=color)


def _format(given: Given) -> str:
    """The command line goes before variables; on the same footing ``--json`` and another format contradict each other."""
    named, json = given[o.FORMAT], given[o.JSON]
    if not (named and json) or named == "json":
        return "json" if json else named or "text"
    if given.on_the_line(o.FORMAT) != given.on_the_line(o.JSON):
        return named if given.on_the_line(o.FORMAT) else "json"
    raise UsageError(
        f"{given.spelled(o.JSON)} is short for --format json, and {given.spelled(o.FORMAT)} says {named}",
        "leave one of them out",
    )


def opening(given: Given) -> Opening:
    """The options of `garboard.cli.options.OPENING`."""
    options = _options(given, given[o.PLATFORM], verify=given[o.VERIFY])
    return Opening(options=options, cache=_cache(given), quiet=given[o.QUIET], now=now())


def cataloging(given: Given, platform: Platform | None = None) -> Opening:
    """The options of `garboard.cli.options.REGISTRY`. Layers are always compared, and each is read once in any case."""
    options = _options(given, platform, verify=True)
    cache = _passing_cache(given) if given[o.NO_CACHE] else _cache(given)
    return Opening(options=options, cache=cache, quiet=given[o.QUIET], now=now())


def _options(given: Given, platform: Platform | None, *, verify: bool) -> Options:
    """The options of `garboard.cli.options.REGISTRY`, and how an image is chosen and checked."""
    from garboard.image.options import Options

    return Options(
        platform=platform,
        offline=given[o.OFFLINE],
        verify=verify,
        insecure=frozenset(given[o.INSECURE]),
        mirrors=_registry_mirrors(given),
        ca_file=given[o.CA_FILE] or "",
        username=given[o.USERNAME] or "",
        password=given[o.PASSWORD] or "",
        config_dir=os.environ.get("DOCKER_CONFIG", ""),
        limits=_limits(),
        progress=progress(quiet=given[o.QUIET]),
    )


def _registry_mirrors(given: Given) -> tuple[tuple[str, str], ...]:
    """An address is no registry's mirror but a package mirror, where the command takes these."""
    pairs = []
    for text in given[o.MIRROR]:
        registry, equals, host = text.partition("=")
        if text.startswith(_ADDRESS) and given.takes(o.PACKAGE_MIRROR):
            continue
        if not (registry and equals and host):
            raise UsageError(
                f"{given.spelled(o.MIRROR)} takes REGISTRY=HOST, not {text}",
                "as in --mirror docker.io=mirror.example:5000",
            )
        pairs.append((registry, host))
    return tuple(pairs)


def package_mirrors(given: Given) -> PackageMirrors:
    """``--package-mirror``, and the addresses among ``--mirror``."""
    pairs = list(given[o.PACKAGE_MIRROR])
    addresses = [text for text in given[o.MIRROR] if text.startswith(_ADDRESS)]
    if addresses:
        from garboard.workflows.query_mirrors import mirror

        pairs += map(mirror, addresses)
    return PackageMirrors(pairs=tuple(pairs), folder=None if given[o.NO_CACHE] else cache_folder() / "mirrors-1")


def _limits() -> Limits:
    """The default limits, with what GARBOARD_LIMIT_… sets."""
    from garboard.model.limits import DEFAULT

    names = {name: f"GARBOARD_LIMIT_{name.upper()}" for name in DEFAULT.__struct_fields__}
    changes = {name: _positive(variable) for name, variable in names.items() if variable in os.environ}
    if not changes:
        return DEFAULT
    import msgspec

    return msgspec.structs.replace(DEFAULT, **changes)


def _positive(variable: str) -> int:
    text = os.environ[variable]
    if not text.isdecimal() or int(text) == 0:
        raise UsageError(f"{variable} is not a positive whole number: {text}")
    return int(text)


def cache_folder() -> Path:
    """``GARBOARD_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("GARBOARD_CACHE") or dirs.cache())


def _cache(given: Given) -> Cache:
    from garboard.image.layers.cache import FolderCache, NoCache

    if given[o.NO_CACHE]:
        return NoCache()
    if os.environ.get("GARBOARD_CACHE_SIZE"):
        return FolderCache(cache_folder(), _positive("GARBOARD_CACHE_SIZE"))
    return FolderCache(cache_folder())


def _passing_cache(given: Given) -> Cache:
    """For as long as the command runs."""
    import tempfile

    from garboard.image.layers.cache import FolderCache

    stack = contextlib.ExitStack()
    given.closing(stack)
    return FolderCache(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="garboard-"))))


def build(given: Given, *, look_up: bool = False) -> Build:
    """The options of `garboard.cli.options.BUILD`.

    With a Dockerfile or ``look_up`` the base may be sought where the image came from.
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
    """Read once, so that it may be a pipe; one from standard input is called as Dockerfiles are."""
    from garboard.dockerfile.parser import parse

    if name == STANDARD_INPUT:
        return parse(sys.stdin.buffer.read(), "Dockerfile")
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        hint = "name it with -f FILE" if given.on_the_line(o.FILE) else f"{given.spelled(o.FILE)} names it"
        raise UsageError(f"the Dockerfile {name} cannot be read: {error.strerror}", hint) from error
    return parse(data, name)


def catalog_path(given: Given) -> Path:
    """``--catalog`` or its default."""
    from garboard.basecatalog.store import default_path

    return Path(given[o.CATALOG] or default_path())


def catalog(given: Given) -> StoredCatalog | None:
    """The catalog, which need not exist where the command line does not name it.

    Raises `CatalogError` for one that was named and cannot be read.
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


def data(given: Given) -> Data:
    """The options of `garboard.cli.options.DATA`."""
    return Data(database=database(given), catalog=catalog(given), feeds=os.environ.get("GARBOARD_FEEDS", ""))


def analysis(given: Given, *, look_up: bool = False) -> Analysis:
    """The options of `garboard.cli.options.ANALYSIS`; ``look_up`` as in `build`."""
    return Analysis(
        image=given[o.IMAGE] or "",
        build=build(given, look_up=look_up),
        opening=opening(given),
        data=data(given),
        output=output(given),
    )
