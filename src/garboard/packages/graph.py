"""Which installed package needs which: stated requirements, resolved among the installed packages."""

from __future__ import annotations

from collections.abc import Sequence

from garboard.model.package import Package
from garboard.packages.resolve import Installed


def edges(packages: Sequence[Package]) -> dict[str, tuple[str, ...]]:
    """For every package id, the ids of the installed packages that satisfy its requirements, without itself.

    Every installed alternative of a requirement counts; a requirement that nothing satisfies makes no edge.
    """
    installed = Installed(packages)
    found: dict[str, tuple[str, ...]] = {}
    for package in packages:
        needs: dict[str, None] = {}
        for provider in installed.needed(package):
            if provider is not package:
                needs[provider.id] = None
        found[package.id] = tuple(needs)
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
