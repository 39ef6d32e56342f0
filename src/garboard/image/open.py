"""Finding the source of a name: by a scheme's prefix, or by the first source that recognizes the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.image import recognize
from garboard.image.handle import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import SOURCES, ImageSource
from garboard.model.errors import ImageError, NetworkError, OfflineError, UsageError
from garboard.model.image import Image, Platform

_NOWHERE: Final = Platform(os="none", architecture="none")
"""A platform that no image is for: whoever has images says for which they are."""


def _sources() -> Iterator[ImageSource]:
    """Yield all sources; modules for anything but local archives are imported only when the iteration reaches them."""
    yield from SOURCES
    from garboard.image.sources import remote

    yield from remote.SOURCES


def load(name: str, options: Options) -> AnyOpened:
    """Open the image that ``name`` refers to.

    The name is ``scheme:rest``; otherwise an existing path, recognized by its content; otherwise an image in an engine;
    otherwise an image in a registry, unless a path of that name exists.

    Raises:
        ImageError: The image cannot be opened. Like the others, the error says what to do.
        UsageError: The name is not usable.
        NetworkError: A server failed.
    """
    if not name:
        raise UsageError("no image was named", "name one, as debian:12, image.tar or docker-archive:image.tar")
    if ":" in name:
        chosen = _by_scheme(name, options)
        if chosen is not None:
            return chosen
    for source in _sources():
        if source.SCHEMES[0] == "registry" and (refusal := recognize.refusal(name)) is not None:
            raise refusal  # what exists here is never fetched from elsewhere
        if source.detect(name, options):
            return _opened(source, name, options)
    schemes = ", ".join(f"{scheme}:" for source in _sources() for scheme in source.SCHEMES)
    raise ImageError(f"no image was found under the name {name}", f"prefixes choose where to look: {schemes}")


def configuration(name: str, options: Options) -> Image:
    """Return an image's own description without reading any of its layers. Raises the same errors as `load`."""
    opened = load(name, options)
    try:
        return opened.image
    finally:
        close = getattr(opened, "close", None)
        if close is not None:
            close()


def platforms(name: str, options: Options) -> tuple[Platform, ...]:
    """Return the platforms that an image is for; none if it does not tell. Raises the same errors as `load`."""
    from garboard.image.manifest import PlatformError

    try:
        configuration(name, msgspec.structs.replace(options, platform=_NOWHERE))
    except PlatformError as error:
        return error.platforms
    return ()


def _opened(source: ImageSource, name: str, options: Options) -> AnyOpened:
    """Open what a source recognized; if that source is the last resort, report what was tried before it."""
    try:
        return source.open(name, options)
    except OfflineError:
        raise
    except NetworkError as error:
        if source.SCHEMES[0] != "registry":
            raise
        message = f"{name}: no engine here has it, and its registry cannot be asked: {error.message}"
        raise NetworkError(message, error.hint) from error


def scheme_of(name: str) -> str:
    """The prefix of a name that chooses where to look; empty if there is none."""
    scheme, colon, _ = name.partition(":")
    return scheme if colon and any(scheme in source.SCHEMES for source in _sources()) else ""


def _by_scheme(name: str, options: Options) -> AnyOpened | None:
    scheme, _, rest = name.partition(":")
    for source in _sources():
        if scheme in source.SCHEMES:
            if not rest:
                raise UsageError(f"nothing follows the prefix {scheme}:", f"spell it {scheme}:NAME")
            return source.open(rest, options)
    return None
