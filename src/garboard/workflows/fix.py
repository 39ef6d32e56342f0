"""Changes the files of a build as its image's actions advise, and writes them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from garboard.fixes.plan import BuildFiles, changes
from garboard.model.errors import GarboardError
from garboard.model.fix import Fixes

if TYPE_CHECKING:
    from garboard.model.action import ActionKind
    from garboard.model.dockerfile import Dockerfile
    from garboard.model.fix import FileChange
    from garboard.model.report import Report
    from garboard.workflows.attribute import Build

_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a manifest that is edited."""


class BuildContext:
    """The files of a build: the Dockerfile, and what lies in the folder of its context. Nothing outside is read or written."""

    def __init__(self, dockerfile: Path, folder: Path) -> None:
        self._dockerfile = dockerfile
        self._folder = folder
        self._root = folder.resolve()

    def read(self, path: str) -> bytes | None:
        """The bytes of a file by its path in the context; None if there is no such plain file, or it is very large."""
        file = self._inside(path)
        with contextlib.suppress(OSError, ValueError):
            if file is not None and file.is_file() and file.stat().st_size <= _LARGEST:
                return file.read_bytes()
        return None

    def name(self, path: str) -> str:
        """The name of a file of the context, seen from where the user is."""
        return str(self._folder / path)

    def write(self, change: FileChange) -> None:
        """Replace one file, whole or not at all; its mode stays.

        Raises:
            GarboardError: it is not what it was when it was read, or it cannot be written.
        """
        file = self._dockerfile if change.file == str(self._dockerfile) else Path(change.file)
        target = file.resolve()
        if file != self._dockerfile and not target.is_relative_to(self._root):
            raise GarboardError(
                f"{change.file} leads out of {self._folder}", "nothing outside of the context is written"
            )
        if target.read_bytes() != change.before:
            raise GarboardError(f"{change.file} was changed in the meantime", "run the command again")
        aside = target.with_name(f".{target.name}.{os.getpid()}.new")
        try:
            aside.write_bytes(change.after)
            aside.chmod(target.stat().st_mode & 0o7777)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    def _inside(self, path: str) -> Path | None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            file = (self._root / path).resolve()
            return file if file.is_relative_to(self._root) else None
        return None


def fix(
    report: Report, dockerfile: Dockerfile, build: Build, context: BuildContext, kinds: Collection[ActionKind]
) -> Fixes:
    """What the actions of a report change in the files of its build; nothing is written."""
    actions = report.actions
    assert actions is not None
    files = BuildFiles(
        dockerfile=dockerfile,
        target=build.target,
        build_args=build.build_args,
        read=context.read,
        name=context.name,
    )
    made, left = changes(actions, files, kinds)
    return Fixes(image=report.image.name, changes=made, total=actions.total, left=left, gaps=report.gaps)


def apply(fixes: Fixes, context: BuildContext) -> None:
    """Write all files.

    Raises:
        GarboardError: one could not be written; those before it were.
    """
    for one in fixes.files:
        context.write(one)
