"""Packages of GNU Guix, which its store names: ``gnu/store/HASH-NAME-VERSION``."""

from __future__ import annotations

from typing import Final

from garboard import store_paths
from garboard.model.ecosystem import Ecosystem, raised_by
from garboard.model.package import Package


def _of_folder(folder: str) -> Package | None:
    return store_paths.package("guix", folder)


ECOSYSTEM: Final = Ecosystem(
    name="guix",
    type="guix",
    manager="guix",
    bare=(store_paths.store("gnu/store", "guix"),),
    of_folder=_of_folder,
    folders=store_paths.itself,
    distributions=("guix",),
    load_commands=raised_by("", "take a channel that has {} or later, and build the image again"),
    index="Guix's channels",
    misses="what lies in the store as a single file, or under a name without a version; no advisories are read for them (a gap)",
    reference="https://guix.gnu.org/manual/en/html_node/The-Store.html",
)
