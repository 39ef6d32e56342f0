"""An image with a package in a newer version: the one that is named, or the nearest that has all its fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from garboard import ecosystems
from garboard.actions.outcomes import upgrades_whole_sources
from garboard.model.advisory import Hit
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.packages.other_versions import fixing, restated
from garboard.versions.invalid import InvalidVersion
from garboard.whatif.changed import Changed, consistent, doubt, named, owner, some

Judged = Callable[[Inventory], Sequence[Finding]]
"""The findings of an inventory."""
Named = Callable[[Package], Iterable[Hit]]
"""What advisories say of a package, at any version."""
_ROUNDS: Final = 50


def raised(inventory: Inventory, name: str, version: str, judged: Judged, advisories: Named) -> Changed:
    """Raise a package; without a version, to the nearest one that has all the fixes of its findings.

    Raises:
        UsageError: there is no such package, no such fix, or it is not older than the version.
    """
    found = named(inventory, name)
    owned = [one for one in found if one.owner]
    if len(owned) == len(found):
        raise UsageError(f"{name} is a part of the package {owner(inventory, owned[0])}", "raise that one")
    found = tuple(one for one in found if not one.owner)
    packages = _together(inventory, found)
    gaps: list[Gap] = []
    if version:
        packages = _older(packages, name, version)
        if not any(version in _versions(advisories(one)) for one in packages):
            reason = "no advisory names this version: whether it was ever published is not known"
            gaps.append(doubt(f"{name} {version}", reason))
    else:
        version, left = _nearest(inventory, packages, name, judged)
        packages = _older(packages, name, version)
        if left:
            ids = some(one.vulnerability.id for one in left)
            gaps.append(doubt(f"{name} {version}", f"no version is known that fixes {ids}", ids.names))
    renamed = {one.id: restated(one, version, inventory.distro) for one in packages}
    after = consistent(inventory, (renamed.get(one.id, one) for one in inventory.packages), renamed)
    return Changed(after, (*gaps, *_doubts(inventory, packages, version)))


def _together(inventory: Inventory, found: tuple[Package, ...]) -> tuple[Package, ...]:
    """With those that the package manager upgrades together with them."""
    kinds = {one.type for one in found if one.type in SYSTEM_TYPES}
    whole = {kind for kind in kinds if upgrades_whole_sources(one for one in inventory.packages if one.type == kind)}
    sources = {(one.type, one.source) for one in found if one.type in whole}
    ids = {one.id for one in found}
    return tuple(one for one in inventory.packages if one.id in ids or (one.type, one.source) in sources)


def _older(packages: tuple[Package, ...], name: str, version: str) -> tuple[Package, ...]:
    """Those that are older than the version."""
    found = [one for one in packages if _is_older(one, version)]
    if not found:
        has = some(one.version for one in packages)
        raise UsageError(f"{name} is at {has}, which is not older than {version}", "name a newer version")
    return tuple(found)


def _is_older(one: Package, version: str) -> bool:
    order = ecosystems.order(one.scheme)
    if order is None:
        return one.version != version
    try:
        wanted = order.key(version)
    except InvalidVersion as error:
        raise UsageError(f"{version} is no version of {one.full_name}: {error}", f"it has {one.version} now") from error
    try:
        return bool(order.key(one.source_version_or_own if one.type in SYSTEM_TYPES else one.version) < wanted)
    except InvalidVersion:
        return one.version != version


def _nearest(
    inventory: Inventory, packages: tuple[Package, ...], name: str, judged: Judged
) -> tuple[str, Sequence[Finding]]:
    """The nearest version that has all known fixes, and the findings that it still has."""
    version = ""
    for _ in range(_ROUNDS):
        left = judged(Inventory(packages=packages, distro=inventory.distro))
        fixable = [one for one in left if one.fixed_in]
        if not fixable:
            break
        version = fixing(fixable)
        packages = tuple(
            restated(one, version, inventory.distro) if _is_older(one, version) else one for one in packages
        )
    if version:
        return version, left
    if left:
        ids = some(one.vulnerability.id for one in left)
        raise UsageError(f"no version of {name} is known that fixes {ids}", f"name one: {name}@VERSION")
    raise UsageError(f"nothing was found in {name} that a newer version would fix", f"name one: {name}@VERSION")


def _versions(hits: Iterable[Hit]) -> Iterator[str]:
    for hit in hits:
        yield from hit.affected.versions
        for one in hit.affected.ranges:
            yield from (one.introduced, one.fixed, one.last_affected, one.before)


def _doubts(inventory: Inventory, packages: tuple[Package, ...], version: str) -> Iterator[Gap]:
    ids = {one.id for one in packages}
    system = [one for one in packages if one.type in SYSTEM_TYPES]
    sources = {(one.type, one.source) for one in system}
    beside = [one.name for one in inventory.packages if one.id not in ids and (one.type, one.source) in sources]
    if beside:
        reason = "built from the same source, and counted as they are: raise the source package to raise all of it"
        yield doubt(some(beside), reason)
    if any(one.source_version not in {"", one.version} for one in system):
        reason = f"its source package has versions of its own: {version} is taken for that of both"
        yield doubt(some(one.name for one in system if one.source_version not in {"", one.version}), reason)
    held = [one for one in packages if one.held]
    if held:
        yield doubt(some(one.full_name for one in held), f"it is {held[0].held}, so it comes only if that is lifted")
    languages = {one.id for one in packages if one.type not in SYSTEM_TYPES}
    limiting = {
        one.full_name
        for one in inventory.packages
        for wanted in packages
        if wanted.id in languages
        and (allows := ecosystems.of(wanted.type).allows) is not None
        and any(name == wanted.full_name and not allows(limit, version) for name, limit in one.limits)
    }
    if limiting:
        denied = some(one.full_name for one in packages)
        yield doubt(some(limiting), f"does not allow {denied} {version}", denied.names)
