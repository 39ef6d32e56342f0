"""Lists the Java archives of a local repository: of Maven's layout, and of Gradle's cache."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from garboard.model.errors import UsageError
from garboard.model.package import JarName

_SHA1: Final = re.compile(r"[0-9a-f]{30,40}")
_GRADLE: Final = "files-2.1"
_BESIDE: Final = ("-sources.jar", "-javadoc.jar")


def archives(root: Path) -> Iterator[tuple[bytes, JarName]]:
    """The SHA-1 and the coordinates of each archive; files that lie where no repository has them are passed over.

    Raises:
        UsageError: it is no folder.
    """
    if not root.is_dir():
        raise UsageError(
            f"{root} is no folder",
            "name Maven's local repository, as ~/.m2/repository, or ~/.gradle/caches/modules-2/files-2.1",
        )
    for folder, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            if file.endswith(".jar") and not file.endswith(_BESIDE):
                found = _coordinates(root, Path(folder, file))
                if found is not None:
                    with Path(folder, file).open("rb") as stream:
                        yield hashlib.file_digest(stream, "sha1").digest(), found


def _coordinates(root: Path, file: Path) -> JarName | None:
    """``GROUP/AS/FOLDERS/ARTIFACT/VERSION/FILE``, or Gradle's ``GROUP.IN.ONE/ARTIFACT/VERSION/SHA-1/FILE``."""
    parts = file.relative_to(root).parts[:-1]
    if parts and _SHA1.fullmatch(parts[-1]):
        parts = parts[:-1]
        if _GRADLE in parts:
            parts = parts[parts.index(_GRADLE) + 1 :]
    if len(parts) < 3:
        return None
    *group, artifact, version = parts
    return JarName(".".join(group), artifact, version) if file.name.startswith(f"{artifact}-{version}") else None
