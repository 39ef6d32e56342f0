"""Images of Podman, through the socket of ``podman system service``."""

from __future__ import annotations

import os

from garboard.image.handle import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import docker_api as api
from garboard.image.sources.docker_api import Engine
from garboard.image.sources.exported import open_exported
from garboard.model.errors import UsageError
from garboard.net.client import Peer

SCHEMES: tuple[str, ...] = ("podman",)
_QUICK = 2.0
"""Seconds that a name without a scheme may cost."""


def detect(name: str, options: Options, /) -> bool:
    """Report whether a Podman socket exists, answers at once, and has the image."""
    try:
        engine = endpoint()
    except UsageError:
        return False
    return os.path.exists(engine.peer.socket) and api.has(engine, name, options, _QUICK)  # noqa: PTH110


def open(name: str, options: Options, /) -> AnyOpened:  # noqa: A001 - the Source protocol's
    """Open the image with that name or id in Podman's storage."""
    return open_exported(endpoint(), name, options)


def endpoint() -> Engine:
    """Return Podman's socket: $CONTAINER_HOST (unix:// only), else the user's own, else the system's."""
    chosen = os.environ.get("CONTAINER_HOST", "")
    if chosen and not chosen.startswith("unix://"):
        raise UsageError(
            f"CONTAINER_HOST={chosen} cannot be used: only unix:// is known",
            "forward the remote socket with ssh -L, and name it as unix:///path",
        )
    paths = [chosen.removeprefix("unix://")] if chosen else _usual()
    path = next((path for path in paths if os.path.exists(path)), paths[0])  # noqa: PTH110 - an unreadable folder is no error
    return Engine(product="Podman", scheme=SCHEMES[0], peer=Peer(socket=path), libpod=True)


def _usual() -> list[str]:
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return [f"{runtime}/podman/podman.sock", "/run/podman/podman.sock"]
