"""Judges an image as it would be after changes: without lines and packages, on another base, with newer packages.

The changes are applied in this order, whatever the order in which they were asked for: a line that is left out brings
nothing that could be dropped, and only what is there on the other base can be raised.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard.baseimage import delta
from garboard.baseimage.current import find
from garboard.baseimage.rebase import Predicted, Predictor
from garboard.image import reference as references
from garboard.matching.advisory_names import advised
from garboard.model.attribution import Attribution, Base, Certainty, Introduction, LayerOrigin, Origin
from garboard.model.errors import CatalogError, GarboardError, UsageError
from garboard.model.gap import Gap
from garboard.model.image import Files, Image
from garboard.model.package import SYSTEM_TYPES
from garboard.packages.assemble import assemble
from garboard.patterns import lazy
from garboard.whatif.changed import Changed, consistent, doubt, some
from garboard.whatif.dropped import dropped
from garboard.whatif.lines import without
from garboard.whatif.raised import raised
from garboard.workflows import scan
from garboard.workflows.attribute import Build, Whose
from garboard.workflows.judge import judge
from garboard.workflows.recommend import Subject, asked_of, reference_of, subject_of

if TYPE_CHECKING:
    from garboard.image.layers.cache import Cache
    from garboard.image.options import Options
    from garboard.model.advisory import Hit, Lookup
    from garboard.model.baseimage import Catalog
    from garboard.model.finding import Finding
    from garboard.model.package import Inventory, Package
    from garboard.model.report import Report
    from garboard.model.what_if import WantedChanges
    from garboard.workflows.judge import Supply

_COUNTED: Final = lazy(r"\d+")


class BeforeAndAfter(NamedTuple):
    """The reports before and after, and what is not certain about the second.

    ``undetermined`` are packages of the first that may or may not be in the second.
    """

    before: Report
    after: Report
    gaps: tuple[Gap, ...]
    undetermined: tuple[Package, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an image is read and judged with; the fields are the arguments of `scan.report_on`."""

    database: Lookup
    now: dt.datetime
    options: Options
    cache: Cache | None = None
    supply: Supply | None = None
    build: Build = dataclasses.field(default_factory=Build)
    catalog: Catalog | None = None

    def report(self, taken: scan.Taken) -> Report:
        """The report on an image that was read."""
        return scan.report_on(
            taken,
            database=self.database,
            now=self.now,
            options=self.options,
            cache=self.cache,
            supply=self.supply,
            build=self.build,
            catalog=self.catalog,
        )


def what_if(taken: scan.Taken, wanted: WantedChanges, means: Means) -> BeforeAndAfter:
    """Judge an image as it is, and as it would be.

    Raises:
        UsageError: a change cannot be made.
    """
    before = means.report(taken)
    return _Changing(taken, wanted, means, before).result()


