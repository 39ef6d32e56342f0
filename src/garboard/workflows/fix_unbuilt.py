"""Changes of the images that files name, where nothing was built: by what a catalog knows of these images alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.fixes import from_line, image_references, stage_images
from garboard.fixes.named_images import NamedImage, PutTogether
from garboard.image import reference as references
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import Place
from garboard.model.errors import ImageError, UsageError
from garboard.model.fix import REFUSED, ActionEdits, CannotEdit, FileChange, Fixes, ImageFigures
from garboard.model.gap import Gap
from garboard.model.recommendation import Counts, Group, Recommendation, Row
from garboard.splices import spliced
from garboard.workflows.fixed_parts import merged

if TYPE_CHECKING:
    from garboard.model.fix import Splice
    from garboard.workflows.attribute import Build

Recommend = Callable[[str, str], Recommendation]
"""Returns what is recommended in the place of an image, by its reference, and by the platform that its file asks for (or ``""``).

Raises:
    UsageError: there is no such platform.
"""
_GROUPS: Final = tuple(Group)
_MOST: Final = 16 * 1024 * 1024
"""Bytes that are read to check the changes of one file, each of which reads it again."""


Asks = Callable[[ActionEdits], bool] | None
"""Is asked before each change; None if nobody is."""


def fix_dockerfile(build: Build, recommend: Recommend, asks: Asks = None) -> Fixes:
    """Other images in a Dockerfile, by their own issues: the base of what it builds, then those of other stages."""
    dockerfile = build.dockerfile
    assert dockerfile is not None
    base, args = build.named_base, build.build_args
    plan = _Plan(dockerfile.name, dockerfile.data, recommend, asks)

    def splices(row: Row) -> tuple[Splice, ...]:
        return (from_line.rebasing(dockerfile, build.target, args, row.reference),)

    if unknown := stage_images.base_that_is_unknown(dockerfile, build.target, args):
        plan.leave_name(unknown)
    elif base != stage_images.SCRATCH:
        plan.add(base, 0, splices, platform=build.named_platform)
    for one in stage_images.others(dockerfile, build.target, args):
        if isinstance(one, PutTogether):
            plan.leave_name(one)
            continue

        def of_stage(row: Row, image: stage_images.StageImage = one) -> tuple[Splice, ...]:
            if stage_images.is_moved(dockerfile, image, args, plan.made):
                return ()
            return (stage_images.moved(dockerfile, image, args, row.reference),)

        plan.add(one.reference, one.line, of_stage, platform=one.platform, use=one.use)
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
        plan.leave_name(one)
    return plan.result()


class _Plan:
    """The changes of one file, image by image; what is recommended of an image is looked up once."""

    def __init__(self, name: str, data: bytes, recommend: Recommend, asks: Asks) -> None:
        self._name = name
        self._data = data
        self._recommend = recommend
        self._asks = asks
        self._known: dict[tuple[str, str], Recommendation] = {}
        self.made: tuple[Splice, ...] = ()
        """The changes so far."""
        self._changes: list[ActionEdits] = []
        self._gaps: list[Gap] = []
        self._images: list[ImageFigures] = []

    def add(
        self,
        reference: str,
        line: int,
        splices: Callable[[Row], tuple[Splice, ...]],
        *,
        platform: str = "",
        use: str = "",
    ) -> None:
        """Move one image to the best that is recommended in its place.

        ``use`` says what it is there for, if what is built does not inherit it.
        """
        found = self._looked_up(reference, platform)
        counts = found.base.counts if found.base and found.base.counts else Counts()
        after = counts
        row = _best(found)
        if row is not None and row.counts is not None and self._move(reference, line, row, counts, splices, use):
            after = row.counts
        if found.base and found.base.counts:
            figures = ImageFigures(
                reference=reference,
                before=counts,
                after=after,
                files=(self._name,),
                inherited=not use,
            )
            self._images.append(figures)

    def _move(
        self,
        reference: str,
        line: int,
        row: Row,
        counts: Counts,
        splices: Callable[[Row], tuple[Splice, ...]],
        use: str,
    ) -> bool:
        """Whether the image is moved, by this change or by one before it."""
        assert row.counts is not None
        action = Action(
            kind=ActionKind.BASE,
            text=f"Change `{reference}` to `{row.reference}`" + use,
            place=Place(file=self._name, line=line) if line else None,
            reference=row.reference,
            risk="; ".join(row.warnings) or "the same system and program; run your tests upon it",
            lifespans=row.lifespans,
            before=counts.total,
            after=row.counts.total,
        )
        edits = self._edited(action, row, splices)
        if edits is not None:
            self._changes.append(edits)
        return edits is None or bool(edits.files)

    def _looked_up(self, reference: str, platform: str) -> Recommendation:
        found = self._known.get((reference, platform))
        if found is None:
            try:
                references.parse(reference)
                found = self._recommend(reference, platform)
            except ImageError as error:
                found = Recommendation(
                    gaps=(Gap(stage="recommend", subject="name", reason=f"it is none of an image: {error.hint}"),)
                )
            except UsageError:
                gap = Gap(stage="recommend", subject="platform", reason=f"{platform} is none that is known")
                found = Recommendation(gaps=(gap,))
            self._known[reference, platform] = found
            self._gaps += (msgspec.structs.replace(one, subject=f"{reference}: {one.subject}") for one in found.gaps)
        return found

    def leave(self, subject: str, reason: str) -> None:
        """What is not looked at."""
        self._gaps.append(Gap(stage="recommend", subject=subject, reason=reason))

    def leave_name(self, one: PutTogether) -> None:
        """What names an image, and not for certain."""
        self.leave(f"{self._name}:{one.line}", f"{one.text} {one.reason}")

    def result(self) -> Fixes:
        """All of it."""
        images = merged(self._images)
        before = sum((one.before for one in images), Counts())
        after = sum((one.after for one in images), Counts())
        return Fixes(
            image=self._name,
            changes=tuple(self._changes),
            total=before.total,
            remaining=after.total,
            before=before,
            after=after,
            images=images,
            gaps=tuple(dict.fromkeys(self._gaps)),
        )

    def _edited(self, action: Action, row: Row, splices: Callable[[Row], tuple[Splice, ...]]) -> ActionEdits | None:
        """The change upon those before it; None if they made it already: several places may go by one value."""
        if len(self._changes) * len(self._data) > _MOST:
            return ActionEdits(
                action=action, reason="so many changes of so large a file are not checked: make those first"
            )
        try:
            together = tuple(dict.fromkeys((*self.made, *splices(row))))
        except (CannotEdit, ValueError) as error:
            return ActionEdits(action=action, reason=str(error))
        if together == self.made:
            return None
        try:
            after = spliced(self._data, together)
        except ValueError:
            return ActionEdits(action=action, reason="another change is in the same place; apply that one first")
        change = FileChange(file=self._name, before=spliced(self._data, self.made), after=after)
        edits = ActionEdits(action=action, files=(change,))
        if self._asks is not None and not self._asks(edits):
            return ActionEdits(action=action, reason=REFUSED)
        self.made = together
        return edits


def _best(found: Recommendation) -> Row | None:
    """The base with the fewest and mildest issues, the nearest of equal ones."""
    rows: Iterator[Row] = (one for one in found.recommended if one.counts is not None and one.group is not None)
    return min(rows, key=_mildest, default=None)


def _mildest(row: Row) -> tuple[tuple[int, ...], int]:
    assert row.counts is not None
    assert row.group is not None
    return row.counts.order, _GROUPS.index(row.group)
