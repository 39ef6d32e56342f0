"""NuGet packages of .NET applications and frameworks: ``*.deps.json``, which the host reads to find their libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.patterns import lazy

TYPE: Final = "nuget"
ORDER: Final = "nuget"
_ASSETS: Final = ("runtime", "runtimeTargets", "native", "resources")
"""What a library of a target brings; one that has none of these was compiled against, and is not there."""
_RUNTIME_PACK: Final = "runtimepack."
"""Before the name of the package from which an application took the runtime along."""

_FRAMEWORK: Final = lazy(r"(?:^|/)shared/([A-Z][\w.]+)/(\d[\w.+-]*)/\1\.deps\.json$")
"""Where the host looks for a shared framework: its name and version are those of folders."""


class _Target(msgspec.Struct):
    """Which of the targets runs."""

    name: str = ""


class _Library(msgspec.Struct):
    """``project`` (the application's own), ``package``, ``runtimepack``, ``reference`` and others."""

    type: str = ""


class _Dependencies(msgspec.Struct):
    """The file; ``targets`` has one library's dependencies and assets by ``name/version``."""

    runtimeTarget: _Target | str | None = None  # noqa: N815
    targets: dict[str, dict[str, Any]] = {}
    libraries: dict[str, _Library] = {}


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The application, and each package whose libraries it brings along."""
    del owned
    yield from listed(file.data, file.path)


def listed(data: bytes, path: str, inside: str = "") -> Iterator[Fact]:
    """What a list says that lies at a path, or there ``inside`` a program."""
    try:
        # Some tools write a byte order mark.
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Dependencies)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=path, reason=f"is not what .NET's build writes: {worded(error)}")
        return
    name = found.runtimeTarget.name if isinstance(found.runtimeTarget, _Target) else found.runtimeTarget
    chosen = name if name and found.targets.get(name) else next(iter(found.targets), "")
    target = found.targets.get(chosen, {})
    brought = False
    for key, library in found.libraries.items():
        package, _, version = key.rpartition("/")
        application = library.type.lower() == "project"
        if not application and library.type.lower() not in {"package", "runtimepack"}:
            continue
        brought = brought or not application
        if not package or not version:
            reason = f"{key or 'a library'} states no version: it was not judged"
            yield Gap(stage="catalog", subject=path, reason=reason)
            continue
        asset = target.get(key, None if target else {})
        if not isinstance(asset, dict) or (target and not application and not any(asset.get(kind) for kind in _ASSETS)):
            continue
        needs = asset.get("dependencies")
        yield Package(
            type=TYPE,
            name=package.removeprefix(_RUNTIME_PACK),
            version=version,
            scheme=ORDER,
            application=application,
            inside=inside,
            requires=tuple((need,) for need in needs) if isinstance(needs, dict) else (),
        )
    framework = None if brought else _FRAMEWORK().search(path)
    if framework:
        _, _, platform = chosen.partition("/")
        suffix = f".Runtime.{platform}" if platform else ""
        yield Package(type=TYPE, name=f"{framework[1]}{suffix}", version=framework[2], scheme=ORDER, inside=inside)
