"""R packages of Bioconductor."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final = Ecosystem(
    name="bioconductor",
    type="bioconductor",
    manager="bioconductor",
    osv="Bioconductor",
    order="numbers",
    language="r",
    index="Bioconductor",
)
