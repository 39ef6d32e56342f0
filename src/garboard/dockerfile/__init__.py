"""Dockerfiles: read without loss, variables expanded, stages followed, the packages that a RUN asks for."""

from garboard.dockerfile.expansion import expand
from garboard.dockerfile.parsing import parse
from garboard.dockerfile.requests import requests
from garboard.dockerfile.stages import (
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
    "base_image",
    "base_of",
    "bases",
    "expand",
    "instructions_of",
    "lineage",
    "parse",
    "reaching",
    "requests",
    "scoped",
    "stages",
    "target_stage",
]
