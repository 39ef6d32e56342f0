"""An image without what some layers brought: what they added is gone, what they replaced or removed is back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.packages.resolve import Installed
from garboard.whatif.changed import Changed, consistent, doubt, some

Below = Callable[[int], Inventory]
"""The inventory of so many of the lowest layers."""
_Place = tuple[str, str, str, str, str]


def without(inventory: Inventory, layers: Collection[int], below: Below) -> Changed:
    """Leave out what only these layers brought: what packages of later layers need, their lines would bring."""
    current = {one.id: one for one in inventory.packages}
    removed: dict[str, Package] = {}
    for index in sorted(layers, reverse=True):
        lower, upper = ({one.id: one for one in below(count).packages} for count in (index, index + 1))
        for name in [name for name, one in current.items() if one.layer == index and name not in lower]:
            removed[name] = current.pop(name)
        places = {_place(one) for one in current.values()}
        current |= {
            name: one
            for name, one in lower.items()
            if name not in upper and name not in current and _place(one) not in places
        }
    back = set(_needed(current, removed, min(layers, default=0)))
    current |= {name: removed[name] for name in back}
    gaps: tuple[Gap, ...] = ()
    if back:
        reason = "later instructions brought what needs these, and would bring them: they are counted as there"
        gaps = (doubt(some(removed[name].full_name for name in back), reason),)
    return Changed(consistent(inventory, current.values()), gaps)


def _place(one: Package) -> _Place:
    path = "" if one.type in SYSTEM_TYPES or not one.locations else one.locations[0].path
    return one.type, one.full_name, one.arch, one.module, path


def _needed(current: dict[str, Package], removed: dict[str, Package], first: int) -> Iterator[str]:
    """Ids of removed packages without which one of a later layer lacks a requirement."""
    if not removed:
        return
    installed = Installed((*current.values(), *removed.values()))
    found: set[str] = set()
    waiting = [one for one in current.values() if one.layer is not None and one.layer > first]
    while waiting:
        one = waiting.pop()
        for alternatives in one.requires:
            ids = [each.id for each in installed.satisfying(one, alternatives)]
            if not ids or any(each in current or each in found for each in ids):
                continue
            found.add(ids[0])
            waiting.append(removed[ids[0]])
            yield ids[0]
