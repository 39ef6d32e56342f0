"""Who published a Debian package, by what dpkg knows of it: it records no archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.patterns import lazy

if TYPE_CHECKING:
    from garboard.model.package import Package

_DOMAINS: Final = ("debian.org", "debian.net", "ubuntu.com", "canonical.com", "alioth.debian.net")
"""Of the addresses of Debian's and Ubuntu's maintainers; many of Debian's use one of their own."""
_OTHERS: Final = lazy(r"pgdg|nodesource|ppa\d|sury|\+0~\d{8}")
"""In versions of well-known archives whose maintainers are Debian's, or that rebuild Debian's packages."""
_NOT_OF_A_DISTRIBUTION: Final = ("opt/", "usr/local/", "srv/", "home/", "root/")
"""Folders in which Debian Policy 9.1 lets no package of the distribution put files."""


def published(package: Package, path: str) -> bool | None:
    """See `Ecosystem.published`."""
    if path.startswith(_NOT_OF_A_DISTRIBUTION) or _OTHERS().search(package.version):
        return False
    domain = package.vendor.rpartition("@")[2].rstrip("> \t").lower()
    if any(domain == one or domain.endswith(f".{one}") for one in _DOMAINS):
        return True
    # What is not made for Debian alone has a revision there; a stranger's package often has none.
    return None if not package.vendor or "-" in package.version else False
