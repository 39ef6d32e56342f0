"""Where each layer comes from: the base image, or an instruction of the Dockerfile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from garboard.attribution import base_boundary
from garboard.attribution.alignment import Alignment, BuildStep, align, steps_of
from garboard.attribution.base_boundary import Boundary, PossibleBase
from garboard.attribution.history import WORK, LayerHistory, Style, read
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image, lineage
from garboard.dockerfile.variables import NO_ARGUMENTS, Scope
from garboard.model.attribution import Attribution, Base, Certainty, LayerOrigin, Origin, Place
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction
from garboard.model.gap import Gap
from garboard.model.image import Image

if TYPE_CHECKING:
    from garboard.attribution.provenance import Provenance


class Attributed(NamedTuple):
    """The attribution, and for each layer with a known instruction that instruction with its variables."""

    attribution: Attribution
    steps: Mapping[int, BuildStep]


def attribute(
    image: Image,
    dockerfile: Dockerfile | None = None,
    *,
    target: str = "",
    build_args: Mapping[str, str] = NO_ARGUMENTS,
    candidates: Sequence[PossibleBase] = (),
    provenance: Provenance | None = None,
    denied: str = "",
) -> Attributed:
    """Attribute every layer, as far as that is certain.

    Args:
        image: only its layers and history are used.
        dockerfile: the one that the image is said to be built from; a mismatch is recognized.
        target: the stage that was built (``--target``), by default the last one.
        build_args: the build's arguments.
        candidates: opened images that may be the base.
        provenance: what the image's attestation says; its lines are of ``dockerfile``.
        denied: why the image cannot have been built on what the Dockerfile's FROM says; empty if it can.

    Raises:
        DockerfileError: the Dockerfile has no such target.
    """
    history = read(image.history, len(image.layers))
    found = base_boundary.proven(image, candidates)
    if dockerfile is None:
        base = found.base if found.proof else base_boundary.told(image, "", Alignment({}, None), history, provenance)
        return _Whose(image, history, base, Alignment({}, None), None).attributed(found.gaps)
    name = base_image(dockerfile, target, build_args)
    alignment = _aligned(image, history, dockerfile, target, build_args, found.proof)
    if found.others:
        found = base_boundary.by_layers(found, _layers_below(alignment, history), name, denied)
        if found.proof is not None and alignment.below is None:
            alignment = _aligned(image, history, dockerfile, target, build_args, found.proof)
    base, gaps = _base(image, name, found, alignment, history, provenance)
    if found.proof is None:
        base, more = base_boundary.contradicted(base, denied)
        gaps += more if more or not found.moved else (base_boundary.other_now(found.moved),)
    certain = found.proof is None or found.proof.given or alignment.below is not None
    attested = _attested(provenance, steps_of(dockerfile, target, build_args)) if provenance else {}
    whose = _Whose(image, history, base, alignment, dockerfile, attested, certain=certain)
    whole = found.proof is not None and base.layers == len(image.layers)
    if base.layers is not None and attested.keys() >= set(range(base.layers, len(image.layers))):
        return whose.attributed(gaps)
    if alignment.reason and not whole:
        gaps += (Gap(stage="dockerfile", subject=dockerfile.name, reason=alignment.reason),)
    elif history.reason:
        gaps += (Gap(stage="dockerfile", subject=image.name, reason=history.reason),)
    return whose.attributed(gaps)


def _aligned(
    image: Image,
    history: LayerHistory,
    dockerfile: Dockerfile,
    target: str,
    build_args: Mapping[str, str],
    proof: PossibleBase | None,
) -> Alignment:
    """The alignment with the base's ONBUILD triggers below the Dockerfile's own instructions."""
    steps = steps_of(dockerfile, target, build_args)
    kaniko = bool(image.history) and image.history[-1].author == "kaniko"
    scratch = base_image(dockerfile, target, build_args) == base_boundary.SCRATCH
    triggers = _triggers(proof, dockerfile, target, build_args) if proof else ()
    layers = len(proof.image.layers) if proof else None
    found = align(steps, history, kaniko=kaniko, from_scratch=scratch, base_layers=layers)
    if triggers:
        triggered = align((*triggers, *steps), history, kaniko=kaniko, base_layers=layers)
        if triggered.below is not None and (triggered.above is None or found.below is None):
            return triggered
    return found


def _attested(provenance: Provenance, steps: Sequence[BuildStep]) -> dict[int, BuildStep]:
    """The steps that the provenance states by their lines; a layer with lines of several steps is left out."""
    found = {}
    for index, lines in enumerate(provenance.lines):
        fitting = [step for step in steps if step.span.line in lines]
        if len(fitting) == 1:
            found[index] = fitting[0]
    return found


def _triggers(
    proof: PossibleBase, dockerfile: Dockerfile, target: str, build_args: Mapping[str, str]
) -> tuple[BuildStep, ...]:
    if not proof.image.on_build:
        return ()
    text = "\n".join((f"FROM {base_boundary.SCRATCH}", *proof.image.on_build))
    try:
        parsed = parse(text.encode())
    except DockerfileError:
        return ()
    span = lineage(dockerfile, target, build_args)[0].origin.span
    return tuple(BuildStep(one, Scope(is_open=True), span, triggered=True) for one in parsed.stages[0].instructions)


def _layers_below(alignment: Alignment, history: LayerHistory) -> int | None:
    """How many layers lie below the Dockerfile's instructions; None if that is not known."""
    if alignment.below is None or history.reason:
        return None
    return sum(entry.layer is not None for entry in history.entries[: alignment.below])


