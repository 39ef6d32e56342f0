"""From a name to its home: a scheme's prefix, or whoever recognises the name."""

from __future__ import annotations

from garboard.image.opened import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import SOURCES, Source
from garboard.model.errors import ImageError, UsageError

_SCHEMES: dict[str, Source] = {scheme: source for source in SOURCES for scheme in source.SCHEMES}


def load(name: str, options: Options) -> AnyOpened:
    """Open the image that ``name`` means: ``scheme:rest``, else an existing path by its content, else what an engine has,
    else what a registry has.

    Raises `ImageError`, `UsageError` or `NetworkError` that says what to do.
    """
    if not name:
        raise UsageError("no image was named", "name one, as debian:12, image.tar or docker-archive:image.tar")
    scheme, colon, rest = name.partition(":")
    source = _SCHEMES.get(scheme) if colon else None
    if source is not None:
        if not rest:
            raise UsageError(f"nothing follows the prefix {scheme}:", f"spell it {scheme}:NAME")
        return source.open(rest, options)
    for source in SOURCES:
        if source.detect(name, options):
            return source.open(name, options)
    raise ImageError(
        f"no image was found under the name {name}",
        "prefixes choose where to look: " + ", ".join(f"{scheme}:" for scheme in _SCHEMES),
    )
