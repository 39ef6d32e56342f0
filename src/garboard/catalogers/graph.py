"""Which installed package needs which: requirements, as stated, resolved among what is installed."""

from __future__ import annotations

from collections.abc import Sequence

from garboard.model.package import Package
from garboard.relations import Installed


def edges(packages: Sequence[Package]) -> dict[str, tuple[str, ...]]:
    """For every package id the ids of the installed packages that satisfy its requirements, itself left out.

    Every installed alternative of a requirement counts; a requirement that nothing satisfies makes no edge.
    """
    installed = Installed(packages)
    found: dict[str, tuple[str, ...]] = {}
    for package in packages:
        needs: dict[str, None] = {}
        for alternatives in package.requires:
            for provider in installed.satisfying(package, alternatives):
                if provider is not package:
                    needs[provider.id] = None
        found[package.id] = tuple(needs)
    return found
