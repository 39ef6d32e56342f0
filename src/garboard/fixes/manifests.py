"""Versions in manifests: what an ecosystem's room knows to edit."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from garboard import ecosystems
from garboard.model.action import WantedVersion
from garboard.model.dockerfile import UnknownRequest
from garboard.model.fix import AlreadyAsked, CannotEdit, NotNamed, Splice
from garboard.patterns import of_globs

_EXTRAS: Final = re.compile(r"\[[^\]]*\]\Z")
_ELSEWHERE: Final = re.compile(
    r"\s(?:-C|--prefix|--cwd|--dir|--directory|--project|--project-directory|--gemfile|--modfile|-modfile)[\s=]"
)
"""Options that name another folder or file than the one in which a command runs."""
_MOVING: Final = re.compile(r"(?:^|[\s;&|(])(?:(?:cd|pushd)\s|BUNDLE_GEMFILE=|COMPOSER=)")


def named(request: UnknownRequest, wanted: WantedVersion, line: str) -> Iterator[str]:
    """Paths that a command may read the manifest at, as its line would name them; ``line`` is all of that."""
    room = ecosystems.of(wanted.type)
    yield request.text
    if _MOVING.search(line) or _ELSEWHERE.search(f"{request.command} "):
        return
    program = ecosystems.commands(wanted.type).programs.get(request.manager)
    if program is not None and request.text in (*program.opaque, request.manager) and "pip" not in request.text:
        yield from room.projects
    elif request.text.startswith((".", "/")):
        folder = _EXTRAS.sub("", request.text)
        yield from (posixpath.join(folder, one) for one in room.projects)


def built(wanted: WantedVersion, line: str) -> tuple[str, ...]:
    """Paths of what a line builds a project by, if it does that in the folder in which it runs."""
    room = ecosystems.of(wanted.type)
    if not room.builds or _MOVING.search(line) or _ELSEWHERE.search(f"{line} "):
        return ()
    return room.projects if re.search(room.builds, line) else ()


def is_project(file: str, wanted: WantedVersion) -> bool:
    """Whether a file is the manifest of a project that a command goes by."""
    return posixpath.basename(file) in ecosystems.of(wanted.type).projects


def raising(file: str, data: bytes, wanted: WantedVersion, exists: Callable[[str], bool]) -> tuple[Splice, ...]:
    """What makes a manifest ask for a version; ``exists`` says whether its context has a file.

    Raises:
        CannotEdit: it is of no kind that is edited, a tool has to change another file with it, or no change of it alone
            is certain.
    """
    room = ecosystems.of(wanted.type)
    folder, name = posixpath.split(file)
    if wanted.name == room.toolchain:
        raise CannotEdit(f"it comes with the toolchain: build with {wanted.version} or later")
    if is_project(file, wanted):
        for other, command in room.tied:
            if exists(posixpath.join(folder, other)):
                run = command.format(name=wanted.name, version=wanted.version)
                first = _first(file, data, wanted) if "update" in command.split() else ""
                where = f" in {folder}" if folder else ""
                raise CannotEdit(f"{other} has to be changed with {name} by the tool: {first}run `{run}`{where}")
    return _raised(file, data, wanted)


def _raised(file: str, data: bytes, wanted: WantedVersion) -> tuple[Splice, ...]:
    room = ecosystems.of(wanted.type)
    if room.load_editor is None or re.fullmatch(of_globs(room.edited), file) is None:
        raise CannotEdit(f"{file} is of no kind that is edited")
    return room.load_editor(file)(data, wanted.name, wanted.version)


def _first(file: str, data: bytes, wanted: WantedVersion) -> str:
    """What has to be done before a tool that only updates a lock file can do so; empty if the manifest allows the version.

    Raises:
        CannotEdit: the manifest cannot be made to allow it for certain.
    """
    try:
        _raised(file, data, wanted)
    except (AlreadyAsked, NotNamed):
        return ""
    return f"ask for {wanted.name} {wanted.version} there, then "
