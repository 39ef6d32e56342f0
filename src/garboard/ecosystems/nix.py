"""Packages of Nix, which its store names: ``nix/store/HASH-NAME-VERSION``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard import store_paths

if TYPE_CHECKING:
    from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final[Ecosystem] = store_paths.ecosystem(
    "nix",
    "nix/store",
    distributions=("nixos",),
    index="nixpkgs",
    reference="https://nix.dev/manual/nix/latest/store/store-path",
)
