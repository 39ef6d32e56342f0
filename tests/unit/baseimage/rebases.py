"""Inventories and images in a few words, for tests of what an image would be upon another base."""

from __future__ import annotations

from garboard.model.lifecycle import Cycle
from garboard.model.package import Distro, Inventory, Location, Package
from tests.unit.basecatalog.entries import base, image, name, writer
from tests.unit.matching.known import Known, deb, pypi

__all__ = ["DEBIAN", "Data", "base", "deb", "image", "inventory", "module", "name", "pypi", "writer"]

DEBIAN = Distro(id="debian", version="12", codename="bookworm", ecosystem="Debian:12")


class Data(Known):
    """A database of a few advisories and release cycles."""

    def __init__(self, *advisories, cycles: tuple[Cycle, ...] = (), **more) -> None:
        super().__init__(*advisories, **more)
        self._cycles = cycles

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        return tuple(one for one in self._cycles if one.product == product)


def inventory(*packages: Package | str, distro: Distro = DEBIAN) -> Inventory:
    """``name=1.0`` is a package of Debian."""
    listed = (deb(*one.split("=")) if isinstance(one, str) else one for one in packages)
    return Inventory(packages=tuple(listed), distro=distro)


def module(title: str, version: str, folder: str = "usr/local/lib/python3.12/site-packages", **more) -> Package:
    """A package of Python in a folder."""
    path = f"{folder}/{title}-{version}.dist-info/METADATA"
    return pypi(title, version, locations=(Location(path=path),), **more)
