"""Workspaces of Go modules (``go.work``, https://go.dev/ref/mod#workspaces): what holds for all modules that one is of.

A module is of the workspace in the nearest folder above it that has one, if that names the module's folder. What it replaces
goes before what any go.mod says of the same module, and what one of its modules replaces counts for all of them. So does the
highest version that one of them requires.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from garboard import lock_text
from garboard.ecosystems.golang.declared import ALONE, GoMod, Workspace, facts, read, replacements
from garboard.model.gap import Gap, some
from garboard.model.package import Fact, Unread
from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

_FILE: Final = "go.work"


def join(kept: Mapping[str, bytes]) -> Iterator[tuple[str, Fact]]:
    """What each go.mod declares, in the workspace that it is of; of a workspace the folders in which no module is."""
    stated = {path: read(data.decode()) for path, data in kept.items()}
    workspaces = {
        posixpath.dirname(path): (_folders(path, one), _workspace(path, one, stated))
        for path, one in stated.items()
        if _is_workspace(path)
    }
    for path, one in stated.items():
        if _is_workspace(path):
            yield from ((path, fact) for fact in _of_workspace(path, one))
        else:
            yield from ((path, fact) for fact in facts(path, one, _around(path, workspaces)))


def _is_workspace(path: str) -> bool:
    return posixpath.basename(path) == _FILE


def _folders(path: str, stated: GoMod) -> tuple[str, ...]:
    """The folders of a workspace's modules in the tree."""
    return tuple(posixpath.normpath(posixpath.join(posixpath.dirname(path), one)) for one in stated.used)


def _manifest(folder: str) -> str:
    return posixpath.join(folder, "go.mod").removeprefix("./")


def _workspace(path: str, stated: GoMod, files: Mapping[str, GoMod]) -> Workspace:
    members = {
        manifest: files[manifest] for folder in _folders(path, stated) if (manifest := _manifest(folder)) in files
    }
    shared = [replacements(manifest, member) for manifest, member in members.items()]
    return Workspace(
        replacements(path, stated),
        dict(pair for one in shared for pair in one.items()),
        frozenset(one.module for one in members.values()),
        stated.builder[0],
        _selected(members.values()),
    )


def _selected(members: Iterable[GoMod]) -> Mapping[str, str]:
    """Of each module the version that counts (https://go.dev/ref/mod#minimal-version-selection)."""
    found: dict[str, str] = {}
    for one in (required for member in members for required in member.required):
        try:
            version = semver.key(one.version)
        except InvalidVersion:  # a branch, which `go mod tidy` has to resolve
            continue
        if one.path not in found or semver.key(found[one.path]) < version:
            found[one.path] = one.version
    return found


def _around(path: str, workspaces: Mapping[str, tuple[tuple[str, ...], Workspace]]) -> Workspace:
    """The workspace that a go.mod is of."""
    own = posixpath.dirname(path)
    if posixpath.basename(path) != "go.mod":
        return ALONE
    folder = own
    while folder not in workspaces:
        if not folder:
            return ALONE
        folder = posixpath.dirname(folder)
    used, workspace = workspaces[folder]
    return workspace if (own or ".") in used else ALONE


def _of_workspace(path: str, stated: GoMod) -> Iterator[Fact]:
    if stated.left:
        lines = some(map(str, stated.left))
        reason = f"has lines that are not known, which were not read (lines {lines})"
        yield Gap(stage="catalog", subject=path, reason=reason, names=lines.names)
    for folder in _folders(path, stated):
        yield Unread(
            kind=lock_text.FOLDERS,
            names=(_FILE,),
            folder=folder,
            reason="their versions are not known",
        )
