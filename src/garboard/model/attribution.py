"""Where a package comes from, the base image or a line of the Dockerfile, and how that is known."""

from __future__ import annotations

import enum

from garboard.model.base import Value
from garboard.model.gap import Gap


class Certainty(enum.StrEnum):
    """How something is known, best first. There is no "likely": what is not unique is unknown."""

    EXACT = "exact"
    """Proven: the base image's own layers are the lowest of this image."""
    DECLARED = "declared"
    """The image says so: OCI labels or provenance."""
    ALIGNED = "aligned"
    """The Dockerfile's instructions align with the image's history in one way only."""
    UNKNOWN = "unknown"


class Origin(enum.StrEnum):
    """Who brought something in."""

    BASE = "base"
    DOCKERFILE = "dockerfile"
    UNKNOWN = "unknown"


class Base(Value):
    """The base image: its display name, and how many of the lowest layers are its own (None: the boundary is unknown).

    ``how`` is about the boundary; ``evidence`` is a sentence for people. ``stated`` is what the Dockerfile's FROM says where
    the layers say something else, else empty. ``edited``: that is certainly not what was built on, so FROM was changed since.
    ``user`` is as whom its commands run, empty for root; None if that is not known.
    """

    name: str = ""
    digest: str = ""
    layers: int | None = None
    how: Certainty = Certainty.UNKNOWN
    evidence: str = ""
    stated: str = ""
    edited: bool = False
    user: str | None = None


class Place(Value):
    """A place in a Dockerfile: lines and columns count from 1, ``end_line`` is the last one."""

    file: str
    line: int
    column: int = 1
    end_line: int = 0


class LayerOrigin(Value):
    """Where one layer comes from.

    Attributes:
        index: of the layer, lowest 0.
        origin: base, Dockerfile, or not known.
        created_by: the image's history of it, without the builder's own words (``/bin/sh -c``, ``# buildkit``); empty
            if the history has no entry for it.
        instruction: as written in the Dockerfile if it is aligned (``RUN apt-get …``), else empty.
        place: the instruction's place.
        copied_from: the stage or image of ``COPY --from``, as written, else empty.
    """

    index: int
    origin: Origin = Origin.UNKNOWN
    created_by: str = ""
    instruction: str = ""
    place: Place | None = None
    copied_from: str = ""

    @property
    def text(self) -> str:
        """The instruction as written, else as the history has it."""
        return self.instruction or self.created_by


class Attribution(Value):
    """The origin of every layer, in order."""

    base: Base = Base()
    layers: tuple[LayerOrigin, ...] = ()
    how: Certainty = Certainty.UNKNOWN
    """How instructions were found for the layers above the base."""
    gaps: tuple[Gap, ...] = ()


class Introduction(Value):
    """Who brought one package in, and with which command.

    Attributes:
        origin: base, Dockerfile, or not known.
        layer: index of its layer, None if there are no layers.
        instruction: the whole instruction, as in `LayerOrigin`; the history's command if there is no Dockerfile.
        command: the one install command in it that asked (``apt-get install -y git vim``), else empty.
        asked_for: the package that the line asked for and that leads to this one; empty if that is not known.
        place: the instruction's place.
        copied_from: as in `LayerOrigin`.
        stage_instruction: for a copied package from a stage with a given image: the stage's instruction.
    """

    origin: Origin = Origin.UNKNOWN
    layer: int | None = None
    instruction: str = ""
    command: str = ""
    asked_for: str = ""
    place: Place | None = None
    copied_from: str = ""
    stage_instruction: str = ""

    @property
    def text(self) -> str:
        """The command that asked, else the whole instruction."""
        return self.command or self.instruction

    @property
    def copies(self) -> bool:
        """Whether the instruction copies files instead of running anything."""
        return self.instruction.startswith(("COPY", "ADD"))
