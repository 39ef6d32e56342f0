"""Renders reports as bytes: one folder per report, one module per format, and the one registry of them here.

A module ``<report>/<format>.py`` has ``render``, as defined by the report's protocol, and is imported on demand.
Rendering is pure: the same values give the same bytes. A new format is a new module and its name in the report's line;
the first name is the default. A format that can hold several images is named in ``several`` too, and its module has
``several`` beside ``render`` and ``parts``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

if TYPE_CHECKING:
    from garboard.reporters import protocols as p

R_co = TypeVar("R_co", covariant=True)


class Formats(Generic[R_co]):
    """The formats of one report, the default first."""

    def __init__(self, report: str, *names: str, several: tuple[str, ...] = ()) -> None:
        self.report = report
        self.names = names
        self.several = several
        """Those of which one document can hold several images."""

    def load(self, name: str) -> R_co:
        """A format's module."""
        return cast("R_co", importlib.import_module(f"{__name__}.{self.report}.{name}"))

    def load_several(self, name: str) -> p.SeveralRenderer:
        """The module of a format that can hold several images."""
        return cast("p.SeveralRenderer", self.load(name))


SCAN: Final[Formats[p.ReportRenderer]] = Formats(
    "scan",
    *(
        "text",
        "json",
        "table",
        "sarif",
        "cyclonedx",
        "markdown",
        "junit",
        "gitlab",
        "codequality",
        "github",
        "csv",
        "html",
        "template",
        "report",
    ),
    several=("text", "json", "table", "sarif", "csv", "junit", "markdown", "gitlab", "codequality", "html"),
)
INVENTORY: Final[Formats[p.ReportRenderer]] = Formats(
    "inventory", "text", "json", "cyclonedx", "spdx", "spdx3", several=("text", "json")
)
LAYERS: Final[Formats[p.LayersRenderer]] = Formats("layers", "text", "json", "html")
EXPLAIN: Final[Formats[p.ExplanationRenderer]] = Formats("explain", "text", "json")
RECOMMEND: Final[Formats[p.RecommendationRenderer]] = Formats("recommend", "text", "json", "markdown", "csv")
ACTIONS: Final[Formats[p.ActionsRenderer]] = Formats("actions", "text", "json")
FIX: Final[Formats[p.FixesRenderer]] = Formats("fix", "text", "json", "diff")
POLICY: Final[Formats[p.DecidingRenderer]] = Formats("policy_explain", "text", "json")
VEX: Final[Formats[p.VexRenderer]] = Formats("vex", "openvex", "cyclonedx")
COMPARE: Final[Formats[p.ComparisonRenderer]] = Formats("compare", "text", "json")
REBUILD: Final[Formats[p.RebuildRenderer]] = Formats("rebuild", "text", "json")
CATALOG_LIST: Final[Formats[p.BasesRenderer]] = Formats("catalog_list", "text", "json")
CATALOG_SHOW: Final[Formats[p.DetailsRenderer]] = Formats("catalog_show", "text", "json")
DB_STATUS: Final[Formats[p.StatusesRenderer]] = Formats("db_status", "text", "json")
DB_VERIFY: Final[Formats[p.ChecksRenderer]] = Formats("db_verify", "text", "json")
DB_QUERY: Final[Formats[p.PackageAnswerRenderer]] = Formats("db_query", "text", "json")
DB_SHOW: Final[Formats[p.VulnerabilityAnswerRenderer]] = Formats("db_show", "text", "json")
DB_DIFF: Final[Formats[p.DifferenceRenderer]] = Formats("db_diff", "text", "json")
DB_LIST: Final[Formats[p.ShardsRenderer]] = Formats("db_list", "text", "json")
