"""The base images of a catalog for people."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from typing import Final

from garboard.model.baseimage import BaseImage, BaseName
from garboard.model.lifecycle import State
from garboard.reporters import terminal
from garboard.reporters.bases import Base, Bases, layers_known
from garboard.reporters.layers.view import size

_NAMES: Final = 4


def render(bases: Bases) -> bytes:
    """The images of a repository, or without one all repositories; and the approvals."""
    lines = _of_repository(bases) if bases.repository else _repositories(bases)
    return terminal.document([*lines, *_approvals(bases)], color=False)


def _repositories(bases: Bases) -> Iterator[str]:
    yield f"Catalog: {bases.place}"
    every = [one.base for one in bases.bases]
    counts = Counter(repository for one in every for repository in {name.repository for name in one.names})
    tags = Counter(name.repository for one in every for name in one.names if name.current)
    for repository in sorted(counts):
        yield f"{repository:<48}{counts[repository]:>6} images  {tags[repository]:>6} current tags"
    nameless = sum(not one.names for one in every)
    if nameless:
        yield f"{'(without a name)':<48}{nameless:>6} images"
    if not every:
        place = shlex.quote(str(bases.place))
        yield f"No images. hint: garboard catalog sync --catalog {place} python --tags '*-slim'"


def _of_repository(bases: Bases) -> Iterator[str]:
    found = [(_own(one.base, bases.repository), one) for one in bases.bases]
    found.sort(key=lambda pair: pair[1].base.image.created, reverse=True)
    found.sort(key=lambda pair: not pair[0][0].current)
    for names, one in found:
        tags = ", ".join(name.tag for name in names[:_NAMES])
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"{one.base.key[:19]}  {tags}{more}"
        yield f"{'':<21}{'  '.join(filter(None, _parts(one, names[0])))}"


def _parts(one: Base, name: BaseName) -> Iterator[str]:
    base = one.base
    yield base.image.created[:10] or "no date"
    yield str(base.image.platform)
    yield base.distro
    yield "packages not known" if base.packages is None else f"{base.packages} packages"
    yield size(base.size)
    yield "" if name.current else "no longer tagged"
    yield "no longer built" if name.supported is False else ""
    yield from (f"{life.name} ended" for life in one.lives if life.state is State.ENDED)
    yield "" if layers_known(base) else "not recognisable"


def _own(one: BaseImage, repository: str) -> list[BaseName]:
    return [name for name in one.names if name.repository == repository]


def _approvals(bases: Bases) -> Iterator[str]:
    if bases.approvals:
        yield ""
        yield "Approved:"
    for one in bases.approvals:
        until = f"  until {one.until}" + ("" if one.holds(bases.now) else " (ended)") if one.until else ""
        yield f"  {one.pattern}{until}" + (f"  {one.reason}" if one.reason else "")
