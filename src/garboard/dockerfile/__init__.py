"""Dockerfiles: read without loss, variables expanded, stages followed, the packages that a RUN asks for, whose an
image's layers and packages are.
"""

from garboard.dockerfile.attribution import Attributed, attribute
from garboard.dockerfile.boundary import Candidate
from garboard.dockerfile.expansion import expand
from garboard.dockerfile.introductions import introductions
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
