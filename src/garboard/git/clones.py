"""Clones of a remote that are thrown away: the newest commit of one branch, to read its files."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from garboard.git.calling import Git
from garboard.git.login import login_settings

_SETTINGS: Final = (("core.symlinks", "false"), ("core.autocrlf", "false"), ("filter.lfs.required", "false"))
_NO_FILTERS: Final = {"GIT_LFS_SKIP_SMUDGE": "1"}


@contextlib.contextmanager
def cloned(address: str, login: str, branch: str = "") -> Iterator[Path]:
    """A working tree of a branch, or of the default one; ``login`` is the value of an Authorization header, or empty.

    Links are written as files that have their targets' names, and modules within are not fetched.

    Raises:
        GitError: there is no such repository or branch, or it cannot be read.
    """
    settings, hidden = login_settings(address, login)
    with tempfile.TemporaryDirectory(prefix="garboard-clone-") as made:
        folder = Path(made) / "tree"
        git = Git(Path(made), (*_SETTINGS, *settings), hidden)
        words = ("--quiet", "--depth=1", "--no-tags", "--single-branch", "--template=", "--origin=origin")
        named = (f"--branch={branch}",) if branch else ()
        git("clone", *words, *named, "--", address, str(folder), environment=_NO_FILTERS)
        yield folder
