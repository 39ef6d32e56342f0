"""The report: what was read, what was found, what was not covered."""

from __future__ import annotations

import datetime as dt

from garboard.model.action import Actions
from garboard.model.advisory import FeedState
from garboard.model.attribution import Attribution
from garboard.model.base import Value
from garboard.model.baseimage import LineageStep
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.model.recommendation import Recommendation


class Report(Value):
    """Everything that a scan reports; every reporter renders this and nothing else."""

    image: Image
    inventory: Inventory
    created: dt.datetime
    """An argument of the scan, never read from a clock inside."""
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    judged: int = 0
    """Packages that could be compared with advisory data."""
    target_file: str = ""
    """The Dockerfile's name as the user gave it."""
    base_image: str = ""
    """The base that the Dockerfile's final stage names."""
    attribution: Attribution | None = None
    """Where the layers come from; None if there are none (an SBOM, a folder)."""
    recommendation: Recommendation | None = None
    """A better base; None if there is no catalog to search."""
    actions: Actions | None = None
    """What to do about the findings; None if it was not asked for."""
    lineage: tuple[LineageStep, ...] = ()
    """What the image was built on, itself first; empty if no catalog knows it."""
