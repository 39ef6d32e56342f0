"""Installed packages of opkg: stanzas as dpkg's in ``status`` and ``info/*.control``, and lists of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.bounded import RELATIONS, bounded
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Absent, Fact, Owns, Package
from garboard.patterns import paragraphs

TYPE: Final = "opkg"
ORDER: Final = "deb"

_FIELD: Final = re.compile(
    r"\n(Package|Version|Status|Architecture|Source|Depends|Provides|License|Maintainer|Auto-Installed):"
    r"[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)"
)
_PRESENT: Final = frozenset({"installed", "unpacked", "half-configured"})
_ABSENT: Final = frozenset({"not-installed", "config-files", "half-installed"})
_BOUND: Final = re.compile(r"\([^()]*\)|\s+")
_PATHS: Final = 2_000_000


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The packages that are installed, in the file's order; of a list the paths of programs and other packages' metadata."""
    if file.path.endswith(".list"):
        yield from _list(file, owned)
    else:
        yield from bounded(file.path, _listed(file))


def _listed(file: File) -> Iterator[Fact]:
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    for stanza in paragraphs(text):
        if stanza.isspace():
            continue
        fields = {name: value.strip() for name, value in _FIELD.findall(f"\n{stanza}")}
        name, version = fields.get("Package", ""), fields.get("Version", "")
        state = (fields.get("Status", "installed").split() or [""])[-1]
        if name and state in _ABSENT:
            yield Absent(type=TYPE, name=name)
        elif not name or not version or state not in _PRESENT:
            what = f"package {name} has no version" if name and not version else f"package {name} is {state!r}"
            yield _gap(file, f"{what if name else 'holds a stanza without the name of a package'}: it was not judged")
        elif max(len(fields.get("Depends", "")), len(fields.get("Provides", ""))) > RELATIONS:
            yield _gap(file, f"the stanza of {name} has more than {RELATIONS} characters of relations, the limit")
        else:
            yield _package(name, version, fields)


def _package(name: str, version: str, fields: dict[str, str]) -> Package:
    license_ = fields.get("License", "")
    return Package(
        type=TYPE,
        name=name,
        version=version,
        scheme=ORDER,
        arch=fields.get("Architecture", ""),
        licenses=(license_,) if license_ else (),
        requires=tuple(
            tuple(filter(None, _BOUND.sub("", part).split("|")))
            for part in fields.get("Depends", "").split(",")
            if part.strip()
        ),
        provides=tuple(filter(None, (_BOUND.sub("", part) for part in fields.get("Provides", "").split(",")))),
        vendor=fields.get("Maintainer", ""),
        automatic=True if fields.get("Auto-Installed", "").lower() == "yes" else None,
    )


def _list(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    if not owned.mentioned(file.data):
        return
    if file.data.count(b"\n") > _PATHS:
        yield _gap(file, f"a list of more than {_PATHS} paths, the limit, was not read")
        return
    lines = file.data.decode("utf-8", "surrogateescape").split("\n")
    paths = owned.among(line.split("\t", 1)[0].strip().lstrip("./") for line in lines)
    if paths:
        name = file.path.rpartition("/")[2].removesuffix(".list")
        yield Owns(type=TYPE, package=name, paths=paths)


def _gap(file: File, reason: str) -> Gap:
    return Gap(stage="catalog", subject=file.path, reason=reason)
