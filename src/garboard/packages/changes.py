"""The packages that each layer added, changed and removed, from every version of the files that list them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from garboard.model.changes import LayerChanges, Upgrade
from garboard.model.image import FileHistory, Files
from garboard.model.package import SYSTEM_TYPES, UNMANAGED, Inventory, Package
from garboard.packages.ownership import counted

Identity = tuple[str, str, str, str, str, str]
"""Type, name, version, architecture, module, and for language packages the path."""


def changes(files: Files, inventory: Inventory, layers: int) -> tuple[LayerChanges, ...]:
    """One value for each layer, lowest first.

    What is not counted as a package of the image elsewhere is left out here too: applications, and copies that another
    package answers for according to ``inventory`` (of the same files). A package that is removed in a layer and there again at
    another version is changed; several versions side by side are paired in order. A language package that only moved is
    removed and added.
    """
    own = {_place(package) for package in counted(inventory.packages)}
    owned = {_place(package) for package in inventory.packages if package.owner}
    owned |= {
        _identity(fact, history.path)
        for history in files.histories
        for fact in history.versions[-1].facts or ()
        if isinstance(fact, Package) and fact.type == UNMANAGED
    }
    owned -= own
    steps = _steps(files.histories, owned)
    present: dict[str, dict[Identity, Package]] = {}
    before: dict[Identity, Package] = {}
    found = []
    for index in range(layers):
        touched = steps.get(index)
        if not touched:
            found.append(LayerChanges(index=index))
            continue
        present |= touched
        after = {identity: package for packages in present.values() for identity, package in packages.items()}
        found.append(_difference(index, before, after))
        before = after
    return tuple(found)


def _steps(histories: Iterable[FileHistory], owned: set[Identity]) -> dict[int, dict[str, dict[Identity, Package]]]:
    """For each layer that wrote or removed a file: what that file lists as installed from there on."""
    steps: dict[int, dict[str, dict[Identity, Package]]] = defaultdict(dict)
    for history in histories:
        name = f"{history.reader}:{history.path}"
        for version in history.versions:
            packages = [fact for fact in version.facts or () if isinstance(fact, Package) and not fact.application]
            named = {_identity(package, history.path): package for package in packages}
            steps[version.layer][name] = {key: package for key, package in named.items() if key not in owned}
    return steps


def _identity(package: Package, path: str) -> Identity:
    where = "" if package.type in SYSTEM_TYPES else path
    return package.type, package.full_name, package.version, package.arch, package.module, where


def _place(package: Package) -> Identity:
    return _identity(package, package.locations[0].path if package.locations else "")


def _difference(index: int, before: dict[Identity, Package], after: dict[Identity, Package]) -> LayerChanges:
    gone = _by_name(package for key, package in sorted(before.items()) if key not in after)
    new = _by_name(package for key, package in sorted(after.items()) if key not in before)
    changed, added, removed = [], [], []
    for name in sorted(gone.keys() | new.keys()):
        old, fresh = gone.get(name, []), new.get(name, [])
        for package in [one for one in old if one.version in {other.version for other in fresh}]:
            old.remove(package)  # moved, not changed
            removed.append(package)
            twin = next((one for one in fresh if one.version == package.version), None)
            if twin is not None:
                fresh.remove(twin)
                added.append(twin)
        pairs = min(len(old), len(fresh))
        changed += [Upgrade(before=one, after=two) for one, two in zip(old, fresh, strict=False)]
        removed += old[pairs:]
        added += fresh[pairs:]
    return LayerChanges(index=index, added=tuple(added), changed=tuple(changed), removed=tuple(removed))


def _by_name(packages: Iterable[Package]) -> dict[tuple[str, str, str], list[Package]]:
    found: dict[tuple[str, str, str], list[Package]] = defaultdict(list)
    for package in packages:
        found[package.type, package.full_name, package.arch].append(package)
    return found