def _base(
    image: Image, name: str, found: Boundary, alignment: Alignment, history: LayerHistory, provenance: Provenance | None
) -> tuple[Base, tuple[Gap, ...]]:
    """The base by its layers, unless it was only looked up by name and the alignment shows that it changed since."""
    if found.proof is None:
        return base_boundary.told(image, name, alignment, history, provenance), found.gaps
    below = _layers_below(alignment, history)
    if below is None:
        return found.base, found.gaps
    own = found.base.layers or 0
    if below < own and not found.proof.given:
        return base_boundary.told(image, name, alignment, history, provenance), found.gaps
    if below > own:
        reason = (
            f"{below - own} layers lie above those of {found.base.name} and below the Dockerfile's instructions: "
            "whether they are of a newer base of that name or of its ONBUILD is not known"
        )
        return found.base, (*found.gaps, Gap(stage="dockerfile", subject=image.name, reason=reason))
    return found.base, found.gaps


class _Whose:
    """Combines what is known of each layer. ``certain``: what is above the base is the Dockerfile's."""

    def __init__(
        self,
        image: Image,
        history: LayerHistory,
        base: Base,
        alignment: Alignment,
        dockerfile: Dockerfile | None,
        attested: Mapping[int, BuildStep] = MappingProxyType({}),
        *,
        certain: bool = True,
    ) -> None:
        self._image = image
        self._history = history
        self._base = base
        self._alignment = alignment
        self._dockerfile = dockerfile
        self._certain = certain
        self._attested = attested
        # What ONBUILD ran stands at the FROM.
        self._stages = {
            span: stage.index
            for stage in (dockerfile.stages if dockerfile else ())
            for span in (stage.origin.span, *(one.span for one in stage.instructions))
        }
        self._gaps: list[Gap] = []
        self._steps: dict[int, BuildStep] = {}

    def attributed(self, gaps: Iterable[Gap]) -> Attributed:
        layers = tuple(self._layer(index) for index in range(len(self._image.layers)))
        aligned = self._alignment.below is not None and not self._history.reason
        how = Certainty.DECLARED if self._attested else Certainty.ALIGNED if aligned else Certainty.UNKNOWN
        attribution = Attribution(
            base=self._base,
            layers=layers,
            how=how,
            gaps=tuple(dict.fromkeys((*gaps, *self._gaps))),
        )
        return Attributed(attribution, self._steps)

    def _layer(self, index: int) -> LayerOrigin:
        place = self._history.maker(index)
        attested = self._attested.get(index)
        if attested is not None and self._base.layers is not None and index >= self._base.layers:
            shown = "" if place is None else self._history.entries[place].shown
            return self._instructed(LayerOrigin(index=index, origin=Origin.DOCKERFILE, created_by=shown), attested)
        if place is None:
            return LayerOrigin(index=index, origin=self._origin(index, None))
        sharing = self._sharing(place)
        if len(sharing) > 1:
            return self._shared(index, place, sharing)
        maker = sharing[0]
        entry = self._history.entries[maker]
        origin = self._origin(index, place)
        step = self._alignment.steps.get(maker)
        found = LayerOrigin(index=index, origin=origin, created_by=entry.shown)
        return found if step is None or origin is not Origin.DOCKERFILE else self._instructed(found, step)

    def _instructed(self, found: LayerOrigin, step: BuildStep) -> LayerOrigin:
        if self._dockerfile is None:
            return found
        self._steps[found.index] = step
        return msgspec.structs.replace(
            found,
            instruction=_written(self._dockerfile, step),
            place=_place(self._dockerfile, step),
            copied_from=_copied_from(step.instruction),
        )

    def _sharing(self, place: int) -> list[int]:
        """The entries with work in one layer: the one that made it, or all entries of a build that made a single layer.

        Such a build flags only its last instruction, even a CMD, and records the others as if they had made nothing.
        """
        maker = self._history.entries[place]
        if maker.style in (Style.BUILDKIT, Style.NONE) or self._made_several(place):
            return [place]
        work = [place] if maker.kind in WORK else []
        for below in range(place - 1, (self._alignment.below or 0) - 1, -1):
            entry = self._history.entries[below]
            if entry.layer is not None or entry.style is Style.BUILDKIT:
                break
            if entry.kind in WORK:
                work.append(below)
        return work or [place]

    def _made_several(self, place: int) -> bool:
        """Whether the stage of an entry made several layers: then entries said to have made none did make none."""
        makers = (one for one, entry in enumerate(self._history.entries) if entry.layer is not None)
        stages = [self._stages.get(step.span) for one in makers if (step := self._alignment.steps.get(one)) is not None]
        own = self._alignment.steps.get(place)
        stage = None if own is None else self._stages.get(own.span)
        return stage is not None and stages.count(stage) > 1

    def _shared(self, index: int, place: int, sharing: list[int]) -> LayerOrigin:
        lines = [step.span.line for one in sharing if (step := self._alignment.steps.get(one)) is not None]
        where = f" (lines {min(lines)} to {max(lines)})" if lines else ""
        reason = f"holds what {len(sharing)} instructions did{where}: which of them brought a package is not known"
        self._gaps.append(Gap(stage="dockerfile", subject=f"layer {index}", reason=reason))
        return LayerOrigin(index=index, origin=self._origin(index, place))

    def _origin(self, index: int, place: int | None) -> Origin:
        if self._base.layers is None:
            return Origin.UNKNOWN
        if index < self._base.layers:
            return Origin.BASE
        if self._alignment.below is not None and place is not None:
            above = self._alignment.above
            known = place >= self._alignment.below and (above is None or place < above)
            return Origin.DOCKERFILE if known else Origin.UNKNOWN
        return Origin.DOCKERFILE if self._certain else Origin.UNKNOWN


def _written(dockerfile: Dockerfile, step: BuildStep) -> str:
    """The instruction as written in the file, on one line; the FROM for what its image's ONBUILD ran."""
    if step.triggered:
        text = dockerfile.written(step.span).decode("utf-8", "replace")
        return " ".join(text.split())
    return _one_line(step.instruction)


def _one_line(instruction: Instruction) -> str:
    """Join continued lines and drop comments; heredocs are left at their arrows."""
    flags = [f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in instruction.flags]
    if instruction.exec_form is not None and instruction.name not in ("COPY", "ADD"):
        words = [json.dumps(instruction.exec_form, ensure_ascii=False)]
    else:
        words = list(instruction.values)
    return " ".join(" ".join((instruction.name, *flags, *words)).split())


def _place(dockerfile: Dockerfile, step: BuildStep) -> Place:
    span = step.span
    return Place(file=dockerfile.name, line=span.line, column=span.column, end_line=span.last_line)


def _copied_from(instruction: Instruction) -> str:
    return instruction.flag("from") if instruction.name in ("COPY", "ADD") else ""
