"""The report: what was read, what was found, what was not covered."""

from __future__ import annotations

import datetime as dt
from enum import Enum

from garboard.model.action import Actions
from garboard.model.advisory import FeedState
from garboard.model.attribution import Attribution, LayerOrigin, Origin
from garboard.model.base import Value
from garboard.model.baseimage import LineageStep
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Image, ImageSignature
from garboard.model.package import Inventory, Package
from garboard.model.policy import PolicyResult, Suppressed
from garboard.model.recommendation import Recommendation
from garboard.model.vex import VexSource


class Coverage(Enum):
    """How much of an image could be judged; only of a fully covered one does "no findings" mean that it is clean."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Report(Value):
    """Everything that a scan reports; every reporter renders this and nothing else."""

    image: Image
    inventory: Inventory
    created: dt.datetime
    """An argument of the scan, never read from a clock inside."""
    findings: tuple[Finding, ...] = ()
    """All that count."""
    suppressed: tuple[Suppressed, ...] = ()
    """Findings that a policy or a VEX document set aside."""
    vex: tuple[VexSource, ...] = ()
    """VEX documents that lie in the image or are attached to it."""
    policy: PolicyResult | None = None
    """What the policy says; None if there is none."""
    gaps: tuple[Gap, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    judged: int = 0
    """Packages that could be compared with advisory data."""
    unjudged: tuple[Package, ...] = ()
    """Packages that could not be."""
    updates_only: bool = False
    """The findings are what published updates would fix; there may be more without an update."""
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
    provenance: bool | None = None
    """Whether attestations of how the image was built are beside it; None if it lies where there are none."""
    signatures: tuple[ImageSignature, ...] | None = None
    """Those beside the image, of which none was checked; None if they were not looked for, could not be read, or it lies where there are none."""
    signatures_problem: str = ""
    """Why they could not be read."""
    lineage: tuple[LineageStep, ...] = ()
    """What the image was built on, itself first; empty if no catalog knows it."""

    @property
    def tested(self) -> int:
        """How many packages were to be judged: all but the image's own application and what another one answers for."""
        return self.judged + len(self.unjudged)

    @property
    def own_layers(self) -> tuple[LayerOrigin, ...]:
        """The layers that are not known to be the base's, in order."""
        layers = self.attribution.layers if self.attribution else ()
        return tuple(one for one in layers if one.origin is not Origin.BASE)

    @property
    def coverage(self) -> Coverage:
        """How much of the image the report's findings are about."""
        if not self.judged:
            return Coverage.NONE
        return Coverage.PARTIAL if self.unjudged or any(gap.unread for gap in self.gaps) else Coverage.FULL
