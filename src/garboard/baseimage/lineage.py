"""An image's lineage: what it was built on, step by step, down to the root file system, and who can fix each step."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from garboard.baseimage.identify import Ancestor
from garboard.model.baseimage import OFFICIAL, BaseImage, LineageStep, StepKind
from garboard.model.image import History, Image

_DEBUERREOTYPE: Final = re.compile(r"^(?:RUN )?# debian\.sh (?:[^@']|'[^@']*')*'?@([0-9]{1,12})'?")
_ALPINE: Final = re.compile(r"\balpine-minirootfs-([0-9][\w.]*?)-\w+\.tar")
_TOOL: Final = re.compile(
    r"^(?:/bin/sh -c )?(bazel|apko|mmdebstrap|debootstrap|KIWI|koji|buildah|nix|kaniko|ko|jib)\b(?: ([0-9][\w.]*))?",
    re.IGNORECASE,
)
_COMMENTS: Final = (
    (re.compile(r"^debuerreotype ([0-9][\w.]*)", re.IGNORECASE), "debuerreotype"),
    (re.compile(r"^Created by Image Factory"), "Image Factory"),
    (re.compile(r"^Imported from"), "docker import"),
    (re.compile(r"apko single-layer image"), "apko"),
    (re.compile(r"^store paths:"), "nix"),
)
_NO_TIME: Final = ("0001-", "1970-01-01", "1980-01-01")
"""How meaningless creation times begin: Go's zero, the epoch, and zip's."""


def lineage(image: Image, found: Sequence[Ancestor]) -> tuple[LineageStep, ...]:
    """The steps of an image, itself first, the root file system last; empty if nothing is known below it.

    ``found`` are its ancestors, the nearest first.
    """
    if not found or not image.layers:
        return ()
    steps = []
    if not found[0].itself:
        below = found[0].layers
        steps.append(
            LineageStep(
                kind=StepKind.OWN,
                name=image.name,
                created=_date(image.created),
                first=below,
                layers=len(image.layers) - below,
                maker="you",
            )
        )
    for one, first in zip(found, (*(below.layers for below in found[1:]), 0), strict=True):
        steps.append(_step(one, first))
    return (*steps, _root(found[-1].image.image.history or image.history))


def _step(one: Ancestor, first: int) -> LineageStep:
    return LineageStep(
        kind=StepKind.IMAGE,
        name=one.image.label,
        names=one.image.names,
        digest=one.image.key,
        created=_date(one.image.image.created),
        first=first,
        layers=one.layers - first,
        maker=_maker(one.image),
    )


def _maker(base: BaseImage) -> str:
    if not base.names:
        return "whoever made it"
    best = base.names[0]
    if best.official:
        return f"the maintainers of {best.repository.removeprefix(OFFICIAL)}"
    return f"the maintainers of {best.familiar.removesuffix(f':{best.tag}')}"


def _root(history: Sequence[History]) -> LineageStep:
    """What made the lowest layer, and the date of what it was made from, as far as the history says."""
    entry = next((one for one in history if not one.empty_layer), None)
    if entry is None:
        return LineageStep(kind=StepKind.ROOT)
    date = _date(entry.created)
    if found := _DEBUERREOTYPE.match(entry.created_by):
        return LineageStep(kind=StepKind.ROOT, name="debuerreotype", created=_day(int(found[1])) or date)
    if found := _ALPINE.search(entry.created_by):
        return LineageStep(kind=StepKind.ROOT, name=f"alpine-minirootfs {found[1]}", created=date)
    for text in (entry.created_by, entry.author, entry.comment):
        if found := _TOOL.match(text):
            return LineageStep(kind=StepKind.ROOT, name=found[0].removeprefix("/bin/sh -c "), created=date)
    name = next((name for pattern, name in _COMMENTS if pattern.search(entry.comment)), "")
    return LineageStep(kind=StepKind.ROOT, name=name, created=date)


def _day(seconds: int) -> str:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _date(created: str) -> str:
    """The day of a time; empty if the time means nothing."""
    return "" if created.startswith(_NO_TIME) else created[:10]
