"""The report: what was read, what was found, what was not covered."""

from __future__ import annotations

from garboard.model.advisory import FeedState
from garboard.model.attribution import Attribution
from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Image
from garboard.model.package import Inventory


class Report(Value):
    """All that a scan tells; every reporter renders this and nothing else."""

    image: Image
    inventory: Inventory
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    judged: int = 0
    """Packages that could be compared with advisory data."""
    created: str = ""
    """RFC 3339; an argument of the scan, never read from a clock inside."""
    target_file: str = ""
    """The Dockerfile as the user named it."""
    base_image: str = ""
    """The base that the Dockerfile's final stage names."""
    attribution: Attribution | None = None
    """Whose the layers are; None for what has none (an SBOM, a folder)."""
