"""The packages that ``composer.lock`` declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "composer"
ORDER: Final = "composer"
_NAMED: Final = re.compile(r'\s*"name"\s*:\s*"([^"]+)"')


class _Lock(msgspec.Struct):
    packages: list[dict[str, Any]] = []
    development: list[dict[str, Any]] = msgspec.field(default_factory=list, name="packages-dev")


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version, those for development too."""
    try:
        lock = msgspec.json.decode(file.data, type=_Lock)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Composer writes: {error}")
        return
    lines: dict[str, int] = {}
    for number, line in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
        if (named := _NAMED.match(line)) is not None:
            lines.setdefault(named[1].lower(), number)
    entries = [
        (_text(one.get("name")).lower(), _text(one.get("version")), one) for one in (*lock.packages, *lock.development)
    ]
    versions = {name: version for name, version, _ in entries}
    needed = {need.lower() for _, _, one in entries for need in _keys(one.get("require"))}
    for name, version, entry in entries:
        namespace, _, short = name.rpartition("/")
        if not namespace or not version:
            yield Gap(stage="catalog", subject=file.path, reason=f"{name or 'a package'} has no version: not judged")
            continue
        if entry.get("type") == "metapackage":
            continue
        license_ = entry.get("license")
        yield Package(
            type=TYPE,
            namespace=namespace,
            name=short,
            version=version,
            scheme=ORDER,
            licenses=tuple(filter(None, map(_text, license_))) if isinstance(license_, list) else (),
            requires=tuple(
                (f"{need.lower()}@{versions[need.lower()]}",)
                for need in _keys(entry.get("require"))
                if need.lower() in versions
            ),
            automatic=name in needed,
            line=lines.get(name, 0),
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()
