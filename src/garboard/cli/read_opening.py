"""Makes the settings for opening images, and for where their layers and the package mirrors' documents are kept.

Besides options it reads the variables that belong to no option: ``GARBOARD_CACHE``, ``GARBOARD_CACHE_SIZE``,
``GARBOARD_LIMIT_…``, ``DOCKER_CONFIG`` and ``SOURCE_DATE_EPOCH``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard import dirs
from garboard.cli import options as o
from garboard.cli.progress import progress
from garboard.cli.settings import Opening, PackageMirrors
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from garboard.cli.params import Given
    from garboard.database.jars import Jars
    from garboard.image.layers.cache import Cache
    from garboard.image.options import Options
    from garboard.model.image import Platform
    from garboard.model.limits import Limits
    from garboard.model.package import JarName

_ADDRESS: Final = ("http://", "https://")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")


LATEST: Final = 253_370_764_800
"""The start of the year 9999, for room in what is computed from the date."""


def now() -> dt.datetime:
    """The current time, or SOURCE_DATE_EPOCH for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return dt.datetime.now(dt.UTC)
    if not _DIGITS.fullmatch(epoch) or int(epoch) > LATEST:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is no number of seconds since 1970, up to {LATEST}: {epoch[:100]}",
            "set it as in SOURCE_DATE_EPOCH=$(git log -1 --format=%ct), or unset it",
        )
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC)


def opening(given: Given, *, signatures: bool = False) -> Opening:
    """Read the options of `garboard.cli.options.OPENING`; ``signatures`` of images are read where a policy asks for them."""
    options = msgspec.structs.replace(
        _options(given, given[o.PLATFORM], verify=given[o.VERIFY]),
        declared=given[o.DECLARED],
        sboms=given[o.SBOMS],
        signatures=signatures,
        maven_repository=given[o.MAVEN_REPOSITORY] or "",
        names_of_archives=_names_of_archives(given),
    )
    as_of = given[o.AS_OF]
    return Opening(
        options=options, cache=_cache(given), quiet=given[o.QUIET], now=as_of or now(), as_of=as_of is not None
    )


def _names_of_archives(given: Given) -> Callable[[str], JarName | None]:
    """What the index beside the database says, which is looked for when an archive does not tell."""

    def names(sha1: str) -> JarName | None:
        from garboard.database.jars import Jars
        from garboard.database.store import default_directory

        if not opened:
            opened.append(Jars(Path((given.takes(o.DB) and given[o.DB]) or default_directory())))
        return opened[0](sha1)

    opened: list[Jars] = []
    return names


def cataloging(given: Given, platform: Platform | None = None) -> Opening:
    """The options of `garboard.cli.options.REGISTRY`. Layers are always compared, and each is read once in any case."""
    options = _options(given, platform, verify=True)
    cache = _passing_cache(given) if given[o.NO_CACHE] else _cache(given)
    return Opening(options=options, cache=cache, quiet=given[o.QUIET], now=now())


def registry(given: Given) -> Options:
    """The options of `garboard.cli.options.REGISTRY`, for what is no image."""
    return _options(given, None, verify=True)


def _options(given: Given, platform: Platform | None, *, verify: bool) -> Options:
    """Read the options of `garboard.cli.options.REGISTRY`, and how an image is chosen and checked."""
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
        limits=limits(),
        progress=progress(quiet=given[o.QUIET]),
    )


def _registry_mirrors(given: Given) -> tuple[tuple[str, str], ...]:
    """The registries' mirrors: an address is a package mirror instead, if the command takes these."""
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


def limits() -> Limits:
    """The default limits, with what GARBOARD_LIMIT_… sets; an empty variable counts as unset."""
    from garboard.model.limits import DEFAULT

    names = {name: f"GARBOARD_LIMIT_{name.upper()}" for name in DEFAULT.__struct_fields__}
    changes = {name: _positive(variable) for name, variable in names.items() if os.environ.get(variable)}
    if not changes:
        return DEFAULT
    import msgspec

    return msgspec.structs.replace(DEFAULT, **changes)


def _positive(variable: str) -> int:
    text = os.environ[variable]
    if not _DIGITS.fullmatch(text) or int(text) == 0:
        raise UsageError(f"{variable} is not a positive whole number: {text[:100]}", "it has at most 18 digits")
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
