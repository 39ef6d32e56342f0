"""The release that a version says it was built for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.patterns import lazy

if TYPE_CHECKING:
    from garboard.model.package import Distro, Package

_MARKS: Final = MappingProxyType(
    {
        # Updates of a stable release: 3.0.15-1~deb12u1, 252.36-1+deb12u2; a backport goes on from that of its origin.
        "debian": lazy(r"[+~](?:deb|bpo)([0-9]{1,3})(?=u[0-9]|[+]|\Z)"),
        # Security updates where several releases have one version: 7.88.1-10ubuntu0.24.04.2.
        "ubuntu": lazy(r"ubuntu0[.]([0-9]{2}[.][0-9]{2})(?![0-9])"),
    }
)


def later_release(package: Package, distro: Distro) -> str:
    """By the last mark; nothing where the image's own release is not a number."""
    mark = _MARKS.get(distro.id)
    found = mark().findall(package.version) if mark else ()
    try:
        own = tuple(map(int, distro.version.split(".")))
        return found[-1] if found and tuple(map(int, found[-1].split("."))) > own else ""
    except ValueError:
        return ""
