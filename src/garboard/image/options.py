"""How to open an image: the choices that are the user's, whatever its home."""

from __future__ import annotations

from collections.abc import Callable

from garboard.model.base import Value
from garboard.model.image import Platform
from garboard.model.limits import DEFAULT, Limits

Progress = Callable[[str, int, int | None], None]
"""Called with a label, bytes done, and bytes in all where known."""


def _silent(_label: str, _done: int, _total: int | None) -> None:
    return None


class Options(Value):
    """``insecure`` names registries (``host:port``) that may be spoken to in plain HTTP; ``mirrors`` maps a registry to
    hosts tried before it; ``config_dir`` is Docker's (``DOCKER_CONFIG``), empty for the default.
    """

    platform: Platform | None = None
    offline: bool = False
    verify: bool = False
    insecure: frozenset[str] = frozenset()
    mirrors: tuple[tuple[str, str], ...] = ()
    ca_file: str = ""
    username: str = ""
    password: str = ""
    config_dir: str = ""
    limits: Limits = DEFAULT
    progress: Progress = _silent
