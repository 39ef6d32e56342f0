"""The inventory of an image of one layer."""

from __future__ import annotations

from collections.abc import Mapping

from garboard import image as images
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Inventory
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.packages.test_unread import Given, layer


def taken(files: Mapping[str, bytes], mode: int = 0o644) -> Inventory:
    return assemble(images.read(Given(layer(files, mode)), CATALOGERS, NoCache(), Options()))
