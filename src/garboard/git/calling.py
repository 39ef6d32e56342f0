"""Calls ``git``, with nothing of the environment that could make it write elsewhere, ask a person, or tell a token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from garboard import programs
from garboard.model.errors import GarboardError

_KEPT: Final = frozenset(
    {
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
    }
)
"""Variables of git's own that stay. Others name folders, or write what is sent."""
_ALWAYS: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:file", "LC_ALL": "C"}
_SETTINGS: Final = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("commit.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("http.followRedirects", "false"),
    ("push.followTags", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("push.recurseSubmodules", "no"),
)
"""What no configuration of the user changes: nothing of a repository is run."""
SECONDS: Final = 600.0
"""How long one command may take."""


class GitError(GarboardError):
    """A command of git that failed."""


class Git:
    """``git`` in one folder; ``settings`` are given by its environment, so that no list of processes shows them."""

    def __init__(self, folder: Path, settings: tuple[tuple[str, str], ...] = (), hidden: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._environment = _environment((*_SETTINGS, *settings))
        self._hidden = hidden

    def __call__(
        self, *words: str, given: bytes = b"", wrong: int = 0, environment: Mapping[str, str] | None = None
    ) -> bytes:
        """What a command writes, which may end with ``wrong`` too; texts to hide are in no error.

        Raises:
            GitError: it fails.
        """
        try:
            return programs.output(
                ("git", "-C", str(self._folder), *words),
                seconds=SECONDS,
                what=f"git {words[0]}",
                environment={**self._environment, **(environment or {})},
                given=given,
                wrong=wrong,
            )
        except programs.ProgramError as error:
            raise GitError(self._without(error.message), self._without(error.hint)) from None

    def text(self, *words: str, given: bytes = b"", wrong: int = 0) -> str:
        """The same as text, without its last line end."""
        return self(*words, given=given, wrong=wrong).decode("utf-8", "surrogateescape").removesuffix("\n")

    def _without(self, text: str) -> str:
        for one in self._hidden:
            text = text.replace(one, "…")
        return text


def _environment(settings: tuple[tuple[str, str], ...]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    own.update(_ALWAYS)
    own["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (name, value) in enumerate(settings):
        own[f"GIT_CONFIG_KEY_{number}"], own[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return own
