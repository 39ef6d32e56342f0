"""An image without some packages: what goes with them is decided as a package manager would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garboard.actions.autoremove import Removal
from garboard.model.errors import UsageError
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.whatif.changed import Changed, consistent, doubt, named, owner, some


def dropped(inventory: Inventory, names: Sequence[str], base_layers: int | None = None) -> Changed:
    """Drop packages; of what is above the base's ``base_layers`` alone, nothing of the base goes with it.

    Raises:
        UsageError: there is no such package, or an essential one needs it.
    """
    if not names:
        return Changed(inventory)
    targets = {one.id: one for name in names for one in named(inventory, name)}
    for one in targets.values():
        if one.owner:
            raise UsageError(f"{one.full_name} is a part of the package {owner(inventory, one)}", "drop that one")
    gone = _system(inventory, targets, base_layers) | targets.keys()
    purls = {one.purl for one in inventory.packages if one.id in gone and one.type in SYSTEM_TYPES}
    left = [one for one in inventory.packages if one.id not in gone and not (one.owner and one.owner in purls)]
    return Changed(consistent(inventory, left), tuple(_doubts(inventory, targets, gone)))


def _system(inventory: Inventory, targets: dict[str, Package], base_layers: int | None) -> frozenset[str]:
    """Ids of the system packages that go."""
    system = [one for one in targets.values() if one.type in SYSTEM_TYPES]
    if not system:
        return frozenset()
    removal = Removal(inventory)
    ids = frozenset(one.id for one in system)
    gone = removal.caused(ids)
    if gone is None:
        for one in system:
            forbidding = removal.forbidding({one.id})
            if forbidding:
                needing = [each.name for each in forbidding if each.id != one.id]
                why = "is essential" if len(needing) < len(forbidding) else f"is needed by {some(needing)}"
                raise UsageError(
                    f"{one.name} cannot be dropped: it {why}, and the package manager never removes that",
                    "choose a base image that does not have it",
                )
        raise UsageError(f"{some(one.name for one in system)} cannot be removed together", "drop fewer of them")
    if base_layers is not None and all(one.layer is not None and one.layer >= base_layers for one in system):
        broken = removal.broken(ids)
        layers = {one.id: one.layer for one in inventory.packages}
        gone = frozenset(one for one in gone if one in broken or (layers[one] or 0) >= base_layers)
    return gone


def _doubts(inventory: Inventory, targets: dict[str, Package], gone: frozenset[str]) -> Iterator[Gap]:
    packages = {one.id: one for one in inventory.packages}
    wanted = [one for name in gone - targets.keys() if (one := packages[name]).automatic is not True]
    if wanted:
        reason = "needs what is dropped, so it goes too; it was asked for, or that is not recorded"
        yield doubt(some(one.name for one in wanted), reason)
    languages = {name for name, one in targets.items() if one.type not in SYSTEM_TYPES}
    if not languages:
        return
    needing = {one.full_name for one in packages.values() if one.id not in gone and languages & set(one.depends_on)}
    if needing:
        yield doubt(some(needing), "needs what is dropped: whether it works without is not known")
    alone = _alone(packages, languages)
    if alone:
        reason = "nothing else needs these, so they may go too; they are counted as there, since who asked for them is not known"
        yield doubt(some(packages[one].full_name for one in alone), reason)


def _alone(packages: dict[str, Package], languages: set[str]) -> set[str]:
    """What only these packages lead to."""
    reached: set[str] = set()
    waiting = list(languages)
    while waiting:
        for each in packages[waiting.pop()].depends_on:
            if each in packages and each not in reached and each not in languages:
                reached.add(each)
                waiting.append(each)
    kept = [one for name, one in packages.items() if name not in reached and name not in languages]
    while kept:
        for each in kept.pop().depends_on:
            if each in reached:
                reached.discard(each)
                kept.append(packages[each])
    return {one for one in reached if not packages[one].owner and packages[one].type not in SYSTEM_TYPES}
