"""Adds entries to a policy's file, which is checked before it is replaced."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.policy import Ignore


def add(file: Path, ignores: Sequence[Ignore]) -> None:
    """Add entries at the end; what is there stays as it is.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it has mistakes, or would have.
    """
    from garboard.policy import document, entries

    try:
        text = file.read_bytes().decode("utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the policy {file} cannot be read: {error}") from error
    document.read(text.removeprefix("\ufeff"), str(file))
    after = entries.appended(text, ignores)
    document.read(after.removeprefix("\ufeff"), str(file))
    _replace(file, after.encode())


def _replace(file: Path, data: bytes) -> None:
    target = Path(os.path.realpath(file))
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as written:
            written.write(data)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        Path(written.name).chmod(mode)
        Path(written.name).replace(target)
    except OSError as error:
        raise UsageError(f"the policy {file} cannot be written: {error.strerror}") from error
