"""Installed packages of XBPS: its database and the lists of files beside it, which are property lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from garboard.model.bounded import bounded
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Owns, Package

TYPE: Final = "xbps"
_BOUND: Final = re.compile(r"(?:[<>=]|-[0-9]).*", re.DOTALL)
_LISTED: Final = ("files", "links", "conf_files")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The packages of a database; of a list of files the paths that may be programs or describe other packages."""
    import plistlib
    from xml.parsers.expat import ExpatError

    name = file.path.rpartition("/")[2]
    if not name.startswith("pkgdb-") and not owned.mentioned(file.data):
        return
    try:
        stated = plistlib.loads(file.data, fmt=plistlib.FMT_XML)
    except (ExpatError, ValueError, AttributeError, LookupError, TypeError, OverflowError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what xbps writes of packages: {worded(error)}")
        return
    if not isinstance(stated, dict):
        yield Gap(stage="catalog", subject=file.path, reason="is not what xbps writes of packages: it is no dictionary")
    elif name.startswith("pkgdb-"):
        yield from bounded(file.path, _packages(file.path, stated))
    else:
        paths = owned.among(path.lstrip("/") for path in _paths(stated))
        if paths:
            yield Owns(type=TYPE, package=name.removeprefix(".").removesuffix("-files.plist"), paths=paths)


def _packages(path: str, stated: dict[str, Any]) -> Iterator[Fact]:
    for name, entry in stated.items():
        if name.startswith("_"):  # alternatives of programs
            continue
        whole = _text(entry, "pkgver")
        if not whole.startswith(f"{name}-") or whole == f"{name}-":
            yield Gap(stage="catalog", subject=path, reason=f"package {name} has no version: it was not judged")
            continue
        needs = entry.get("run_depends")
        names = (_BOUND.sub("", need) for need in needs if isinstance(need, str)) if isinstance(needs, list) else ()
        yield Package(
            type=TYPE,
            name=name,
            version=whole.removeprefix(f"{name}-"),
            scheme="",
            arch=_text(entry, "architecture"),
            licenses=(text,) if (text := _text(entry, "license")) else (),
            requires=tuple((need,) for need in dict.fromkeys(names) if need),
            vendor=_text(entry, "maintainer"),
            automatic=bool(entry.get("automatic-install")),
        )


def _text(entry: Any, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _paths(stated: dict[str, Any]) -> Iterator[str]:
    for key in _LISTED:
        entries = stated.get(key)
        for entry in entries if isinstance(entries, list) else ():
            if path := _text(entry, "file"):
                yield path
