"""Runs the builders of images that are installed: Docker with BuildKit, Podman, Buildah; each is a module, and a line here."""

from __future__ import annotations

from typing import Final

from garboard.builders import buildah, docker, podman
from garboard.builders.engine import BuildEngine
from garboard.builders.running import BuildError, answers

ENGINES: Final[tuple[BuildEngine, ...]] = (docker.ENGINE, podman.ENGINE, buildah.ENGINE)
"""In the order in which they are looked for."""
NAMES: Final = tuple(one.name for one in ENGINES)


def find(name: str = "") -> BuildEngine:
    """The first engine that answers, or the one that is named.

    Raises:
        BuildError: there is none.
    """
    for one in ENGINES:
        if name in ("", one.name) and answers(one.ask):
            return one
    if name:
        raise BuildError(
            f"{name} does not answer", f"is it installed, and does its service run? `{' '.join(_named(name).ask)}`"
        )
    raise BuildError("no builder answers", f"install one of: {', '.join(NAMES)}")


def _named(name: str) -> BuildEngine:
    return next(one for one in ENGINES if one.name == name)
