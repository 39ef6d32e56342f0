"""Images in a few words: their history as builders wrote it."""

from __future__ import annotations

import hashlib

from garboard.attribution.base_boundary import PossibleBase
from garboard.attribution.layers import Attributed, attribute
from garboard.dockerfile.parser import parse
from garboard.model.image import Digest, History, Image, Layer

BASE = ("+", "", "Imported from -")


def entry(written: tuple[str, ...] | str) -> History:
    """``+text`` made a layer and ``-text`` made none; or (mark, text, comment, author)."""
    mark, text, comment, author = (
        (*written, "", "", "")[:4] if isinstance(written, tuple) else (written[0], written[1:], "", "")
    )
    return History(created_by=text, comment=comment, author=author, empty_layer=mark == "-")


def image(*history: tuple[str, ...] | str, layers: int | None = None, name: str = "app:1", **more: object) -> Image:
    entries = tuple(entry(one) for one in history)
    count = sum(not one.empty_layer for one in entries) if layers is None else layers
    return Image(name=name, source="docker", layers=layer_list(count), history=entries, **more)


def layer_list(count: int, salt: str = "") -> tuple[Layer, ...]:
    return tuple(
        Layer(diff_id=Digest("sha256:" + hashlib.sha256(f"{salt}{index}".encode()).hexdigest()))
        for index in range(count)
    )


def base(count: int, name: str = "local/base:1", **more: object) -> PossibleBase:
    given = bool(more.pop("given", False))
    salt = str(more.pop("salt", ""))
    stated = str(more.pop("stated", ""))
    of = Image(name=name, source="docker", layers=layer_list(count, salt), **more)
    return PossibleBase(name=name, image=of, given=given, stated=stated)


def whose(of: Image, dockerfile: str | None, *candidates: PossibleBase, **more: object) -> Attributed:
    parsed = parse(dockerfile.encode(), "Dockerfile") if dockerfile is not None else None
    return attribute(of, parsed, candidates=candidates, **more)


def lines(found: Attributed) -> list[int | str]:
    """For each layer the Dockerfile's line, or else whose it is."""
    return [one.place.line if one.place else one.origin.value for one in found.attribution.layers]


def reasons(found: Attributed) -> str:
    return "\n".join(gap.reason for gap in found.attribution.gaps)
