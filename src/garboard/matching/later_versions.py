"""The version to go to: a fix of one vulnerability may have others, which came with it or were found since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from garboard.matching.match import match
from garboard.model.advisory import Lookup
from garboard.model.finding import Finding
from garboard.model.package import Distro, Inventory, Package
from garboard.packages.other_versions import fixing, restated

_ROUNDS: Final = 50


class Later(NamedTuple):
    """A version, and what is still known of it, which no later version fixes."""

    version: str
    findings: tuple[Finding, ...]


def later(package: Package, fixable: Sequence[Finding], distro: Distro | None, database: Lookup) -> Later:
    """The nearest version that fixes these findings of a package, and what is known of that version in turn.

    It is looked for from fix to fix: where the last one was tried that is known, that is the answer.
    """
    version, tried = fixing(fixable), set[str]()
    found: tuple[Finding, ...] = ()
    while version not in tried and len(tried) < _ROUNDS:
        tried.add(version)
        inventory = Inventory(packages=(restated(package, version, distro),), distro=distro)
        found = match(inventory, database).findings
        fixable = [one for one in found if one.fixed_in]
        if not fixable:
            break
        version = fixing(fixable)
    return Later(version, tuple(one for one in found if not one.fixed_in))
