"""Where the base image ends: how many of the lowest layers are its own, and how that is known. Never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard.attribution.alignment import Alignment
from garboard.attribution.history import LayerHistory, user_below, user_of
from garboard.model.attribution import Base, Certainty
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.image import Image

if TYPE_CHECKING:
    from garboard.attribution.provenance import Provenance  # (most images carry none)

NAME_LABEL: Final = "org.opencontainers.image.base.name"
DIGEST_LABEL: Final = "org.opencontainers.image.base.digest"
SCRATCH: Final = "scratch"


class PossibleBase(Value):
    """An image that was opened because it may be the base; only its configuration is used.

    ``given``: the user named it as the base. ``stated``: it is known by its layers alone, and this is what the Dockerfile's
    FROM says. Otherwise it was looked up under the name that FROM or a label gives, and may by now be another image than
    the one that was built on.
    """

    name: str
    image: Image
    given: bool = False
    stated: str = ""


_NOT_THE_BASE: Final = "is not the base of this image as it is now"


class Boundary(NamedTuple):
    """The base image, the candidate that proved it, and what to report.

    ``others`` are candidates by their layers alone, the longest first. ``moved``: what FROM says is known, and is another
    image by now.
    """

    base: Base
    proof: PossibleBase | None = None
    gaps: tuple[Gap, ...] = ()
    others: tuple[PossibleBase, ...] = ()
    moved: str = ""


def proven(image: Image, candidates: Sequence[PossibleBase]) -> Boundary:
    """The base with the lowest layers of the image: one that was given, else the longest; else no name and a gap.

    An image without layers proves nothing, and neither does one that shares only some of its own. A candidate by its layers
    alone is left to `by_layers`: it may lie below the base.
    """
    gaps = []
    fitting = []
    moved = ""
    for candidate in candidates:
        own = [layer.diff_id for layer in candidate.image.layers]
        pairs = zip(own, (layer.diff_id for layer in image.layers), strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if own and shared == len(own):
            fitting.append(candidate)
        elif candidate.given:
            gaps.append(_not_the_base(candidate.name, shared, len(own)))
        elif own and not candidate.stated:
            moved = moved or candidate.name
    others = sorted((one for one in fitting if one.stated), key=lambda one: -len(one.image.layers))
    named = [one for one in fitting if not one.stated]
    if not named:
        return Boundary(Base(), gaps=tuple(gaps), others=tuple(others), moved=moved)
    best = max(named, key=lambda one: (one.given, len(one.image.layers)))
    return Boundary(_exact(best), best, tuple(gaps))


def by_layers(found: Boundary, below: int | None, name: str, denied: str) -> Boundary:
    """The base by its layers alone: the candidate that ends where the Dockerfile's instructions begin, at ``below``.

    If that is not known, the longest one, but only where what FROM says cannot be the base: else it may lie below that. The
    candidate wins over ``name``, which FROM says; ``denied`` is why the image cannot have been built on that.
    """
    if below is None and not (denied or found.moved):
        return found
    best = next((one for one in found.others if below in (None, len(one.image.layers))), None)
    if best is None:
        return found
    edited = bool(denied or found.moved)
    base = msgspec.structs.replace(_exact(best), stated=name, edited=edited)
    return found._replace(base=base, proof=best, gaps=(*found.gaps, _contradiction(base, denied)))


def contradicted(base: Base, denied: str) -> tuple[Base, tuple[Gap, ...]]:
    """A base that only FROM names, and that the image cannot have been built on: where it ends may be known, not its name."""
    if not denied or not base.name:
        return base, ()
    evidence = base.evidence if base.layers is not None else "which layers are its own is not known"
    base = msgspec.structs.replace(base, name="", digest="", stated=base.name, edited=True, evidence=evidence)
    return base, (_contradiction(base, denied),)


def _contradiction(base: Base, denied: str) -> Gap:
    """The layers and FROM say different things: the layers win."""
    on = f"this image was built on {base.name}, by its layers" if base.name else "this image was not built on it"
    why = f" ({denied})" if denied else ""
    if base.edited:
        reason = (
            f"your Dockerfile now says FROM {base.stated}, but {on}{why}: rebuild first, then ask for a better base"
        )
    else:
        reason = f"the Dockerfile says FROM {base.stated}, but {on}: rebuild first, unless that is another name of it"
    return Gap(stage="dockerfile", subject="FROM", reason=reason)


def other_now(name: str) -> Gap:
    """What FROM says is another image by now than the one that was built on."""
    reason = "is another image now than the one that this was built on: the tag has moved on, or FROM was edited since"
    return Gap(stage="dockerfile", subject=name, reason=reason)


def _exact(candidate: PossibleBase) -> Base:
    count = len(candidate.image.layers)
    layers = "only layer is" if count == 1 else f"{count} layers are"
    return Base(
        name=candidate.name,
        digest=candidate.image.manifest_digest or candidate.image.config_digest,
        layers=count,
        how=Certainty.EXACT,
        evidence=f"its {layers} the lowest of this image, by diff id",
        user=user_of(candidate.image),
    )


def disproved(name: str, gaps: Iterable[Gap]) -> bool:
    """Whether the layers show that a base which the user named is none of the image."""
    return any(one.subject == name and one.reason.startswith(_NOT_THE_BASE) for one in gaps)


def _not_the_base(name: str, shared: int, own: int) -> Gap:
    has = f"shares {shared} of its {own} layers with it" if shared else "shares no layer with it"
    return Gap(
        stage="dockerfile",
        subject=name,
        reason=f"{_NOT_THE_BASE}: it {has}, so nothing is attributed to it",
    )


def _declared(provenance: Provenance, name: str, user: str | None) -> Base:
    """The base as the provenance states it; the name is from the Dockerfile or a label only if it states none."""
    return Base(
        name=provenance.base or name,
        digest=provenance.base_digest,
        layers=provenance.base_layers,
        how=Certainty.DECLARED,
        evidence="its build's provenance lists its layers",
        user=user,
    )


def named(image: Image) -> tuple[str, str]:
    """The base's name and digest from the image's labels, else empty."""
    labels = dict(image.labels)
    return labels.get(NAME_LABEL, ""), labels.get(DIGEST_LABEL, "")


def told(
    image: Image, name: str, alignment: Alignment, history: LayerHistory, provenance: Provenance | None = None
) -> Base:
    """The base if no layers prove it: by the provenance, else by the aligned instructions, else only by its name.

    ``name`` is the one of the Dockerfile's FROM.
    """
    label, digest = named(image)
    shown = name or label
    own_digest = digest if shown == label else ""
    if provenance is not None:
        if provenance.base_layers is not None:
            return _declared(provenance, shown, user_below(image, history.entries, alignment.below))
        own_digest = own_digest or (used(provenance, shown) if shown else "")
    if alignment.below is not None and not history.reason:
        layers = sum(entry.layer is not None for entry in history.entries[: alignment.below])
        if layers == 0 and name != SCRATCH:  # squashed together with its base, so the base's history is gone
            evidence = "the history tells of no layer of its base, which may be in one with what is above it"
            return Base(name=shown, digest=own_digest, evidence=evidence)
        evidence = "what lies below the Dockerfile's instructions is the base's, or was run by its ONBUILD"
        if name == SCRATCH:
            evidence = "the Dockerfile starts FROM scratch"
        user = user_below(image, history.entries, alignment.below) if name != SCRATCH else ""
        return Base(name=shown, digest=own_digest, layers=layers, how=Certainty.ALIGNED, evidence=evidence, user=user)
    if not shown:
        return Base()
    teller = "the Dockerfile" if name else f"the label {NAME_LABEL}"
    return Base(name=shown, digest=own_digest, evidence=f"{teller} names it; which layers are its own is not known")


def used(provenance: Provenance, name: str) -> str:
    """The digest of the image that the build used under a name; empty if that is not stated."""
    from garboard.attribution.provenance import digest_of

    return digest_of(provenance, name)
