"""What of your lines would stop a build on another base, as far as their text and the packages there show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from garboard import ecosystems
from garboard.baseimage.tags import numbers
from garboard.model.package import SYSTEM_TYPES, Inventory
from garboard.shellcommands.removals import Purge

_APT: Final = ecosystems.OF_PROGRAM["apt-get"].type
_PIP: Final = ecosystems.OF_PROGRAM["pip"].type
_MANAGED: Final = {"debian": (12,), "ubuntu": (23, 4), "alpine": (3, 19)}
"""Releases from which on pip refuses to install over the distribution's Python (PEP 668)."""


class Lines(NamedTuple):
    """What lines do that not every base allows.

    Attributes:
        removals: by apt, where the build stops at a name that apt does not know.
        pins: names of system packages with the one version that is asked for.
        installs: names of all system packages that are asked for.
        pip: a command that installs with the system's pip, else empty.
        ran: whether they are known to have run, because there is an image of them.
    """

    removals: tuple[Purge, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    installs: frozenset[str] = frozenset()
    pip: str = ""
    ran: bool = True


def breaks(lines: Lines, own: Inventory | None, other: Inventory) -> Iterator[str]:
    """Sentences on what would stop a build; ``own`` is the base in use, where what has run is not doubted."""
    worked = set(_unheard_of(lines, own)) if own is not None and lines.ran else set()
    for command, name in _unheard_of(lines, other):
        if (command, name) not in worked:
            yield f"`{command}` stops the build: {name} is not there, and apt does not know it before apt-get update"
    if own is None or _release(own) == _release(other):
        return
    has = {(one.name, one.version) for one in other.packages if one.type in SYSTEM_TYPES}
    for name, version in lines.pins:
        if (name, version) not in has:
            yield f"{name}={version}, which a line asks for, is of another release: the build stops"
    if lines.pip and _manages(other) and not _manages(own):
        yield f"`{lines.pip}` stops the build: pip there does not install over the distribution's Python (PEP 668)"


def _unheard_of(lines: Lines, base: Inventory | None) -> Iterator[tuple[str, str]]:
    """The commands that remove what apt cannot know of, each with the name."""
    if base is None or not any(one.type == _APT for one in base.packages) or not lines.removals:
        return
    heard = set(lines.installs)
    for one in base.packages:
        if one.type == _APT:
            heard.update((one.name, *one.provides))
            heard.update(name for alternatives in (*one.requires, *one.recommends) for name in alternatives)
    yield from ((one.command, name) for one in lines.removals for name in one.names if name not in heard)


def _manages(base: Inventory) -> bool:
    """Whether pip is the distribution's, and may not touch what that installed."""
    own = any(
        place.path.startswith("usr/local/lib/python")
        for one in base.packages
        if one.type == _PIP and not one.owner
        for place in one.locations
    )
    first = _MANAGED.get(base.distro.id) if base.distro else None
    return (
        not own and first is not None and base.distro is not None and numbers(base.distro.version.split(".")) >= first
    )


def _release(base: Inventory) -> tuple[str, str]:
    return (base.distro.id, base.distro.ecosystem or base.distro.version) if base.distro else ("", "")
