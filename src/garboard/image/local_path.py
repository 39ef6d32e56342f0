"""A path on this machine, optionally followed by the name of one image in it: ``images.tar:debian:12``."""

from __future__ import annotations

from pathlib import Path

from garboard.model.errors import ImageError


def split(name: str) -> tuple[Path, str]:
    """Split ``name`` into the existing path that it starts with and the rest after the colon.

    Raises:
        ImageError: No such path exists.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path, ""
    for at in [at for at, letter in enumerate(name) if letter == ":"][::-1]:
        path = Path(name[:at]).expanduser()
        if name[:at] and path.exists():
            return path, name[at + 1 :]
    raise ImageError(
        f"{name} does not exist on this machine",
        "check the path, or leave the prefix away to ask an engine and a registry",
    )


def exists(name: str) -> Path | None:
    """Return the path of `split`, or ``None``."""
    try:
        return split(name)[0]
    except (ImageError, OSError):
        return None
