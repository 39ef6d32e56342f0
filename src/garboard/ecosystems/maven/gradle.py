"""What the files of Gradle declare: lock files, version catalogs, build scripts, and what it verifies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from garboard import lock_text
from garboard.ecosystems.maven.effective import exact
from garboard.lock_text import LINE, Pinned

_COORDINATES: Final = re.compile(
    r"""\b(?:\w*[aA]pi|\w*[iI]mplementation|\w*[cC]ompileOnly|\w*[rR]untimeOnly|compile|runtime|classpath|\w*[pP]rocessor|kapt|ksp|\w*[pP]latform)\b[\s(]*(?:\w+\s*\(\s*)?["']([\w.-]+):([\w.-]+)(?::([^"':@]+))?(?:[:@][^"']*)?["']"""
)
_BY_NAME: Final = re.compile(
    r"""\bgroup\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']+)["'])?"""
)


def locked(text: str) -> Iterator[Pinned]:
    """A lock file."""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "empty=")):
            continue
        coordinates, equals, _ = line.partition("=")
        group, artifact, version = coordinates.split(":") if coordinates.count(":") == 2 else ("", "", "")
        if not version or not (equals or "=" not in text):  # before Gradle 6 without the names of configurations
            raise ValueError(f"line {number} names no artifact")
        yield Pinned(f"{group}:{artifact}", version, line=number)


def build_script(text: str) -> Iterator[Pinned]:
    """Coordinates in one text, or by name; a version that the script works out is not known."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _COORDINATES.search(line) or _BY_NAME.search(line)) is not None:
            yield Pinned(f"{found[1]}:{found[2]}", exact(found[3] or ""), asked=True, line=number)


def version_catalog(text: str) -> Iterator[Pinned]:
    """The libraries of a catalog, by its table of versions."""
    document = tomllib.loads(text)
    versions = lock_text.mapping(document.get("versions"))
    lines = lock_text.lines(text, r"""\s*["']?([\w.-]+)["']?\s*=""")
    for alias, entry in lock_text.mapping(document.get("libraries")).items():
        if isinstance(entry, str):
            name, _, version = entry.rpartition(":")
        else:
            name = entry.get("module") or f"{entry['group']}:{entry['name']}"
            version = entry.get("version", "")
            if isinstance(version, dict) and "ref" in version:
                version = versions.get(version["ref"], "")
        yield Pinned(name, exact(_rich(version)), asked=True, line=lines.get(alias, 0))


def _rich(version: Any) -> str:
    """A version, or what it is at least where several are stated."""
    if isinstance(version, Mapping):
        version = version.get("strictly") or version.get("prefer") or version.get("require")
    return version if isinstance(version, str) else ""


def verified(text: str) -> Iterator[Pinned]:
    """``verification-metadata.xml``: all that a build may download, its plugins too."""
    root = lock_text.xml(text.encode())
    components = root.find("components")
    if components is None:
        raise ValueError("it has no components")
    for one in components.iter("component"):
        yield Pinned(
            f"{one.get('group', '')}:{one.get('name', '')}", one.get("version", ""), line=int(one.get(LINE, "0"))
        )
