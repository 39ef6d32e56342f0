"""Package URLs, built on the hot path (package-url specification, purl-spec 1.0)."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Final

from garboard import ecosystems
from garboard.model.package import SYSTEM_TYPES, Distro, Package

_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:")
_NAMESPACES: Final = MappingProxyType(
    {"rhel": "redhat", "opensuse-leap": "opensuse", "opensuse-tumbleweed": "opensuse"}
)


@lru_cache(4096)
def _quote(text: str) -> str:
    """Percent-encode everything but unreserved characters (RFC 3986) and colons, which purl-spec leaves unchanged."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def _qualifiers(package: Package, distro: Distro | None) -> dict[str, str]:
    found = {"arch": package.arch}
    if distro is not None:
        found["distro"] = f"{distro.id}-{distro.version or distro.codename}".rstrip("-")
    if package.source_name and package.source_name != package.name:
        found["upstream"] = package.source_name
        if package.source_version and package.source_version != package.version:
            found["upstream"] += "@" + package.source_version
    elif package.source_version and package.source_version != package.version:
        found["upstream"] = f"{package.name}@{package.source_version}"
    if package.module:
        found["rpmmod"] = package.module
    return found


def purl(package: Package, distro: Distro | None) -> str:
    """The package's URL.

    Operating-system packages have ``arch``, ``distro`` and ``upstream``. An RPM's epoch is a qualifier; a Debian
    package's is part of the version.
    """
    version = package.version
    namespace = package.namespace
    qualifiers: dict[str, str] = {}
    if package.type in SYSTEM_TYPES:
        qualifiers = _qualifiers(package, distro)
        namespace = namespace or (_NAMESPACES.get(distro.id, distro.id) if distro else "")
        if ecosystems.of(package.type).epochs and ":" in version:
            qualifiers["epoch"], _, version = version.partition(":")
    text = f"pkg:{package.type}/"
    if namespace:
        text += "/".join(_quote(part) for part in namespace.split("/")) + "/"
    text += _quote(package.name)
    if version:
        text += "@" + _quote(version)
    pairs = "&".join(f"{key}={_quote(value)}" for key, value in sorted(qualifiers.items()) if value)
    return f"{text}?{pairs}" if pairs else text


def published(package: Package) -> str:
    """The package's URL as readers of the specification accept it; empty where it needs a namespace that is not known."""
    return package.purl if package.namespace or not ecosystems.of(package.type).namespaced else ""
