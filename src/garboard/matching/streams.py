"""The streams that an image's distribution is of, by all that is known of its repositories."""

from __future__ import annotations

from garboard.model.package import Distro
from garboard.model.repository import Repositories


def streams_of(distro: Distro | None, database: object) -> tuple[str, ...]:
    """The streams of a distribution: as Red Hat's map of its repositories has them, else as their names tell."""
    if distro is None or not distro.repositories or not isinstance(database, Repositories):
        return distro.streams if distro else ()
    products = database.products(distro.repositories)
    if not products:
        return distro.streams
    from garboard.packages.redhat_streams import mapped

    return mapped(distro.streams, distro.repositories, products, distro.version)
