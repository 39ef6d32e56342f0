"""Reports into bytes: one folder per report, one module per format, and here the one registry of them.

A module ``<report>/<format>.py`` has ``render``, as the report's protocol below has it, and is imported when it is wanted.
Rendering is pure: the same values give the same bytes. A new format is a new module and its name in the report's line; the
first name is the default.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garboard.model.action import Actions
    from garboard.model.changes import LayerChanges
    from garboard.model.explanation import Explanation
    from garboard.model.gap import Gap
    from garboard.model.mirror import Rebuild
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.reporters.bases import Bases, Details
    from garboard.reporters.shards import Shards, Statuses
    from garboard.reporters.view import View

R = TypeVar("R")


class ReportRenderer(Protocol):
    """Of an image's packages, or of its issues."""

    def render(self, report: Report, view: View, /) -> bytes: ...


class LayersRenderer(Protocol):
    """Of what each layer brought."""

    def render(self, report: Report, changes: Sequence[LayerChanges], view: View, /) -> bytes: ...


class ExplanationRenderer(Protocol):
    """Of one vulnerability or package."""

    def render(self, explanation: Explanation, view: View, /) -> bytes: ...


class RecommendationRenderer(Protocol):
    """Of base images; ``everything``: also of those that are not recommended."""

    def render(self, found: Recommendation, /, *, everything: bool, colour: bool) -> bytes: ...


class ActionsRenderer(Protocol):
    """Of what to do; ``gaps`` are what the scan could not know."""

    def render(self, actions: Actions, gaps: Sequence[Gap], /, *, colour: bool) -> bytes: ...


class RebuildRenderer(Protocol):
    """Of what a pull or a rebuild would bring."""

    def render(self, result: Rebuild, view: View, /) -> bytes: ...


class BasesRenderer(Protocol):
    """Of the base images in a catalog."""

    def render(self, bases: Bases, /) -> bytes: ...


class DetailsRenderer(Protocol):
    """Of all that a catalog knows of an image."""

    def render(self, details: Details, /) -> bytes: ...


class StatusesRenderer(Protocol):
    """Of how fresh the database is."""

    def render(self, statuses: Statuses, /) -> bytes: ...


class ShardsRenderer(Protocol):
    """Of the shards that there are."""

    def render(self, shards: Shards, /) -> bytes: ...


class Formats(Generic[R]):
    """The formats of one report, the default first."""

    def __init__(self, report: str, *names: str) -> None:
        self.report = report
        self.names = names

    def load(self, name: str) -> R:
        """A format's module."""
        return cast("R", importlib.import_module(f"{__name__}.{self.report}.{name}"))


SCAN: Final[Formats[ReportRenderer]] = Formats("scan", "text", "json", "sarif")
INVENTORY: Final[Formats[ReportRenderer]] = Formats("inventory", "text", "json", "cyclonedx", "spdx")
LAYERS: Final[Formats[LayersRenderer]] = Formats("layers", "text", "json", "html")
EXPLAIN: Final[Formats[ExplanationRenderer]] = Formats("explain", "text", "json")
RECOMMEND: Final[Formats[RecommendationRenderer]] = Formats("recommend", "text", "json")
ACTIONS: Final[Formats[ActionsRenderer]] = Formats("actions", "text", "json")
REBUILD: Final[Formats[RebuildRenderer]] = Formats("rebuild", "text", "json")
CATALOG_LIST: Final[Formats[BasesRenderer]] = Formats("catalog_list", "text", "json")
CATALOG_SHOW: Final[Formats[DetailsRenderer]] = Formats("catalog_show", "text", "json")
DB_STATUS: Final[Formats[StatusesRenderer]] = Formats("db_status", "text", "json")
DB_LIST: Final[Formats[ShardsRenderer]] = Formats("db_list", "text", "json")
