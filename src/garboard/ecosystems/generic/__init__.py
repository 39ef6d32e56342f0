"""Software that no package manager installed, told by the version that its program or library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.ecosystems.generic.names import is_known
from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _program() -> PlainCatalog:
    from garboard.ecosystems.generic import program

    return program.catalog


ECOSYSTEM: Final = Ecosystem(
    name="generic",
    type="generic",
    manager="no package manager",
    order="deb",
    load_program=_program,
    named=is_known,
    index="its publisher",
    misses="programs whose version no text in them tells for sure, and those of names that are not in [the list](software.md)",
    reference="https://github.com/package-url/purl-spec",
)
