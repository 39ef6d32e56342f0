"""The call signatures of each report's formats. Pure: the same values give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from garboard.model.action import Actions
    from garboard.model.answers import Difference, PackageAnswer, VulnerabilityAnswer
    from garboard.model.changes import LayerChanges
    from garboard.model.comparison import ImageComparison
    from garboard.model.explanation import Explanation
    from garboard.model.fix import Fixes
    from garboard.model.gap import Gap
    from garboard.model.mirror import Rebuild
    from garboard.model.policy import Deciding
    from garboard.model.recommendation import Recommendation
    from garboard.model.report import Report
    from garboard.model.vex import VexDocument
    from garboard.reporters.bases import Bases, Details
    from garboard.reporters.shards import Checks, Shards, Statuses
    from garboard.reporters.view import View


class ReportRenderer(Protocol):
    """Renders an image's packages, or its issues."""

    def parts(self, report: Report, view: View, /) -> Iterator[bytes]:
        """The document in parts, each made when it is asked for."""
        ...

    def render(self, report: Report, view: View, /) -> bytes:
        """The parts, joined."""
        ...


class Series(Protocol):
    """Renders several images, one after the other: the parts, joined, are the document. It keeps no report."""

    def report(self, name: str, report: Report, /) -> Iterator[bytes]:
        """The next image's parts; ``name`` is what it was asked for by.

        If making one of them fails, the series is as if this image had not been there.
        """
        ...

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        """The part of an image on which there is no report."""
        ...

    def end(self) -> bytes:
        """What follows the last image."""
        ...


class SeveralRenderer(ReportRenderer, Protocol):
    """A format of which one document can hold several images."""

    def several(self, count: int, view: View, /) -> Series: ...


class DecidingRenderer(Protocol):
    """Renders which rule of a policy decided about each finding."""

    def render(self, report: Report, decided: Sequence[Deciding], view: View, /) -> bytes: ...


class VexRenderer(Protocol):
    """Renders what is stated of vulnerabilities in an image."""

    def render(self, document: VexDocument, /) -> bytes: ...


class ComparisonRenderer(Protocol):
    """Renders what changed from one image to another."""

    def render(self, comparison: ImageComparison, view: View, /) -> bytes: ...


class LayersRenderer(Protocol):
    """Renders what each layer brought."""

    def render(self, report: Report, changes: Sequence[LayerChanges], view: View, /) -> bytes: ...


class ExplanationRenderer(Protocol):
    """Renders one vulnerability or package."""

    def render(self, explanation: Explanation, view: View, /) -> bytes: ...


class RecommendationRenderer(Protocol):
    """Renders base images; ``everything``: also those that are not recommended."""

    def render(self, found: Recommendation, /, *, everything: bool, color: bool) -> bytes: ...


class ActionsRenderer(Protocol):
    """Renders what to do; ``gaps`` are what the scan could not know."""

    def render(self, actions: Actions, gaps: Sequence[Gap], /, *, color: bool) -> bytes: ...


class FixesRenderer(Protocol):
    """Renders what changes in files."""

    def render(self, fixes: Fixes, /, *, color: bool) -> bytes: ...


class RebuildRenderer(Protocol):
    """Renders what a pull or a rebuild would fix."""

    def render(self, result: Rebuild, view: View, /) -> bytes: ...


class BasesRenderer(Protocol):
    """Renders the base images in a catalog."""

    def render(self, bases: Bases, /) -> bytes: ...


class PackageAnswerRenderer(Protocol):
    """Renders what the data say of a package."""

    def render(self, answer: PackageAnswer, /) -> bytes: ...


class VulnerabilityAnswerRenderer(Protocol):
    """Renders what the data say of a vulnerability."""

    def render(self, answer: VulnerabilityAnswer, /) -> bytes: ...


class DifferenceRenderer(Protocol):
    """Renders what changed from one database to another."""

    def render(self, difference: Difference, /) -> bytes: ...


class DetailsRenderer(Protocol):
    """Renders everything a catalog knows about an image."""

    def render(self, details: Details, /) -> bytes: ...


class StatusesRenderer(Protocol):
    """Renders how fresh the database is."""

    def render(self, statuses: Statuses, /) -> bytes: ...


class ChecksRenderer(Protocol):
    """Of how fresh the database is."""

    def render(self, checks: Checks, /) -> bytes: ...


