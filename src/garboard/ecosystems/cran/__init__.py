"""R packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.cran.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="cran",
    type="cran",
    manager="cran",
    osv="CRAN",
    order="numbers",
    language="r",
    index="CRAN",
    declares=("**/renv.lock",),
    load_declared=_declared,
)
