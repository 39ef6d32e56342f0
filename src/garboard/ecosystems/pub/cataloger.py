"""Dart packages of pub's cache, ``hosted/HOST/NAME-VERSION/pubspec.yaml``, and those that ``package_config.json`` leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "pub"
ORDER: Final = "pub"
_FOLDER: Final = re.compile(r"([A-Za-z0-9_]{1,256})-([0-9][!-.0-~]{0,127})")
_PLACE: Final = re.compile(r".*/hosted/[^/]+/([^/]+)/?", re.DOTALL)
_GIT: Final = "/git/"


class _Config(msgspec.Struct):
    packages: list[Any]


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What a folder of the cache names, or each package that a configuration has from there."""
    del owned
    if file.path.endswith(".json"):
        yield from _configured(file)
        return
    folder = file.path.split("/")[-2]
    found = _FOLDER.fullmatch(folder)
    if _GIT in file.path:
        reason = f"{folder} came from a source repository: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
    elif found is None:
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason=f"{folder} is no name and version of a package: it was not judged",
        )
    else:
        yield Package(type=TYPE, name=found[1], version=found[2], scheme=ORDER)


def _configured(file: File) -> Iterator[Fact]:
    try:
        packages = msgspec.json.decode(file.data, type=_Config).packages
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what pub writes of packages: {worded(error)}")
        return
    for one in packages:
        uri = one.get("rootUri") if isinstance(one, dict) else None
        place = _PLACE.fullmatch(uri) if isinstance(uri, str) else None
        found = _FOLDER.fullmatch(place[1].replace("%2B", "+")) if place else None
        if found is not None:
            yield Package(type=TYPE, name=found[1], version=found[2], scheme=ORDER)
