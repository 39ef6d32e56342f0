"""VEX documents that lie in an image, kept as they are: what they say is judged where it is known whom to trust."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.gap import Gap
from garboard.model.image import Attached, File, FileHistory
from garboard.model.limits import MIB
from garboard.model.package import Fact, Kept

NAME: Final = "vex"
VERSION: Final = 1
GLOBS: Final = (
    *(f"**/*.{name}.json" for name in ("openvex", "vex", "csaf-vex")),
    *(f"**/{name}.json" for name in ("openvex", "vex")),
    *(f"{folder}/vex/*.json" for folder in ("var/lib", "usr/share", "usr/lib", "etc")),
)
_MOST: Final = 4 * MIB
_ALL: Final = 256
"""Documents of one image."""
_MARKS: Final = (b"openvex.dev/ns", b'"CycloneDX"', b'"csaf_version"', b'"product_tree"')


def catalog(file: File, /) -> Iterator[Fact]:
    """The file, if it is one; another tool's ``vex.json`` is none."""
    if len(file.data) > _MOST:
        reason = f"is larger than {_MOST // MIB} MiB, the limit for VEX documents, and was not read"
        yield Gap(stage="match", subject=file.path, reason=reason)
    elif any(mark in file.data for mark in _MARKS):
        yield Kept(path=file.path, data=file.data)


def of(histories: Iterable[FileHistory]) -> tuple[tuple[Attached, ...], tuple[Gap, ...]]:
    """The documents that the image has in the end, by their paths, and a gap for those beyond the limit."""
    found: list[Attached] = []
    for one in histories:
        last = one.versions[-1].facts if one.reader == NAME and one.versions else None
        found += (Attached(place=f"/{one.path}", data=fact.data) for fact in last or () if isinstance(fact, Kept))
    found.sort(key=lambda one: one.place)
    if len(found) <= _ALL:
        return tuple(found), ()
    reason = f"has {len(found)} VEX documents in it, more than {_ALL}, the limit: the others were not read"
    return tuple(found[:_ALL]), (Gap(stage="match", subject="the image", reason=reason),)
