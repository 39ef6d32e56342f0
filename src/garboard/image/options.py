"""Options for opening an image: the user's choices, independent of the source."""

from __future__ import annotations

from collections.abc import Callable

from garboard.model.base import Value
from garboard.model.image import Platform
from garboard.model.limits import DEFAULT, Limits
from garboard.model.package import JarName

Progress = Callable[[str, int, int | None], None]
"""Called with a label, the bytes done, and the total bytes if known."""


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


def unnamed(_sha1: str) -> JarName | None:
    """Nothing is known of archives."""
    return None


class Options(Value):
    """Options for opening an image.

    ``insecure`` names registries (``host:port``) that may be contacted over plain HTTP; ``mirrors`` maps a registry to
    hosts that are tried before it; ``config_dir`` is Docker's (``DOCKER_CONFIG``), empty for the default. With ``declared``
    packages count too that lock files name, as they do in a source tree; with ``sboms`` those of bills of materials that
    lie in it. ``maven_repository`` is the folder of a local one, and ``names_of_archives`` tells what a Java archive is by
    its SHA-1. With ``signatures`` those beside the image are read too.
    """

    platform: Platform | None = None
    offline: bool = False
    verify: bool = False
    declared: bool = False
    maven_repository: str = ""
    names_of_archives: Callable[[str], JarName | None] = unnamed
    sboms: bool = False
    signatures: bool = False
    insecure: frozenset[str] = frozenset()
    mirrors: tuple[tuple[str, str], ...] = ()
    ca_file: str = ""
    username: str = ""
    password: str = ""
    config_dir: str = ""
    limits: Limits = DEFAULT
    progress: Progress = silent
