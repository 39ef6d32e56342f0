"""Adds entries to a policy's file, which is checked before it is replaced."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from garboard import toml_text
from garboard.cli.read_policy import bounded
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.policy import Ignore


def add(file: Path, ignores: Sequence[Ignore]) -> tuple[Ignore, ...]:
    """Add entries at the end; what is there stays as it is. Returns the ignores that were there.

    Raises:
        UsageError: the file cannot be read or written, or nothing can be added to it.
        PolicyError: it has mistakes, or would have.
    """
    from garboard.policy import document, entries

    text = _text(file)
    before = document.read(text.removeprefix("\ufeff"), str(file)).ignores
    after = entries.appended(text, ignores)
    try:
        toml_text.loads(after.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{file} has its ignores in brackets, ignore = […], behind which no entry can be added",
            "write each of them as a table: [[ignore]]",
        ) from error
    document.read(after.removeprefix("\ufeff"), str(file))
    _replace(file, after.encode())
    return before


def _text(file: Path) -> str:
    """What a policy has; empty if there is none yet. What is no plain file is never written to."""
    if not os.path.lexists(file):
        return ""
    if not file.is_file():
        raise UsageError(f"the policy {file} is no plain file, or a link that leads nowhere", "name a file")
    try:
        return bounded(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the policy {file} is not UTF-8: {error}", "save it as UTF-8") from error


def _replace(file: Path, data: bytes) -> None:
    target = Path(os.path.realpath(file))
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    if not mode & 0o222 or (target.exists() and not os.access(target, os.W_OK)):
        raise UsageError(f"the policy {file} cannot be written: it is read-only", f"chmod u+w {file}")
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as written:
            written.write(data)
        Path(written.name).chmod(mode)
        Path(written.name).replace(target)
    except OSError as error:
        raise UsageError(f"the policy {file} cannot be written: {error.strerror}") from error
