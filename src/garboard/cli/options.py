"""What all commands that open an image have in common: their options, and where layers are cached."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from garboard import dirs
from garboard.cli.progress import finish
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalogue
    from garboard.image.layers.cache import Cache
    from garboard.image.options import Options
    from garboard.model.dockerfile import Dockerfile
    from garboard.workflows.attribute import Build

OPTIONS: Final[tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...]] = (
    click.option("--platform", metavar="OS/ARCH[/VARIANT]", help="The platform, where an image has several."),
    click.option("--verify", is_flag=True, help="Compare a local archive's layers with their diff ids (slower)."),
    click.option("--insecure", multiple=True, metavar="HOST[:PORT]", help="Speak plain HTTP to this registry."),
    click.option("--mirror", multiple=True, metavar="REGISTRY=HOST", help="Ask this host before the registry."),
    click.option("--ca-file", metavar="FILE", help="Certificates to trust beside the system's (PEM)."),
    click.option("--username", envvar="GARBOARD_USERNAME", help="For the registry, before any stored one."),
    click.option("--password", envvar="GARBOARD_PASSWORD", help="For the registry; better set GARBOARD_PASSWORD."),
    click.option("--no-cache", is_flag=True, help="Read every layer again."),
    click.option("--offline", is_flag=True, help="Open no connection."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks on standard error."),
)


BUILD_OPTIONS: Final[tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...]] = (
    click.option("-f", "--file", "file", metavar="FILE", help="The Dockerfile that the image was built from."),
    click.option("--target", metavar="STAGE", default="", help="The stage that was built (needs --file)."),
    click.option(
        "--build-arg", "build_arg", multiple=True, metavar="NAME=VALUE", help="A build argument (needs --file)."
    ),
    click.option("--base", metavar="IMAGE", default="", help="The base image; only its configuration is read."),
    click.option(
        "--stage", "stage", multiple=True, metavar="NAME=IMAGE", help="A stage's image, to follow COPY --from into it."
    ),
)


def build_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how an image was built."""
    for option in reversed(BUILD_OPTIONS):
        function = option(function)
    return function


def catalogue_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the catalogue, for `catalogue_from`."""
    return click.option(
        "--catalog", "catalog", metavar="FILE", help="The catalogue of base images (or set GARBOARD_CATALOGUE)."
    )(function)


def build_from(values: dict[str, Any], *, look_up: bool = False) -> Build:
    """The options of `build_options` as one value; takes them out of ``values``.

    With a Dockerfile or ``look_up`` the base may be sought where the image came from.
    """
    from garboard.workflows.attribute import Build

    name = values.pop("file") or ""
    target, base = values.pop("target"), values.pop("base")
    arguments, stages = values.pop("build_arg"), values.pop("stage")
    if not name:
        given = (("--target", target), ("--build-arg", arguments), ("--stage", stages))
        for option, value in given:
            if value:
                raise UsageError(f"--file flag is mandatory to use {option} flag", "name the Dockerfile with -f FILE")
    return Build(
        dockerfile=_dockerfile(name) if name else None,
        target=target,
        build_args=dict(_build_arg(text) for text in arguments),
        base=base,
        stages=tuple(_stage(text) for text in stages),
        look_up=look_up or bool(name),
    )


def catalogue_from(values: dict[str, Any]) -> StoredCatalogue | None:
    """The catalogue of base images, which need not exist where ``--catalog`` does not name it; takes that out.

    Raises `CatalogueError` for one that was named and cannot be read.
    """
    from garboard.basecatalog.store import Store, default_path

    chosen = values.pop("catalog", None)
    path = Path(chosen) if chosen else default_path()
    if not chosen and not path.is_file():
        return None
    from garboard.basecatalog.reader import StoredCatalogue

    catalogue = StoredCatalogue(Store(path))
    if chosen:
        catalogue.repositories()
    return catalogue


def _dockerfile(name: str) -> Dockerfile:
    from garboard.dockerfile.parser import parse

    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"the Dockerfile {name} cannot be read: {error.strerror}", "name it with -f FILE") from error
    return parse(data, name)


def _build_arg(text: str) -> tuple[str, str]:
    """``NAME=VALUE``, or ``NAME`` for the environment's value, as ``docker build`` takes it."""
    name, equals, value = text.partition("=")
    if not name:
        raise UsageError(f"--build-arg takes NAME=VALUE, not {text}")
    return name, value if equals else os.environ.get(name, "")


def _stage(text: str) -> tuple[str, str]:
    name, _, reference = text.partition("=")
    if not (name and reference):
        raise UsageError(f"--stage takes NAME=IMAGE, not {text}", "as in --stage build=app:build")
    return name, reference


def image_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that opens an image."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def _limits() -> Any:
    """The default limits, with what GARBOARD_LIMIT_… sets."""
    import msgspec

    from garboard.model.limits import DEFAULT

    changes: dict[str, int] = {}
    for name in DEFAULT.__struct_fields__:
        text = os.environ.get(f"GARBOARD_LIMIT_{name.upper()}")
        if text is None:
            continue
        if not text.isdecimal() or int(text) == 0:
            raise UsageError(f"GARBOARD_LIMIT_{name.upper()} is not a positive whole number: {text}")
        changes[name] = int(text)
    return msgspec.structs.replace(DEFAULT, **changes)


def _mirrors(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        registry, equals, host = text.partition("=")
        if not (registry and equals and host):
            raise UsageError(
                f"--mirror takes REGISTRY=HOST, not {text}", "as in --mirror docker.io=mirror.example:5000"
            )
        pairs.append((registry, host))
    return tuple(pairs)


def options_from(values: dict[str, Any]) -> Options:
    """The options of `image_options` as one value; takes them out of ``values``."""
    from garboard.cli.progress import progress
    from garboard.image import platform as platforms
    from garboard.image.options import Options

    platform = values.pop("platform")
    return Options(
        platform=platforms.parse(platform) if platform else None,
        offline=values.pop("offline"),
        verify=values.pop("verify"),
        insecure=frozenset(values.pop("insecure")),
        mirrors=_mirrors(values.pop("mirror")),
        ca_file=values.pop("ca_file") or "",
        username=values.pop("username") or "",
        password=values.pop("password") or "",
        config_dir=os.environ.get("DOCKER_CONFIG", ""),
        limits=_limits(),
        progress=progress(quiet=values.pop("quiet")),
    )


def cache_from(values: dict[str, Any]) -> Cache:
    """Where layers' contributions are kept: ``GARBOARD_CACHE``, else the user's cache folder; takes ``no_cache`` out."""
    from garboard.image.layers.cache import FolderCache, NoCache

    if values.pop("no_cache"):
        return NoCache()
    folder = os.environ.get("GARBOARD_CACHE") or dirs.cache()
    size = os.environ.get("GARBOARD_CACHE_SIZE", "")
    return FolderCache(Path(folder), int(size)) if size.isdecimal() else FolderCache(Path(folder))


def now() -> dt.datetime:
    """This moment, or SOURCE_DATE_EPOCH for output that can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch.isdecimal() else dt.datetime.now(dt.UTC)


def write(data: bytes, output: str) -> None:
    """To a file, whole or not at all, or to standard output."""
    finish()
    if not output or output == "-":
        stream = sys.stdout.buffer
        try:
            stream.write(data)
            stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UsageError(f"standard output cannot be written: {error.strerror}", "write a file with -o") from error
        return
    try:
        path = Path(output).resolve()
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(data)
            return
        aside = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            aside.write_bytes(data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}", "choose another file with -o") from error
