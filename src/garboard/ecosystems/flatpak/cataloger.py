"""Installed applications and runtimes of Flatpak: ``app/ID/ARCH/BRANCH/COMMIT/metadata``, and the same below ``runtime``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

_NAME: Final = re.compile(r"^\[(?:Application|Runtime)\][^\[]*?^name=(\S+)", re.MULTILINE)
_RUNTIME: Final = re.compile(r"^runtime=([^/\s]+)/", re.MULTILINE)


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What the folders name, with its branch as the version; a link to the one in use is the same."""
    del owned
    *_, name, arch, branch, _commit, _file = file.path.split("/")
    text = file.data.decode("utf-8", "replace")
    stated = _NAME.search(text)
    if stated is None or stated[1] != name:
        reason = f"is not what Flatpak writes of {name}: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    runtime = _RUNTIME.search(text)
    needs = ((runtime[1],),) if runtime and runtime[1] != name else ()
    yield Package(type="flatpak", name=name, version=branch, scheme="", arch=arch, requires=needs)
