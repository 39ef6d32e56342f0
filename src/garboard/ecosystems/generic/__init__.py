"""Software that no package manager installed, told by the version that its program or library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.ecosystems.generic.names import is_known
from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from garboard.model.ecosystem import PlainCatalog

_SHARED: Final = frozenset({"", "usr", "usr/local", "opt"})
"""Folders of more than one program."""


def _program() -> PlainCatalog:
    from garboard.ecosystems.generic import program

    return program.catalog


def _software() -> Mapping[str, tuple[str, ...]]:
    from garboard.ecosystems.generic import program

    return {name: tuple(one.cpe.split()) for name, one in program.SOFTWARE.items() if one.cpe}


def _folders(path: str) -> tuple[str, ...]:
    """A Java runtime's own, which its file ``release`` describes."""
    folder, _, name = path.rpartition("/")
    return (folder,) if name == "release" and folder not in _SHARED else ()


ECOSYSTEM: Final = Ecosystem(
    name="generic",
    type="generic",
    manager="no package manager",
    order="deb",
    load_program=_program,
    load_software=_software,
    named=is_known,
    index="its publisher",
    folders=_folders,
    misses="programs whose version no text in them tells for sure, and those of names that are not in [the list](software.md)",
    reference="https://github.com/package-url/purl-spec",
)
