"""The crates that ``Cargo.lock`` declares, in all of its versions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "cargo"
ORDER: Final = "semver"
_NAMED: Final = re.compile(r'name\s*=\s*"([^"]+)"')


def catalog(file: File, /) -> Iterator[Fact]:
    """The members of the workspace, which have no source, and every crate that they are built of."""
    try:
        entries = tomllib.loads(file.data.decode())["package"]
    except KeyError:
        return
    except (ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what cargo writes: {error}")
        return
    crates = [one for one in entries if _is_crate(one)] if isinstance(entries, list) else []
    versions: dict[str, list[str]] = {}
    for crate in crates:
        versions.setdefault(crate["name"], []).append(crate["version"])
    asked = {need for crate in crates if "source" not in crate for need in _needs(crate, versions)}
    lines = _lines(file.data.decode())
    for crate in crates:
        name, version = crate["name"], crate["version"]
        member = "source" not in crate
        yield Package(
            type=TYPE,
            name=name,
            version=version,
            scheme=ORDER,
            requires=tuple((need,) for need in _needs(crate, versions)),
            application=member,
            automatic=None if member else f"{name}@{version}" not in asked,
            line=lines.get((name, version), 0),
        )


def _is_crate(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("version"), str)


def _needs(crate: dict[str, Any], versions: dict[str, list[str]]) -> Iterator[str]:
    """``name``, ``name version`` or ``name version (source)``: no longer than it takes to tell them apart."""
    for need in crate.get("dependencies", ()):
        name, _, rest = str(need).partition(" ")
        version = rest.partition(" ")[0] or next(iter(versions.get(name, ())), "")
        if version:
            yield f"{name}@{version}"


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line that names each crate; the next one states its version."""
    lines = text.split("\n")
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines[:-1], 1):
        if (named := _NAMED.match(line)) is not None:
            found.setdefault((named[1], lines[number].partition('"')[2].partition('"')[0]), number)
    return found
