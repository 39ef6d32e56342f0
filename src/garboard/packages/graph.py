"""Which installed package needs which: stated requirements, resolved among the installed packages."""

from __future__ import annotations

from collections.abc import Sequence

from garboard import ecosystems
from garboard.model.package import Package
from garboard.packages.resolve import Installed


def edges(packages: Sequence[Package]) -> dict[str, tuple[str, ...]]:
    """For every package id, the ids of the installed packages that satisfy its requirements, without itself.

    Every installed alternative of a requirement counts; a requirement that nothing satisfies makes no edge.
    """
    installed = Installed(packages)
    carried = _carried(packages)
    found: dict[str, tuple[str, ...]] = {}
    for package in packages:
        needs: dict[str, None] = dict.fromkeys(carried.get(package.id, ()))
        for provider in installed.needed(package):
            if provider is not package:
                needs[provider.id] = None
        found[package.id] = tuple(needs)
    return found


def _carried(packages: Sequence[Package]) -> dict[str, list[str]]:
    """The copies that a package carries, by its id: they lie in a folder of its name, where it is installed."""
    found: dict[str, list[str]] = {}
    copies = [one for one in packages if one.vendored_by and one.locations]
    if not copies:
        return found
    carriers: dict[tuple[str, str, str], str] = {}
    for one in packages:
        if not one.vendored_by:
            folder = ecosystems.of(one.type).install_folder
            carriers |= {(one.type, one.full_name, folder(place.path)): one.id for place in one.locations}
    for copy in copies:
        normalize = ecosystems.of(copy.type).normalize
        home = copy.locations[0].path.rpartition(f"/{copy.vendored_by}/")[0]
        names = (copy.vendored_by.replace("/", "-"), copy.vendored_by.partition("/")[0])
        ids = (
            *(carriers.get((copy.type, normalize(name), home)) for name in names),
            carriers.get((copy.type, copy.vendored_by, f"{home}/{copy.vendored_by}")),
        )
        if (carrier := next(filter(None, ids), None)) is not None:
            found.setdefault(carrier, []).append(copy.id)
    return found


def roots(packages: dict[str, Package]) -> list[Package]:
    """Packages that were asked for, then those that nothing reached, in the inventory's order."""
    needed = {need for package in packages.values() for need in package.depends_on}
    asked = [package for package in packages.values() if not package.automatic and package.id not in needed]
    asked += [package for package in packages.values() if package.automatic is False and package.id in needed]
    seen: set[str] = set()
    stack = [package.id for package in asked]
    while stack:
        name = stack.pop()
        if name in packages and name not in seen:
            seen.add(name)
            stack.extend(packages[name].depends_on)
    return asked + [package for package in packages.values() if package.id not in seen]
