"""Components of Bitnami images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import VersionOrder


def _order() -> VersionOrder:
    from garboard.ecosystems.bitnami import version

    return version


ECOSYSTEM: Final = Ecosystem(
    name="bitnami",
    type="bitnami",
    manager="bitnami",
    osv="Bitnami",
    order="bitnami",
    load_order=_order,
    index="Bitnami's repository",
)
