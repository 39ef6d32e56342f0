"""What is known of the user's repository. It is only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from garboard.git.calling import Git, GitError
from garboard.model.errors import UsageError


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
        file = (self._below / name).resolve()
        if not file.is_relative_to(self.root.resolve()):
            raise UsageError(f"{name} is not in the repository {self.root}", "name files of one repository")
        return file.relative_to(self.root.resolve()).as_posix()

    def files(self, folder: Path) -> Iterator[str]:
        """The plain files below a folder that are committed or about to be, by their paths in it."""
        for entry in Git(folder.resolve())("ls-files", "--stage", "-z", "--", ".").split(b"\0"):
            facts, _, path = entry.partition(b"\t")
            if facts.startswith(b"100"):
                yield path.decode("utf-8", "surrogateescape")
