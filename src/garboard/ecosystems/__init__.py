"""Files into packages: one module per package manager. Pure; each module knows one ecosystem whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from garboard.ecosystems.apk import cataloger as apk
from garboard.ecosystems.dpkg import cataloger as dpkg
from garboard.ecosystems.node import cataloger as node
from garboard.ecosystems.python import cataloger as python
from garboard.ecosystems.rpm import cataloger as rpm
from garboard.model.image import File
from garboard.model.package import Fact
from garboard.packages import distro


class Cataloger(Protocol):
    """One package manager's files.

    ``GLOBS`` are paths without a leading slash; ``*`` stands for one path component or a part of it, a leading ``**/``
    for any folders. ``VERSION`` rises whenever the facts made of the same bytes change, which empties the cache.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def VERSION(self) -> int: ...  # noqa: N802
    @property
    def GLOBS(self) -> tuple[str, ...]: ...  # noqa: N802

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """What one file tells, in the file's order. Bytes that cannot be read are a `Gap`; nothing is raised."""
        ...


CATALOGERS: tuple[Cataloger, ...] = (apk, distro, dpkg, node, python, rpm)
