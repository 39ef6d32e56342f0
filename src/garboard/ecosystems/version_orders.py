"""The order of versions, one module per scheme."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Protocol

from garboard.ecosystems.apk import version as apk
from garboard.ecosystems.dpkg import version as deb
from garboard.ecosystems.python import version as pep440
from garboard.ecosystems.rpm import version as rpm
from garboard.versions import semver


class Scheme(Protocol):
    """How the versions of one kind of package are ordered."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    def key(self, text: str, /) -> Any:
        """A value that orders as the version does, comparable with the keys of the same scheme only.

        Raises `InvalidVersion` for text that is no version.
        """
        ...


SCHEMES: tuple[Scheme, ...] = (apk, deb, pep440, rpm, semver)
BY_NAME = MappingProxyType({scheme.NAME: scheme for scheme in SCHEMES})
