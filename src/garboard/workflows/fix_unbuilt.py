"""Changes of the images that files name, where nothing was built: by what a catalog knows of these images alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.fixes import from_line, image_references
from garboard.fixes.named_images import NamedImage
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Place
from garboard.model.errors import UsageError
from garboard.model.fix import REFUSED, ActionEdits, CannotEdit, FileChange, Fixes
from garboard.model.gap import Gap
from garboard.model.recommendation import Counts, Group, Recommendation, Row
from garboard.splices import spliced

if TYPE_CHECKING:
    from garboard.model.fix import Splice
    from garboard.workflows.attribute import Build

Recommend = Callable[[str, str], Recommendation]
"""Returns what is recommended in the place of an image, by its reference, and by the platform that its file asks for (or ``""``).

Raises:
    UsageError: there is no such platform.
"""
_GROUPS: Final = tuple(Group)


Asks = Callable[[ActionEdits], bool] | None
"""Is asked before each change; None if nobody is."""


def fix_dockerfile(build: Build, recommend: Recommend, asks: Asks = None) -> Fixes:
    """Another base for what a Dockerfile builds, by the issues of the bases themselves."""
    dockerfile = build.dockerfile
    assert dockerfile is not None
    base = build.named_base
    plan = _Plan(dockerfile.name, dockerfile.data, recommend, asks)

    def splices(row: Row) -> tuple[Splice, ...]:
        return (from_line.rebasing(dockerfile, build.target, build.build_args, row.reference),)

    plan.add(base, 0, splices, platform=build.named_platform)
    return plan.result()


def fix_deployment(name: str, data: bytes, recommend: Recommend, asks: Asks = None) -> Fixes:
    """Other images in a file that says what to run: Compose, Kubernetes, Helm's values, or workflows.

    Raises:
        CannotEdit: the file cannot be read.
    """
    plan = _Plan(name, data, recommend, asks)
    for image in image_references.images(data):

        def splices(row: Row, image: NamedImage = image) -> tuple[Splice, ...]:
            return image_references.moved(data, image, from_line.spelled_like(image.reference, row.reference))

        plan.add(image.reference, image.line, splices, platform=image.platform)
    for one in image_references.put_together(data):
        plan.leave(f"{name}:{one.line}", f"{one.text} {one.reason}")
    return plan.result()


class _Plan:
    """The changes of one file, image by image; what is recommended of an image is looked up once."""

    def __init__(self, name: str, data: bytes, recommend: Recommend, asks: Asks) -> None:
        self._name = name
        self._data = data
        self._recommend = recommend
        self._asks = asks
        self._known: dict[tuple[str, str], Recommendation] = {}
        self._made: tuple[Splice, ...] = ()
        self._changes: list[ActionEdits] = []
        self._gaps: list[Gap] = []
        self._total = self._left = Counts()

    def add(
        self, reference: str, line: int, splices: Callable[[Row], tuple[Splice, ...]], *, platform: str = ""
    ) -> None:
        """Move one image to the best that is recommended in its place."""
        found = self._looked_up(reference, platform)
        counts = found.base.counts if found.base and found.base.counts else Counts()
        today = counts.total
        self._total += counts
        row = _best(found)
        if row is None or row.counts is None:
            self._left += counts
            return
        after = row.counts.total
        action = Action(
            kind=ActionKind.BASE,
            text=f"Change `{reference}` to `{row.reference}`",
            place=Place(file=self._name, line=line) if line else None,
            reference=row.reference,
            risk="; ".join(row.warnings) or "the same system and program; run your tests upon it",
            lifespans=row.lifespans,
            before=today,
            after=after,
        )
        self._changes.append(self._edited(action, row, splices))
        self._left += row.counts if self._changes[-1].files else counts

    def _looked_up(self, reference: str, platform: str) -> Recommendation:
        found = self._known.get((reference, platform))
        if found is None:
            try:
                found = self._recommend(reference, platform)
            except UsageError:
                gap = Gap(stage="recommend", subject="platform", reason=f"{platform} is none that is known")
                found = Recommendation(gaps=(gap,))
            self._known[reference, platform] = found
            self._gaps += (msgspec.structs.replace(one, subject=f"{reference}: {one.subject}") for one in found.gaps)
        return found

    def leave(self, subject: str, reason: str) -> None:
        """What is not looked at."""
        self._gaps.append(Gap(stage="recommend", subject=subject, reason=reason))

    def result(self) -> Fixes:
        """All of it."""
        return Fixes(
            image=self._name,
            changes=tuple(self._changes),
            total=self._total.total,
            remaining=self._left.total,
            before=self._total,
            after=self._left,
            gaps=tuple(dict.fromkeys(self._gaps)),
        )

    def _edited(self, action: Action, row: Row, splices: Callable[[Row], tuple[Splice, ...]]) -> ActionEdits:
        try:
            together = tuple(dict.fromkeys((*self._made, *splices(row))))
            after = spliced(self._data, together)
        except (CannotEdit, ValueError) as error:
            return ActionEdits(action=action, reason=str(error))
        change = FileChange(file=self._name, before=spliced(self._data, self._made), after=after)
        edits = ActionEdits(action=action, files=(change,))
        if self._asks is not None and not self._asks(edits):
            return ActionEdits(action=action, reason=REFUSED)
        self._made = together
        return edits


def _best(found: Recommendation) -> Row | None:
    """The base with the fewest and mildest issues, the nearest of equal ones."""
    rows: Iterator[Row] = (one for one in found.recommended if one.counts is not None and one.group is not None)
    return min(rows, key=_mildest, default=None)


def _mildest(row: Row) -> tuple[tuple[int, ...], int]:
    assert row.counts is not None
    assert row.group is not None
    return row.counts.order, _GROUPS.index(row.group)
