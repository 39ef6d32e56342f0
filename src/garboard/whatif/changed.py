"""A changed inventory, and what is not certain about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from garboard.model import gap
from garboard.model.errors import UsageError
from garboard.model.gap import Gap, SomeNames
from garboard.model.package import SYSTEM_TYPES, Inventory, Package

_NAMED = 5


class Changed(NamedTuple):
    """An inventory after a change, and what is not certain."""

    inventory: Inventory
    gaps: tuple[Gap, ...] = ()


def doubt(subject: str | SomeNames, reason: str, names: tuple[str, ...] = ()) -> Gap:
    """A gap of a change."""
    subjects = () if isinstance(subject, str) else subject.names
    return Gap(stage="what-if", subject=str(subject), reason=reason, subjects=subjects, names=names)


def named(inventory: Inventory, name: str) -> tuple[Package, ...]:
    """The packages of a name, else those that were built from a source package of the name.

    Raises:
        UsageError: there is none.
    """
    packages = [one for one in inventory.packages if not one.application]
    found = [one for one in packages if name in (one.full_name, one.display_name)]
    found = found or [one for one in packages if one.type in SYSTEM_TYPES and one.source == name]
    if not found:
        import difflib

        near = difflib.get_close_matches(name, {one.full_name for one in packages}, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "garboard inventory IMAGE lists its packages"
        raise UsageError(f"the image has no package {name}", hint)
    return tuple(found)


def owner(inventory: Inventory, package: Package) -> str:
    """The name of the package that a package is a part of."""
    return next((one.name for one in inventory.packages if one.purl == package.owner), package.owner)


def consistent(
    inventory: Inventory, packages: Iterable[Package], renamed: Mapping[str, Package] = MappingProxyType({})
) -> Inventory:
    """The inventory with these packages, in its order; ``renamed`` are those of another version, by the id they had.

    What points to packages that are not there any more points nowhere.
    """
    every = tuple(packages)
    there = {one.id for one in every}
    ids = {old: new.id for old, new in renamed.items()}
    purls = {old.partition("#")[0]: new.purl for old, new in renamed.items()}

    def settled(one: Package) -> Package:
        needs = tuple(
            dict.fromkeys(to for each in one.depends_on if (to := ids.get(each, each)) in there or each not in before)
        )
        owner, same = purls.get(one.owner, one.owner), ids.get(one.same_as, one.same_as)
        same = same if same in there else ""
        if (needs, owner, same) == (one.depends_on, one.owner, one.same_as):
            return one
        return msgspec.structs.replace(one, depends_on=needs, owner=owner, same_as=same)

    before = {one.id for one in inventory.packages} | ids.keys()
    kept = sorted(map(settled, every), key=lambda one: (one.type, one.full_name, one.version, one.id))
    return msgspec.structs.replace(inventory, packages=tuple(kept))


def some(names: Iterable[str]) -> SomeNames:
    """The first few names, and how many more there are."""
    return gap.some(sorted(set(names)), _NAMED)
