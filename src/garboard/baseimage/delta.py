"""Which packages of an image are yours, which are its base's, and what your lines asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from garboard import ecosystems
from garboard.model.attribution import Attribution, Origin
from garboard.model.package import SYSTEM_TYPES, Inventory, Package

_PYTHON_FOLDER: Final = re.compile(r"\bpython\d+(?:\.\d+)?\b")

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """What your lines ask the distribution's package manager for.

    ``names`` are those of packages. ``recommends`` says whether recommended packages are installed with any of them,
    and ``bare`` has the names for which they are not. ``pinned`` are the names requested at a version or from a
    release. ``upgrades`` says whether a line upgrades everything installed. ``certain`` says whether every request
    could be named. ``steps`` are the commands in order, each with its names and whether recommended packages are
    installed too. ``environments``: a line makes a virtual environment of Python, with the tools that the base's Python
    brings; ``tools`` are those of them that lines install by name.
    """

    names: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    recommends: bool = True
    upgrades: bool = False
    certain: bool = True
    steps: tuple[tuple[frozenset[str], bool], ...] = ()
    environments: bool = False
    tools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Yours:
    """An image, taken apart at its base.

    Attributes:
        added: system packages that your lines brought and the base does not have, by name.
        raised: system packages of the base that your lines installed at another version, by name.
        removed: names of system packages that the base has and your image does not.
        language: language packages that your lines brought, by `key`.
        language_removed: keys of language packages that the base has and your image does not, at any version.
        base: the base's packages.
        image: your image's packages.
        asked: requests to the package manager.
        exact: whether the base is exactly the one that the image was built on.
    """

    image: Inventory
    base: Inventory
    added: dict[str, Package] = field(default_factory=dict)
    raised: dict[str, Package] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    language: dict[Key, Package] = field(default_factory=dict)
    language_removed: frozenset[Key] = frozenset()
    asked: Requested = Requested()
    exact: bool = True


def key(package: Package) -> Key:
    """What one language package replaces: type, name, and the folder it is installed in, for any Python version."""
    path = package.locations[0].path if package.locations else ""
    folder = ecosystems.of(package.type).install_folder(path)
    return package.type, package.full_name, _PYTHON_FOLDER.sub("python", folder)


def take_apart(
    image: Inventory, base: Inventory, attribution: Attribution | None, asked: Requested, *, exact: bool
) -> Yours | None:
    """Compare an image with its base; None if it is not known which of its packages are yours.

    ``exact``: the base is the one that the image was built on; then the two inventories show everything. Otherwise the
    layers must be attributed, because the base may have had other versions.
    """
    mine = _of_layers(attribution)
    if not exact and mine is None:
        return None
    has = _by_name(base.packages)
    versions = {(one.type, one.name, one.version) for one in base.packages if one.type in SYSTEM_TYPES}
    yours: dict[str, Package] = {}
    for one in image.packages:
        if (
            one.type in SYSTEM_TYPES
            and (one.type, one.name, one.version) not in versions
            and (exact or mine is None or mine(one))
        ):
            yours[one.name] = one
    own = {key(one): one for one in image.packages if one.type not in SYSTEM_TYPES}
    theirs = {key(one): one for one in base.packages if one.type not in SYSTEM_TYPES}
    there = {one.name for one in image.packages if one.type in SYSTEM_TYPES}
    return Yours(
        image=image,
        base=base,
        added={name: one for name, one in yours.items() if name not in has},
        raised={name: one for name, one in yours.items() if name in has},
        removed=frozenset(has.keys() - there) if exact else frozenset(),
        language={
            place: one
            for place, one in own.items()
            if (theirs[place].version != one.version if place in theirs else True)
            and (exact or mine is None or mine(one))
        },
        language_removed=frozenset(theirs.keys() - own.keys()) if exact else frozenset(),
        asked=asked,
        exact=exact,
    )


def _of_layers(attribution: Attribution | None) -> Callable[[Package], bool] | None:
    """Whether a package's layer is one of yours; None if the layers are not attributed."""
    if attribution is None or attribution.base.layers is None:
        return None
    yours = {one.index for one in attribution.layers if one.origin is Origin.DOCKERFILE}
    return lambda package: package.layer in yours


def _by_name(packages: Iterable[Package]) -> dict[str, Package]:
    return {package.name: package for package in packages if package.type in SYSTEM_TYPES}
