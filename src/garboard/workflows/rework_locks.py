"""Runs the tools that make lock files, on copies in a folder of their own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import which
from typing import Final

from garboard import programs
from garboard.model.ecosystem import LockTool
from garboard.model.fix import CannotEdit

_SECONDS: Final = 300.0
_LARGEST: Final = 16 * 1024 * 1024
_COMMON: Final = (
    *("PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "TEMP"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
"""Variables that a tool gets: how it reaches its registry, and where the user's own configuration lies."""


def rework(tool: LockTool, calls: tuple[tuple[str, ...], ...], files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """What a tool makes of files, by their names; the user's own are neither read nor written.

    What it says is not told: it may name addresses with passwords.

    Raises:
        CannotEdit: it is not installed, fails, or does not end in its time.
    """
    program = which(tool.program)
    if program is None:
        raise CannotEdit(f"{tool.program} is not installed here")
    with tempfile.TemporaryDirectory(prefix="garboard-") as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        for call in calls:
            if tool.read != tool.manifest:  # the manifest decides, whatever the call before wrote into it
                Path(folder, tool.manifest).write_bytes(files[tool.manifest])
            words = (program, *(word.replace("{folder}", folder) for word in call))
            try:
                programs.output(words, seconds=_SECONDS, what=tool.program, environment=dict(_environment(tool)))
            except programs.ProgramError as error:
                raise CannotEdit(f"{error.message}; try it in a copy") from error
        return {name: _read(Path(folder, name), tool) for name in files}


def _environment(tool: LockTool) -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        if name in _COMMON or (tool.kept and name.startswith(tool.kept)):
            yield name, value
    yield from tool.environment


def _read(file: Path, tool: LockTool) -> bytes:
    if file.is_symlink() or not file.is_file() or file.stat().st_size > _LARGEST:
        raise CannotEdit(f"{tool.program} left no plain {file.name}")
    return file.read_bytes()