class _Changing:
    """One run of `what_if`, with the image judged as it is."""

    def __init__(self, taken: scan.Taken, wanted: WantedChanges, means: Means, before: Report) -> None:
        self._taken = taken
        self._wanted = wanted
        self._means = means
        self._before = before
        self._gaps: list[Gap] = []

    def result(self) -> BeforeAndAfter:
        """Both reports."""
        wanted, boundary = self._wanted, self._boundary()
        layers = self._layers()
        inventory = self._without(layers) if layers else self._taken.inventory
        for line in wanted.lines:
            self._gaps.append(doubt(f"line {line}", "whether the instructions after it work without it is not known"))
        inventory = self._after(dropped(inventory, wanted.drops, boundary))
        if wanted.base:
            return self._rebased(inventory, layers)
        inventory = self._raised(inventory)
        after = self._means.report(self._taken._replace(inventory=inventory))
        return self._foreseen(after)

    def _foreseen(self, after: Report) -> BeforeAndAfter:
        known = set(map(_uncounted, self._before.gaps))
        gaps = (*self._gaps, *(one for one in after.gaps if _uncounted(one) not in known))
        return BeforeAndAfter(self._before, after, tuple(dict.fromkeys(gaps)))

    def _after(self, changed: Changed) -> Inventory:
        self._gaps += changed.gaps
        return changed.inventory

    def _raised(self, inventory: Inventory) -> Inventory:
        for name, version in self._wanted.raises:
            inventory = self._after(raised(inventory, name, version, self._judged, self._advisories))
        return inventory

    def _judged(self, inventory: Inventory) -> tuple[Finding, ...]:
        return judge(inventory, self._means.database, self._means.supply).findings

    def _advisories(self, package: Package) -> Iterator[Hit]:
        for one in advised(package) if package.ecosystem else ():
            yield from self._means.database.hits(package.ecosystem, one.name)

    def _boundary(self) -> int | None:
        attribution = self._before.attribution
        return attribution.base.layers if attribution else None

    def _without(self, layers: frozenset[int]) -> Inventory:
        """The inventory without what only these layers brought, with what nothing answers for without them."""
        inventory = self._after(without(self._taken.inventory, layers, self._below))
        known = {*inventory.gaps}
        more = tuple(one for one in self._of_layers(lambda index: index not in layers).gaps if one not in known)
        return msgspec.structs.replace(inventory, gaps=(*inventory.gaps, *more))

    def _below(self, count: int) -> Inventory:
        """The inventory of so many of the lowest layers."""
        return self._of_layers(lambda index: index < count)

    def _of_layers(self, counts: Callable[[int], bool]) -> Inventory:
        """The inventory of what some layers hold."""
        files = self._taken.files
        assert files is not None
        histories = (
            msgspec.structs.replace(one, versions=versions)
            for one in files.histories
            if (versions := tuple(each for each in one.versions if counts(each.layer)))
        )
        return assemble(Files(histories=tuple(histories)), self._means.options.names_of_archives)

    def _layers(self) -> frozenset[int]:
        """The layers of the lines that are left out."""
        if not self._wanted.lines:
            return frozenset()
        attribution = self._before.attribution
        if self._taken.files is None or attribution is None:
            raise UsageError(f"{self._before.image.name} has no layers, so no line brought anything", "name the image")
        placed = [(one.place, one.index) for one in attribution.layers if one.place is not None]
        if not placed:
            raise UsageError(
                "which lines of the Dockerfile made which layers is not known",
                "the image's history is not what these lines would make: name the Dockerfile of which it was built",
            )
        found: set[int] = set()
        for line in self._wanted.lines:
            own = {index for place, index in placed if place.line <= line <= max(place.line, place.end_line)}
            if not own:
                known = ", ".join(str(place.line) for place, _ in placed)
                raise UsageError(f"no layer of the image is of line {line}", f"those of its layers are: {known}")
            found |= own
        return frozenset(found)

    def _rebased(self, inventory: Inventory, layers: frozenset[int]) -> BeforeAndAfter:
        """The rest of the changes, on another base."""
        base_image, base = self._other()
        old, exact, boundary = self._in_use()
        subject = self._subject(layers)
        asked = asked_of(subject, boundary)
        drops = {*self._wanted.drops}
        asked = dataclasses.replace(
            asked, names=asked.names - drops, steps=tuple((names - drops, more) for names, more in asked.steps)
        )
        yours = delta.take_apart(inventory, old, self._before.attribution, asked, exact=exact)
        if yours is None:
            raise UsageError(
                "which packages are yours and which the base's is not known", "name the Dockerfile with -f FILE"
            )
        predicted = Predictor(yours).upon(base)
        self._gaps += self._doubts(predicted, base)
        purls = {one.purl for one in predicted.packages} - {one.purl for one in base.packages}
        parts = (one for one in inventory.packages if one.owner and one.owner in purls)
        moved = msgspec.structs.replace(inventory, distro=base.distro, gaps=(*inventory.gaps, *base.gaps))
        moved = consistent(moved, (*predicted.packages, *parts))
        moved = self._raised(moved)
        name = self._wanted.base
        image, attribution = self._moved(base_image, boundary)
        theirs = {one.id for one in base.packages}
        known = {one.package.id: one.introduced for one in self._before.findings if one.introduced}
        introduced = {
            one.id: Introduction(origin=Origin.BASE)
            if one.id in theirs
            else known.get(one.id) or Introduction(origin=Origin.DOCKERFILE)
            for one in moved.packages
        }
        after = scan.analyze(
            image,
            moved,
            self._means.database,
            self._means.now,
            self._means.supply,
            target_file=self._before.target_file,
            base_image=name,
            attributed=Whose(attribution, introduced),
        )
        present = {one.id for one in moved.packages}
        undetermined = (one for one in _undetermined(inventory, predicted) if one.id not in present)
        return self._foreseen(after)._replace(undetermined=tuple(undetermined))

    def _doubts(self, predicted: Predicted, base: Inventory) -> Iterator[Gap]:
        name = self._wanted.base
        for reason in predicted.gaps:
            yield doubt(name, reason)
        if predicted.unknown:
            reason = (
                "your lines ask for these, and which packages come for them on this base is not known, so neither are "
                "their issues"
            )
            yield doubt(some(predicted.unknown), reason)
        if not base.packages:
            yield doubt(name, "holds no package that is known, so nothing of it was judged")

    def _subject(self, layers: frozenset[int]) -> Subject:
        """What asks for packages, without the lines that are left out."""
        build = self._means.build.on(self._before.image.platform)
        dockerfile, lines = build.dockerfile, self._wanted.lines
        if dockerfile is not None and lines:
            stages = tuple(
                msgspec.structs.replace(
                    stage,
                    instructions=tuple(
                        one
                        for one in stage.instructions
                        if not any(one.span.line <= line <= one.span.last_line for line in lines)
                    ),
                )
                for stage in dockerfile.stages
            )
            dockerfile = msgspec.structs.replace(dockerfile, stages=stages)
        subject = subject_of(self._before, dockerfile, build.target, build.build_args)
        if subject.attribution is None or not layers:
            return subject
        kept = tuple(one for one in subject.attribution.layers if one.index not in layers)
        return dataclasses.replace(subject, attribution=msgspec.structs.replace(subject.attribution, layers=kept))

    def _other(self) -> tuple[Image, Inventory]:
        """The other base: as the catalog has it, else read."""
        catalog, name = self._means.catalog, self._wanted.base
        platform = self._before.image.platform
        if catalog is not None:
            try:
                reference = references.parse(name)
                found = catalog.named(f"{reference.registry}/{reference.repository}", reference.tag, platform)
                fitting = [one for one in found if reference.digest in ("", one.key, one.image.manifest_digest)]
                inventory = catalog.inventories([fitting[0].key]).get(fitting[0].key) if fitting else None
            except CatalogError:
                raise
            except GarboardError:
                inventory = None
            if inventory is not None:
                return fitting[0].image, inventory
        options = msgspec.structs.replace(self._means.options, platform=platform)
        return scan.take_inventory(name, options, self._means.cache)

    def _in_use(self) -> tuple[Inventory, bool, int]:
        """The base in use: its packages, whether they are exactly its own, and how many layers are.

        Raises:
            UsageError: they are not known.
        """
        boundary, image = self._boundary(), self._before.image
        if boundary is not None and self._taken.files is not None:
            return self._below(boundary), True, boundary
        catalog = self._means.catalog
        if catalog is not None:
            subject = subject_of(self._before)
            found = find(image, reference_of(subject.base), catalog, image.platform, self._means.now)
            if not isinstance(found, Gap):
                key = found.use.choice.image.key
                inventory = catalog.inventories([key]).get(key)
                if inventory is not None:
                    return inventory, found.exact, len(found.use.choice.image.image.layers) if found.exact else 0
        raise UsageError(
            "which packages the base in use has is not known, so none can be exchanged",
            "name the Dockerfile with -f FILE, or the base with --base IMAGE",
        )

    def _moved(self, base: Image, boundary: int) -> tuple[Image, Attribution]:
        """The image on the other base, and whose its layers are."""
        before = self._before
        own = before.image.layers[boundary:]
        count = len(base.layers)
        origins: Iterable[LayerOrigin] = before.attribution.layers if before.attribution else ()
        moved = tuple(
            msgspec.structs.replace(one, index=one.index - boundary + count) for one in origins if one.index >= boundary
        )
        used = before.attribution.base.user if before.attribution else None
        user = base.user if used == before.image.user else before.image.user if used is not None else None
        image = msgspec.structs.replace(before.image, layers=(*base.layers, *own), user=user)
        bases = tuple(LayerOrigin(index=index, origin=Origin.BASE) for index in range(count))
        attribution = Attribution(
            base=Base(name=self._wanted.base, layers=count, how=Certainty.DECLARED, user=base.user),
            layers=(*bases, *moved),
            how=before.attribution.how if before.attribution else Certainty.UNKNOWN,
        )
        return image, attribution


def _undetermined(inventory: Inventory, predicted: Predicted) -> Iterator[Package]:
    """The packages that may or may not be there on another base, with what they own."""
    names = predicted.undetermined
    owners = {one.purl for one in inventory.packages if one.type in SYSTEM_TYPES and one.name in names}
    yield from (one for one in inventory.packages if one.purl in owners or (one.owner and one.owner in owners))


def _uncounted(gap: Gap) -> tuple[str, str, str]:
    """A gap without the numbers and names in it: of fewer packages it is the same."""
    return gap.stage, gap.subject, _COUNTED().sub("#", gap.reason.partition(";")[0])
