"""Files, and what has been changed in them so far: each change is told on top of those before it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from garboard.dockerfile.parser import parse
from garboard.fixes import locks, manifests
from garboard.model.action import WantedVersion
from garboard.model.dockerfile import DockerfileError
from garboard.model.ecosystem import LockTool
from garboard.model.fix import AlreadyAsked, CannotEdit, FileChange, Splice
from garboard.splices import spliced

Made = list[tuple[str, tuple[Splice, ...]]]
"""What changes in each file, by the name that the user knows it by."""


class EditedFiles:
    """The files of a folder.

    ``read`` returns the bytes of a file by its path there, or None if there is none; ``name`` turns that path into the name by
    which the user knows the file. ``rework`` lets the tools make lock files again; None if they are not to be run.
    ``dockerfiles`` are the names of those that have to stay Dockerfiles, with their bytes.
    """

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        name: Callable[[str], str],
        rework: locks.Rework | None,
        dockerfiles: Mapping[str, bytes],
    ) -> None:
        self._read = read
        self._name = name
        self._rework = rework
        self._dockerfiles = frozenset(dockerfiles)
        self._data = dict(dockerfiles)
        self._made: dict[str, tuple[Splice, ...]] = {}
        self._reworked: dict[str, bytes] = {}
        """What tools made of files, by the names of these."""
        self._told: dict[str, bytes] = {}
        """The same, as far as changes tell it."""

    def raising(self, path: str, data: bytes, wanted: WantedVersion) -> Made:
        """What makes a manifest ask for a version, and its lock file have it, where a tool may do that.

        Raises:
            CannotEdit: no change is certain to.
        """
        tool = locks.tool(path, wanted, self._read) if self._rework is not None else None
        if tool is not None:
            return self._by_tool(path, tool, wanted)
        name = self._name(path)
        self._data.setdefault(name, data)
        return [(name, manifests.raising(path, data, wanted, self.exists))]

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._read(path) is not None

    def put(self, made: Made) -> tuple[FileChange, ...]:
        """The changes of files on top of those before them; none of them if one cannot be.

        Raises:
            CannotEdit: another change is in the same place.
        """
        return tuple(self._put(file, splices) for file, splices in made)

    def attempt(self, splices: Callable[[], Made]) -> tuple[FileChange, ...]:
        """The changes that are made of files, which stay as they were if they cannot be.

        Raises:
            CannotEdit: they cannot be.
        """
        before = dict(self._reworked), dict(self._told)
        try:
            return self.put(splices())
        except CannotEdit:
            self._reworked, self._told = before
            raise

    def _by_tool(self, path: str, tool: LockTool, wanted: WantedVersion) -> Made:
        """What a tool makes of a manifest and its lock file, on top of what it made of them before."""
        assert self._rework is not None
        folder = posixpath.dirname(path)
        names = {one: self._name(posixpath.join(folder, one)) for one in (tool.manifest, tool.lock)}
        given = {}
        for one, name in names.items():
            data = self._data.setdefault(name, self._read(posixpath.join(folder, one)) or b"")
            given[one] = self._reworked.get(name, data)
        after = locks.reworked(tool, given, wanted, self._rework)
        if not after:
            raise AlreadyAsked("the files have")
        self._reworked |= {names[one]: data for one, data in after.items()}
        return [(names[one], ()) for one in after]

    def _put(self, file: str, splices: tuple[Splice, ...]) -> FileChange:
        if file in self._reworked:
            before, after = self._told.get(file, self._data[file]), self._reworked[file]
            self._told[file] = after
            return FileChange(file=file, before=before, after=after)
        data, made = self._data[file], self._made.get(file, ())
        together = tuple(dict.fromkeys((*made, *splices)))
        try:
            after = spliced(data, together)
            if file in self._dockerfiles:
                parse(after, file)
        except (ValueError, DockerfileError) as error:
            raise CannotEdit("another change is in the same place; apply that one first") from error
        before = spliced(data, made)
        self._made[file] = together
        return FileChange(file=file, before=before, after=after)
