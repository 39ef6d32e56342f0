"""Where the notes of a release line are: what changed from one to the next, in its makers' words."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_PRODUCT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_CYCLE: Final = re.compile(r"[0-9][0-9a-z.-]{0,20}")
_NOTES: Final = MappingProxyType(
    {
        "alpine-linux": "https://wiki.alpinelinux.org/wiki/Release_Notes_for_Alpine_{cycle}.0",
        "debian": "https://www.debian.org/releases/",
        "go": "https://go.dev/doc/go{cycle}",
        "nginx": "https://nginx.org/en/CHANGES",
        "nodejs": "https://github.com/nodejs/node/blob/main/doc/changelogs/CHANGELOG_V{major}.md",
        "php": "https://www.php.net/ChangeLog-{major}.php",
        "postgresql": "https://www.postgresql.org/docs/release/",
        "python": "https://docs.python.org/3/whatsnew/{cycle}.html",
        "ruby": "https://www.ruby-lang.org/en/downloads/releases/",
        "rust": "https://doc.rust-lang.org/releases.html",
        "ubuntu": "https://documentation.ubuntu.com/release-notes/",
    }
)
"""By endoflife.date's names of products."""
_OTHERS: Final = "https://endoflife.date/{product}"


def address(product: str, cycle: str) -> str:
    """The address of the notes of a product's release line, or of its releases; empty if the name is none of a product."""
    if not _PRODUCT.fullmatch(product):
        return ""
    form = _NOTES.get(product, _OTHERS)
    if not _CYCLE.fullmatch(cycle) and ("{cycle}" in form or "{major}" in form):
        form = _OTHERS
    return form.format(product=product, cycle=cycle, major=cycle.partition(".")[0])
