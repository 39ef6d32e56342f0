"""The distributions of a lock file or a list for pip, as packages."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple

from garboard.ecosystems.python.names import normalize
from garboard.model.package import Package

TYPE: Final = "pypi"
ORDER: Final = "pep440"


class LockedDistribution(NamedTuple):
    """What a lock file says of one distribution; ``own`` if it is the project itself."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    own: bool = False
    asked: bool | None = None
    line: int = 0
    scope: str = ""
    certain: tuple[str, ...] = ()
    """Of what it needs, that without which there is no installation."""


def packages(entries: Sequence[LockedDistribution]) -> Iterator[Package]:
    """Each, and what it needs of the others."""
    versions: dict[str, list[LockedDistribution]] = {}
    for entry in entries:
        versions.setdefault(normalize(entry.name), []).append(entry)
    asked = {normalize(need) for entry in entries if entry.own for need in entry.needs}
    for entry in entries:
        yield Package(
            type=TYPE,
            name=entry.name,
            version=entry.version,
            scheme=ORDER,
            requires=tuple(
                (f"{found.name}@{found.version}",)
                for need in dict.fromkeys(map(normalize, entry.needs))
                for found in versions.get(need, ())
            ),
            application=entry.own,
            automatic=_automatic(entry, asked),
            line=entry.line,
            scope=entry.scope,
        )


def _automatic(entry: LockedDistribution, asked: Container[str]) -> bool | None:
    if entry.own:
        return None
    if entry.asked is not None:
        return not entry.asked
    return normalize(entry.name) not in asked if asked else None
