"""What is known of the user's repository. It is only read."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from garboard.git.calling import Git, GitError
from garboard.model.errors import UsageError

_FILTERS: Final = r"^filter\..*\.(clean|smudge|process|required)$"


class Identity(NamedTuple):
    """Who commits."""

    name: str
    email: str


class Checkout:
    """The working tree that a folder lies in. Names of files are seen from where the user is, or from ``below``.

    Raises:
        UsageError: it lies in none.
    """

    def __init__(self, folder: Path, below: Path | None = None) -> None:
        try:
            root = Git(folder.resolve()).text("rev-parse", "--show-toplevel")
        except GitError as error:
            raise UsageError(
                f"{folder} is in no git repository: {error.hint or error.message}",
                "name one that is, or make it one: git init",
            ) from error
        self.root = Path(root)
        self._below = below or Path()
        self._git = Git(self.root)

    def remote(self, name: str) -> str:
        """The address of a remote.

        Raises:
            UsageError: there is none of that name.
        """
        try:
            return self._git.text("remote", "get-url", "--", name)
        except GitError:
            raise UsageError(f"the repository has no remote {name}", "see: git remote -v") from None

    def identity(self) -> Identity:
        """Who commits by the repository's configuration, or else garboard."""
        name = self._git.text("config", "--get", "user.name", wrong=1)
        email = self._git.text("config", "--get", "user.email", wrong=1)
        return Identity(name or "garboard", email or "garboard@localhost")

    def path(self, name: str) -> str:
        """The path of a file in the repository, with slashes.

        Raises:
            UsageError: it lies outside.
        """
        path = self.find(name)
        if path is None:
            raise UsageError(f"{name} is not in the repository {self.root}", "name files of one repository")
        return path

    def find(self, name: str) -> str | None:
        """The same; None if it lies outside."""
        file = (self._below / name).resolve()
        root = self.root.resolve()
        return file.relative_to(root).as_posix() if file.is_relative_to(root) else None

    def differing(self, commit: str, objects: Path, paths: Sequence[str]) -> tuple[str, ...]:
        """The files that are others here than in a commit, as git would commit them, by their paths in the repository.

        They are looked for at ``paths`` and below; ``objects`` is a folder that has what the commit consists of.
        """
        if not paths:
            return ()
        words = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative")
        environment = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects), "GIT_OPTIONAL_LOCKS": "0"}
        listed = self._unfiltered("--literal-pathspecs", "diff", *words, commit, "--", *paths, environment=environment)
        return tuple(one.decode("utf-8", "surrogateescape") for one in listed.split(b"\0") if one)

    def store(self, path: str, data: bytes, objects: Path) -> str:
        """Store a file as git would commit it, with the line ends that its path is to have there; returns the object's name.

        It is stored in a folder of objects, and not in the user's own.
        """
        environment = {"GIT_OBJECT_DIRECTORY": str(objects)}
        words = ("hash-object", "-w", "--stdin", f"--path={path}")
        return self._unfiltered(*words, given=data, environment=environment).decode().strip()

    @functools.cached_property
    def _unfiltered(self) -> Git:
        """Git that runs none of the programs that its configuration has for contents of files."""
        found = self._git.text("config", "-z", "--name-only", "--get-regexp", _FILTERS, wrong=1)
        names = dict.fromkeys(one for one in found.split("\0") if one)
        settings = [(one, "false" if one.endswith(".required") else "") for one in names]
        return Git(self.root, (*settings, ("core.safecrlf", "false")))

    def files(self, folder: Path) -> Iterator[str]:
        """The plain files below a folder that are committed or about to be, by their paths in it."""
        for entry in Git(folder.resolve())("ls-files", "--stage", "-z", "--", ".").split(b"\0"):
            facts, _, path = entry.partition(b"\t")
            if facts.startswith(b"100"):
                yield path.decode("utf-8", "surrogateescape")
