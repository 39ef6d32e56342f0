"""Packages of GNU Guix, which its store names: ``gnu/store/HASH-NAME-VERSION``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard import store_paths

if TYPE_CHECKING:
    from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final[Ecosystem] = store_paths.ecosystem(
    "guix",
    "gnu/store",
    distributions=("guix",),
    index="Guix's channels",
    reference="https://guix.gnu.org/manual/en/html_node/The-Store.html",
)
