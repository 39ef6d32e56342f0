"""Dockerfiles: read without loss, variables expanded, stages followed, the packages that a RUN asks for, whose an
image's layers and packages are.

Its modules are imported when something of theirs is asked for: a scan without a Dockerfile parses none. So no module here
may be called as something that stands here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garboard.dockerfile.asking import requests
    from garboard.dockerfile.attribution import Attributed, attribute
    from garboard.dockerfile.boundary import Candidate
    from garboard.dockerfile.expansion import expand
    from garboard.dockerfile.introducing import introductions
    from garboard.dockerfile.parsing import parse
    from garboard.dockerfile.staging import (
        base_image,
        base_of,
        bases,
        instructions_of,
        lineage,
        reaching,
        scoped,
        stages,
        target_stage,
    )

__all__ = [
    "Attributed",
    "Candidate",
    "attribute",
    "base_image",
    "base_of",
    "bases",
    "expand",
    "instructions_of",
    "introductions",
    "lineage",
    "parse",
    "reaching",
    "requests",
    "scoped",
    "stages",
    "target_stage",
]

_HOMES = MappingProxyType(
    {
        "Attributed": "attribution",
        "Candidate": "boundary",
        "attribute": "attribution",
        "base_image": "staging",
        "base_of": "staging",
        "bases": "staging",
        "expand": "expansion",
        "instructions_of": "staging",
        "introductions": "introducing",
        "lineage": "staging",
        "parse": "parsing",
        "reaching": "staging",
        "requests": "asking",
        "scoped": "staging",
        "stages": "staging",
        "target_stage": "staging",
    }
)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(f"garboard.dockerfile.{home}"), name)
