"""Everything a catalog knows about base images, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from garboard.model.baseimage import Approval, BaseImage, BaseName
from garboard.model.lifecycle import Lifespan, State
from garboard.reporters import terminal
from garboard.reporters.bases import Base, Details, approved, layers_known
from garboard.reporters.layers.view import size

_INSTRUCTION: Final = 120


def render(details: Details) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    lines: list[str] = []
    inventories = dict(details.inventories)
    for one in details.bases:
        lines += [*_details(one, details.approvals), ""]
        if details.packages and one.base.key in inventories:
            lines += [f"  {package.full_name} {package.version}" for package in inventories[one.base.key].packages]
    while lines and not lines[-1]:
        lines.pop()
    return terminal.document(lines, color=False)


def _details(one: Base, approvals: Sequence[Approval]) -> Iterator[str]:
    base, image = one.base, one.base.image
    yield f"{'Key:':<14}{base.key}"
    for number, name in enumerate(base.names):
        yield f"{'Names:' if not number else '':<14}{name.familiar}{_state(name)}"
    rows = (
        ("Image id:", image.config_digest),
        ("Platform:", str(image.platform)),
        ("Created:", image.created),
        ("Size:", "" if base.size is None else size(base.size)),
        ("Distribution:", base.distro),
        ("End of life:", _ends(one.lives)),
        ("Packages:", "not known" if base.packages is None else str(base.packages)),
        ("Approved:", "yes" if approved(base, approvals) else ""),
        ("Read from:", f"{base.source}, {base.added[:10]}"),
    )
    yield from (f"{label:<14}{value}" for label, value in rows if value)
    yield from _layers(base)
    for number, entry in enumerate(image.history):
        text = " ".join(entry.created_by.split()) or entry.comment
        short = text if len(text) <= _INSTRUCTION else text[:_INSTRUCTION] + " …"
        yield f"{'History:' if not number else '':<14}{entry.created[:10]:<12}{short}"


def _layers(base: BaseImage) -> Iterator[str]:
    layers = base.image.layers
    if not layers_known(base):
        count = f"{len(layers)}, " if layers else ""
        yield f"{'Layers:':<14}{count}their diff ids are not known: it cannot be recognised"
        return
    for number, layer in enumerate(layers):
        yield f"{'Layers:' if not number else '':<14}{layer.diff_id}  {size(layer.size)}"


def _ends(lives: Sequence[Lifespan]) -> str:
    """Until when the distribution is maintained; empty if there are no data on it at all."""
    if not lives:
        return ""
    life = lives[0]
    match life.state:
        case State.SUPPORTED:
            return f"supported until {life.eol}" if life.eol else "supported, no end is set"
        case State.EXTENDED:
            return f"regular support ended {life.eol}, extended support until {life.extended}"
        case State.ENDED:
            return f"ended {life.eol}".rstrip()
        case State.UNKNOWN:
            return "not known; run: garboard db update endoflife"
        case _:
            assert_never(life.state)


def _state(name: BaseName) -> str:
    parts = [] if name.current else [f"last seen {name.seen[:10]}"]
    parts += ["no longer built"] if name.supported is False else []
    return f"  ({', '.join(parts)})" if parts else ""
