"""Installed packages of pacman: ``local/NAME-VERSION-RELEASE/desc``, and ``files`` beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.bounded import RELATIONS
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Owns, Package
from garboard.patterns import paragraphs

TYPE: Final = "alpm"
ORDER: Final = "alpm"

_PATHS: Final = 2_000_000
"""Lines of one package's file list."""
_BOUND: Final = re.compile(r"[<>=:]")
"""Begins a version, or the reason of an optional dependency."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package of a ``desc``; of a ``files`` the paths that may be programs or describe other packages."""
    if file.path.endswith("/files"):
        yield from _files(file, owned)
        return
    fields = dict(_sections(file.data.decode("utf-8", "replace")))
    name, version = _first(fields, "NAME"), _first(fields, "VERSION")
    if not name or not version:
        what = f"package {name} has no version" if name else "states no name of a package"
        yield Gap(stage="catalog", subject=file.path, reason=f"{what}: it was not judged")
        return
    longest = max((sum(map(len, fields.get(field, ()))) for field in ("DEPENDS", "OPTDEPENDS", "PROVIDES")), default=0)
    if longest > RELATIONS:
        reason = f"{name} has {longest} characters of dependencies; the limit is {RELATIONS}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    base = _first(fields, "BASE")
    yield Package(
        type=TYPE,
        name=name,
        version=version,
        scheme=ORDER,
        arch=_first(fields, "ARCH"),
        source_name="" if base == name else base,
        licenses=tuple(fields.get("LICENSE", ())),
        requires=tuple((need,) for need in _names(fields.get("DEPENDS", ()))),
        suggests=tuple((need,) for need in _names(fields.get("OPTDEPENDS", ()))),
        provides=_names(fields.get("PROVIDES", ())),
        vendor=_first(fields, "PACKAGER"),
        automatic=_first(fields, "REASON") == "1",
    )


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Paragraphs of a name between percent signs, and a value on each line after it."""
    for part in paragraphs(text.replace("\r\n", "\n")):
        head, *lines = part.split("\n")
        if len(head) > len("%%") and head.startswith("%") and head.endswith("%"):
            yield head.strip("%"), [line.strip() for line in lines if line.strip()]


def _first(fields: dict[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    """``name``, ``name>=version``, ``libname.so=1-64`` and ``name: why`` as names."""
    names = (_BOUND.split(text, maxsplit=1)[0].strip() for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))


def _files(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    if not owned.mentioned(file.data):
        return
    if file.data.count(b"\n") > _PATHS:
        reason = f"a list of more than {_PATHS} paths, the limit, was not read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    text = file.data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    _, _, rest = f"\n{text}".partition("\n%FILES%\n")
    paths = owned.among(path for path in rest.partition("\n\n")[0].split("\n") if not path.endswith("/"))
    name = file.path.split("/")[-2].rpartition("-")[0].rpartition("-")[0]
    if paths and name:
        yield Owns(type=TYPE, package=name, paths=paths)
