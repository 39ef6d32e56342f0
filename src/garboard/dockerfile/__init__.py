"""Dockerfiles: read without loss, variables expanded, stages followed, the packages that a RUN asks for."""

from garboard.dockerfile.expansion import expand
from garboard.dockerfile.parsing import parse
from garboard.dockerfile.stages import base_image, base_of, instructions_of, reaching, stages, target_stage

__all__ = ["base_image", "base_of", "expand", "instructions_of", "parse", "reaching", "stages", "target_stage"]
