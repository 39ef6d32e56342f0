"""R packages."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final = Ecosystem(
    name="cran",
    type="cran",
    manager="cran",
    osv="CRAN",
    order="numbers",
    language="r",
    index="CRAN",
)
