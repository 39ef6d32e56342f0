"""Branches of a remote that garboard makes, in a repository of their own that is thrown away.

Each has one commit, which names its own tree: so a branch that a person touched, by a commit more or another content of the
same one, is told from one that nobody did. Nothing is checked out: no filter, hook or link of a repository is followed.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.git.calling import Git, GitError
from garboard.git.login import login_settings

if TYPE_CHECKING:
    from garboard.git.checkout import Identity
    from garboard.model.fix import FileChange

_TRAILER: Final = "Garboard-Tree"
_TREE: Final = re.compile(rf"^{_TRAILER}: ([0-9a-f]{{40,64}})$", re.MULTILINE)
_CONTENT: Final = re.compile(r"^Garboard-Content: ([0-9a-f]{64})$", re.MULTILINE)
_TOLD: Final = 500
"""Characters that are told of what a remote says."""
_REFUSED: Final = re.compile(r"^ ! \[[a-z ]{1,40}\] [^\n]{0,600}? \((.*)\)$", re.MULTILINE)
_ENTRY: Final = re.compile(rb"(100644|100755) blob ([0-9a-f]{40,64})\t")
_TARGET: Final = "refs/garboard/target"
_HEADS: Final = "refs/heads/"


Clean = Callable[[str, bytes, Path], str]
"""Stores a file, by its path in the repository, as git commits it, in a folder of objects; returns the object's name."""


class DifferentFileError(GitError):
    """A file that is another one in the branch to change than it was when its change was made."""


class RefusedPushError(GitError):
    """A branch that a remote does not take."""


class Branch(NamedTuple):
    """A branch of the remote: its commit, whether that is as garboard made it, and the content that it names."""

    commit: str
    ours: bool
    content: str