class ShardsRenderer(Protocol):
    """Renders the existing shards."""

    def render(self, shards: Shards, /) -> bytes: ...


if (
    TYPE_CHECKING
):  # so that a type checker holds the modules to their protocols; a test holds all in the registry to them
    import garboard.reporters.actions.json
    import garboard.reporters.actions.text
    import garboard.reporters.catalog_list.json
    import garboard.reporters.catalog_list.text
    import garboard.reporters.catalog_show.json
    import garboard.reporters.catalog_show.text
    import garboard.reporters.db_list.json
    import garboard.reporters.db_list.text
    import garboard.reporters.db_status.json
    import garboard.reporters.db_status.text
    import garboard.reporters.db_verify.json
    import garboard.reporters.db_verify.text
    import garboard.reporters.explain.json
    import garboard.reporters.explain.text
    import garboard.reporters.fix.diff
    import garboard.reporters.fix.json
    import garboard.reporters.fix.text
    import garboard.reporters.inventory.cyclonedx
    import garboard.reporters.inventory.json
    import garboard.reporters.inventory.spdx
    import garboard.reporters.inventory.spdx3
    import garboard.reporters.inventory.text
    import garboard.reporters.layers.html
    import garboard.reporters.layers.json
    import garboard.reporters.layers.text
    import garboard.reporters.rebuild.json
    import garboard.reporters.rebuild.text
    import garboard.reporters.recommend.csv
    import garboard.reporters.recommend.json
    import garboard.reporters.recommend.markdown
    import garboard.reporters.recommend.text
    import garboard.reporters.scan.codequality
    import garboard.reporters.scan.csv
    import garboard.reporters.scan.cyclonedx
    import garboard.reporters.scan.github
    import garboard.reporters.scan.gitlab
    import garboard.reporters.scan.html
    import garboard.reporters.scan.json
    import garboard.reporters.scan.junit
    import garboard.reporters.scan.markdown
    import garboard.reporters.scan.report
    import garboard.reporters.scan.sarif
    import garboard.reporters.scan.table
    import garboard.reporters.scan.text

    _r = garboard.reporters
    _scan: tuple[ReportRenderer, ...] = (
        _r.scan.csv,
        _r.scan.cyclonedx,
        _r.scan.github,
        _r.scan.gitlab,
        _r.scan.html,
        _r.scan.json,
        _r.scan.junit,
        _r.scan.markdown,
        _r.scan.report,
        _r.scan.sarif,
        _r.scan.table,
        _r.scan.text,
    )
    _inventory: tuple[ReportRenderer, ...] = (
        _r.inventory.cyclonedx,
        _r.inventory.json,
        _r.inventory.spdx,
        _r.inventory.spdx3,
        _r.inventory.text,
    )
    _several: tuple[SeveralRenderer, ...] = (
        *(_r.scan.json, _r.scan.sarif, _r.scan.table, _r.scan.text, _r.scan.csv, _r.scan.junit, _r.scan.markdown),
        *(_r.scan.codequality, _r.scan.gitlab, _r.scan.html),
        *(_r.inventory.json, _r.inventory.text),
    )
    _layers: tuple[LayersRenderer, ...] = (_r.layers.html, _r.layers.json, _r.layers.text)
    _explain: tuple[ExplanationRenderer, ...] = (_r.explain.json, _r.explain.text)
    _recommend: tuple[RecommendationRenderer, ...] = (
        *(_r.recommend.csv, _r.recommend.json, _r.recommend.markdown, _r.recommend.text),
    )
    _actions: tuple[ActionsRenderer, ...] = (_r.actions.json, _r.actions.text)
    _fix: tuple[FixesRenderer, ...] = (_r.fix.diff, _r.fix.json, _r.fix.text)
    _rebuild: tuple[RebuildRenderer, ...] = (_r.rebuild.json, _r.rebuild.text)
    _catalog_list: tuple[BasesRenderer, ...] = (_r.catalog_list.json, _r.catalog_list.text)
    _catalog_show: tuple[DetailsRenderer, ...] = (_r.catalog_show.json, _r.catalog_show.text)
    _db_status: tuple[StatusesRenderer, ...] = (_r.db_status.json, _r.db_status.text)
    _db_list: tuple[ShardsRenderer, ...] = (_r.db_list.json, _r.db_list.text)
    _db_verify: tuple[ChecksRenderer, ...] = (_r.db_verify.json, _r.db_verify.text)
