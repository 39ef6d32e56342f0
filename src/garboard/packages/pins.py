"""Whether a line of a Dockerfile names the version of a package."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from garboard.model.attribution import Introduction, Origin
from garboard.model.package import Package

_SIGNS: Final = MappingProxyType(
    {"deb": ("=",), "apk": ("=", "~", "<"), "rpm": ("-", "="), "pypi": ("==", "===", "~=", "<"), "npm": ("@",)}
)


def pinned(package: Package, who: Introduction) -> bool:
    """Whether the command that brought the package names it with a version, in the way of its package manager."""
    if who.origin is Origin.BASE or not who.command:
        return False
    name = package.full_name.casefold()
    for word in who.command.replace("\\", " ").split():
        text = word.strip("'\"").casefold()
        for sign in _SIGNS.get(package.type, ("=",)):
            if text.startswith(name + sign) and _is_version(package.type, text[len(name) + len(sign) :]):
                return True
    return False


def _is_version(kind: str, rest: str) -> bool:
    """An rpm's name and version are joined by the sign that names have too."""
    return bool(rest) and (kind != "rpm" or rest[0].isdigit() or rest[0] == "$")