class Branches:
    """The branches of one remote; ``objects`` is the folder that has what was fetched."""

    def __init__(self, git: Git, address: str, objects: Path, clean: Clean | None) -> None:
        self.objects = objects
        self._clean = clean
        self._git = git
        self._address = address

    def fetch(self, target: str) -> None:
        """Get the commit that changes are made upon.

        Raises:
            GitError: there is no such branch, or it cannot be read.
        """
        try:
            self._git("check-ref-format", f"{_HEADS}{target}")
        except GitError:
            raise GitError(f"{target} cannot be the name of a branch", "see: git branch --all") from None
        if not self._git.text("ls-remote", "--", self._address, f"{_HEADS}{target}"):
            raise GitError(f"the remote has no branch {target}", "name one that it has: --target-branch")
        self._fetch(f"{_HEADS}{target}", _TARGET)

    def target(self) -> str:
        """The commit that changes are made upon, which was fetched."""
        return self._git.text("rev-parse", _TARGET)

    def find(self, name: str) -> Branch | None:
        """A branch; None if there is none."""
        listed = self._git.text("ls-remote", "--", self._address, f"{_HEADS}{name}")
        commit = next((one.split("\t")[0] for one in listed.splitlines() if one.endswith(f"\t{_HEADS}{name}")), "")
        if not commit:
            return None
        self._fetch(f"{_HEADS}{name}", f"refs/garboard/{name}")
        message = self._git.text("log", "-1", "--format=%B", commit)
        trees = _TREE.findall(message)
        ours = trees == [self._git.text("rev-parse", f"{commit}^{{tree}}")]
        content = _CONTENT.search(message)
        return Branch(commit, ours=ours, content=content[1] if content else "")

    def has(self, branch: Branch, files: Sequence[FileChange]) -> bool:
        """Whether a branch has these files as changed."""
        return all(self._has(self._listed(branch.commit, one.file), one) for one in files)

    def _has(self, listed: re.Match[bytes] | None, change: FileChange) -> bool:
        if listed is None:
            return False
        return listed[2].decode() in (self._raw(change.file, change.after), self._cleaned(change.file, change.after))

    def commit(self, files: Sequence[FileChange], message: str, identity: Identity) -> str:
        """A commit of changed files upon the target.

        Raises:
            DifferentFileError: a file is not what it was when its change was made.
            GitError: git cannot make it.
        """
        with tempfile.TemporaryDirectory(prefix="garboard-index-") as made:
            index = {"GIT_INDEX_FILE": str(Path(made) / "index")}
            self._git("read-tree", _TARGET, environment=index)
            lines = b"".join(self._entry(one) for one in files)
            self._git("update-index", "-z", "--index-info", given=lines, environment=index)
            tree = self._git("write-tree", environment=index).decode().strip()
        who = {f"GIT_{one}_NAME": identity.name for one in ("AUTHOR", "COMMITTER")}
        who |= {f"GIT_{one}_EMAIL": identity.email for one in ("AUTHOR", "COMMITTER")}
        text = f"{message}\n{_TRAILER}: {tree}\n".encode("utf-8", "replace")
        return self._git("commit-tree", tree, "-p", _TARGET, given=text, environment=who).decode().strip()

    def push(self, name: str, commit: str, earlier: Branch | None) -> None:
        """Set a branch to a commit, if it still is what it was.

        Raises:
            GitError: it is not, or the remote refuses.
        """
        self._push(name, commit, earlier.commit if earlier else "")

    def delete(self, name: str, earlier: Branch) -> None:
        """Remove a branch, if it still is what it was.

        Raises:
            GitError: it is not, or the remote refuses.
        """
        self._push(name, "", earlier.commit)

    def _push(self, name: str, commit: str, earlier: str) -> None:
        reference = f"{_HEADS}{name}"
        lease = f"--force-with-lease={reference}:{earlier}"
        try:
            self._git("push", "--quiet", "--no-verify", lease, "--", self._address, f"{commit}:{reference}")
        except GitError as error:
            if "(stale info)" in error.hint:
                reason = "it was changed in the meantime, by a person or another run"
                raise RefusedPushError(f"{name} stays: {reason}", "run this again") from None
            raise RefusedPushError(f"the remote refuses {name}: {_said(error.hint)}") from None

    def _fetch(self, source: str, target: str) -> None:
        words = ("--quiet", "--no-tags", "--depth=1", "--no-write-fetch-head")
        self._git("fetch", *words, "--", self._address, f"+{source}:{target}")

    def _entry(self, change: FileChange) -> bytes:
        """A line for the index."""
        listed = self._listed(_TARGET, change.file)
        blob = self._changed(listed[2].decode(), change) if listed else ""
        if listed is None or not blob:
            raise DifferentFileError(
                f"{change.file} is not the same as in the branch to change", "check that branch out, and run this again"
            )
        return listed[1] + b" " + blob.encode() + b"\t" + change.file.encode("utf-8", "surrogateescape") + b"\0"

    def _changed(self, blob: str, change: FileChange) -> str:
        """What takes the place of a blob, as it is or as git has the file; empty if that is not what is changed."""
        for store in (self._raw, self._cleaned):
            if store(change.file, change.before) == blob:
                return store(change.file, change.after)
        return ""

    def _raw(self, path: str, data: bytes) -> str:
        """Store a file byte by byte."""
        del path
        return self._git.text("hash-object", "-w", "--stdin", given=data)

    def _cleaned(self, path: str, data: bytes) -> str:
        """Store a file as git commits it."""
        return self._clean(path, data, self.objects) if self._clean else self._raw(path, data)

    def _listed(self, commit: str, path: str) -> re.Match[bytes] | None:
        listed = self._git("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path)
        return _ENTRY.match(listed)


def _said(text: str) -> str:
    """Why a remote refuses, from what git says of it."""
    lines = text.splitlines()
    remotes = [one.removeprefix("remote:").strip() for one in lines if one.startswith("remote:")]
    reasons = [*_REFUSED.findall(text), *remotes] or lines
    return "; ".join(dict.fromkeys(filter(None, reasons)))[:_TOLD]


@contextlib.contextmanager
def branches(address: str, login: str, clean: Clean | None = None) -> Iterator[Branches]:
    """The branches of a remote; ``login`` is the value of an Authorization header that only this host gets, or empty.

    ``clean`` stores files of which git changes line ends and the like; None if there are none.
    """
    settings, hidden = login_settings(address, login)
    with tempfile.TemporaryDirectory(prefix="garboard-git-") as made:
        folder = Path(made)
        Git(folder)("init", "--quiet", "--bare", "--template=", ".")
        yield Branches(Git(folder, settings, hidden), address, folder / "objects", clean)
