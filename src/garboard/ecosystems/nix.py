"""Packages of Nix, which its store names: ``nix/store/HASH-NAME-VERSION``."""

from __future__ import annotations

from typing import Final

from garboard import store_paths
from garboard.model.ecosystem import Ecosystem, raised_by
from garboard.model.package import Package


def _of_folder(folder: str) -> Package | None:
    return store_paths.package("nix", folder)


ECOSYSTEM: Final = Ecosystem(
    name="nix",
    type="nix",
    manager="nix",
    bare=(store_paths.store("nix/store", "nix"),),
    of_folder=_of_folder,
    folders=store_paths.itself,
    distributions=("nixos",),
    load_commands=raised_by("", "take a channel that has {} or later, and build the image again"),
    index="nixpkgs",
    misses="what lies in the store as a single file, or under a name without a version; no advisories are read for them (a gap)",
    reference="https://nix.dev/manual/nix/latest/store/store-path",
)
