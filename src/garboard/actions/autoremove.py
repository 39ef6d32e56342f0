"""What is removed with a package: those that depend on it, and those that nobody asked for and nothing else needs.

The rules are apt's ``autoremove`` (apt-get(8), ``pkgDepCache``): requested and essential packages stay, and so does
everything that they depend on, recommend or suggest, unless the image's settings say otherwise. The same applies to apk
and rpm, as far as they record what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from garboard import ecosystems
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.packages.resolve import Installed


class Removal:
    """The packages of one image's package managers; build it once, query it often."""

    def __init__(self, inventory: Inventory) -> None:
        packages = tuple(one for one in inventory.packages if one.type in SYSTEM_TYPES)
        self._packages = {one.id: one for one in packages}
        installed = Installed(packages)
        self._recommended, self._suggested = _retained(inventory)
        self._needs = {
            one.id: tuple(
                frozenset(each.id for each in installed.satisfying(one, alternatives)) for alternatives in one.requires
            )
            for one in packages
        }
        self._recommends = {
            one.id: frozenset(each.id for group in one.recommends for each in installed.satisfying(one, group))
            for one in packages
        }
        self._keeps = {one.id: frozenset(self._kept_by(one, installed)) for one in packages}
        self.unneeded = self._unmarked(frozenset())
        """What nothing needs in the present state, by id."""

    def _kept_by(self, one: Package, installed: Installed) -> Iterator[str]:
        """Ids of the packages that stay as long as this one does."""
        for needs in self._needs[one.id]:
            yield from needs
        relations = (one.recommends if self._recommended else ()) + (one.suggests if self._suggested else ())
        for alternatives in relations:
            yield from (each.id for each in installed.satisfying(one, alternatives))

    def without(self, dropped: Iterable[str], lean: frozenset[int] = frozenset()) -> frozenset[str] | None:
        """Ids of all packages removed with these, including these; None if an essential one would be.

        What packages of ``lean`` layers only recommend or suggest is not kept by that: their lines would not install it.
        """
        gone = self.broken(frozenset(dropped))
        if any(_stays(self._packages[one]) for one in gone if one in self._packages):
            return None
        return gone | self._unmarked(gone, lean)

    def caused(self, dropped: Iterable[str]) -> frozenset[str] | None:
        """Like `without`, but not what nothing needs in the present state."""
        dropped = frozenset(dropped)
        gone = self.without(dropped)
        return None if gone is None else gone - (self.unneeded - self.broken(dropped))

    def forbidding(self, dropped: Iterable[str]) -> tuple[Package, ...]:
        """The packages that would lack something and that are never removed, the dropped ones first."""
        dropped = frozenset(dropped)
        gone = sorted(self.broken(dropped), key=lambda one: (one not in dropped, one))
        return tuple(self._packages[one] for one in gone if one in self._packages and _stays(self._packages[one]))

    def asked_for(self, gone: Iterable[str]) -> tuple[Package, ...]:
        """The packages among them that somebody asked for, by id."""
        found = (self._packages[one] for one in sorted(gone) if one in self._packages)
        return tuple(one for one in found if one.automatic is not True)

    def only_recommended(self, layer: int) -> frozenset[str]:
        """Ids of the packages of a layer that its line installs for no other reason than that others recommend them.

        What a package of another layer recommends may be there by that one.
        """
        own = frozenset(name for name, one in self._packages.items() if one.layer == layer)

        def needs(name: str) -> Iterator[str]:
            yield from self._required(name)
            if name not in own:
                yield from self._recommends[name]

        return own - self.unneeded - self._reached(frozenset(), needs)

    def recommending(self, name: str) -> Iterator[Package]:
        """The packages that recommend one, by its id."""
        return (self._packages[one] for one, recommended in self._recommends.items() if name in recommended)

    def broken(self, gone: frozenset[str]) -> frozenset[str]:
        """These and all that lack a requirement without them."""
        while True:
            more = {
                name
                for name, groups in self._needs.items()
                if name not in gone and any(group and group <= gone for group in groups)
            }
            if not more:
                return gone
            gone |= more

    def _unmarked(self, gone: frozenset[str], lean: frozenset[int] = frozenset()) -> frozenset[str]:
        def keeps(name: str) -> Iterable[str]:
            return self._required(name) if lean and self._packages[name].layer in lean else self._keeps[name]

        return frozenset(self._packages.keys() - self._reached(gone, keeps) - gone)

    def _required(self, name: str) -> Iterator[str]:
        return (one for group in self._needs[name] for one in group)

    def _reached(self, gone: frozenset[str], keeps: Callable[[str], Iterable[str]]) -> set[str]:
        """Ids of what is asked for or never removed, and of all that is kept by it."""
        waiting = [
            name
            for name, one in self._packages.items()
            if name not in gone and (one.automatic is not True or _stays(one))
        ]
        marked = set(waiting)
        while waiting:
            for name in keeps(waiting.pop()):
                if name not in marked and name not in gone:
                    marked.add(name)
                    waiting.append(name)
        return marked


def _stays(one: Package) -> bool:
    """Whether the package manager never removes it; apt counts itself among those."""
    return one.essential or one.name in ecosystems.of(one.type).keeps_itself


def _retained(inventory: Inventory) -> tuple[bool, bool]:
    """Whether recommended and suggested packages are kept: both, unless the settings say otherwise."""
    recommended = suggested = True
    for one in inventory.retention:
        recommended = recommended if one.recommended is None else one.recommended
        suggested = suggested if one.suggested is None else one.suggested
    return recommended, suggested
