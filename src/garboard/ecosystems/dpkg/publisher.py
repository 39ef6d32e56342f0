"""Who published a Debian package, by what dpkg knows of it: it records no archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.patterns import lazy

if TYPE_CHECKING:
    from garboard.model.package import Package

_DOMAINS: Final = ("debian.org", "debian.net", "ubuntu.com", "canonical.com", "alioth.debian.net")
"""Of the addresses of Debian's and Ubuntu's maintainers; many of Debian's use one of their own."""
_OTHERS: Final = lazy(
    r"pgdg|nodesource|ppa\d|sury|\+0~\d{8}|~bpo\d|~(?:debian|ubuntu)[.-]|~(?:buster|bullseye|bookworm|trixie|focal|jammy|noble)\b"
)
"""In versions of well-known archives beside the release's own, whatever the maintainer: backports are Debian's, too, but
Debian's tracker says nothing of them."""
_SECTIONS: Final = frozenset(
    [
        "admin",
        "cli-mono",
        "comm",
        "database",
        "debug",
        "devel",
        "doc",
        "editors",
        "education",
        "electronics",
        "embedded",
        "fonts",
        "games",
        "gnome",
        "gnu-r",
        "gnustep",
        "graphics",
        "hamradio",
        "haskell",
        "httpd",
        "interpreters",
        "introspection",
        "java",
        "javascript",
        "kde",
        "kernel",
        "libdevel",
        "libs",
        "lisp",
        "localization",
        "mail",
        "math",
        "metapackages",
        "misc",
        "net",
        "news",
        "ocaml",
        "oldlibs",
        "otherosfs",
        "perl",
        "php",
        "python",
        "ruby",
        "rust",
        "science",
        "shells",
        "sound",
        "tasks",
        "tex",
        "text",
        "utils",
        "vcs",
        "video",
        "virtual",
        "web",
        "x11",
        "xfce",
        "zope",
    ]
)
"""Of Debian's archive, one of which every package in it has (Debian Policy 2.4); a stranger's often has none."""
_NOT_OF_A_DISTRIBUTION: Final = ("opt/", "usr/local/", "srv/", "home/", "root/")
"""Folders in which Debian Policy 9.1 lets no package of the distribution put files."""


def published(package: Package, path: str) -> bool | None:
    """See `Ecosystem.published`."""
    if path.startswith(_NOT_OF_A_DISTRIBUTION) or _OTHERS().search(package.version):
        return False
    domain = package.vendor.rpartition("@")[2].rstrip("> \t").lower()
    if any(domain == one or domain.endswith(f".{one}") for one in _DOMAINS):
        return True
    return None if "@" not in package.vendor or package.section.rpartition("/")[2] in _SECTIONS else False
