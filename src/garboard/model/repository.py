"""Which products a distribution publishes in which of its repositories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from garboard.model.base import Value


class RepositoryProducts(Value):
    """A repository by its name (``rhel-9-for-x86_64-baseos-eus-rpms``), and the CPEs of the products that are in it."""

    repository: str
    cpes: tuple[str, ...] = ()


@runtime_checkable
class Repositories(Protocol):
    """What the database knows of repositories."""

    def products(self, repositories: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The CPEs of the products in each repository; those that are not known are absent."""
        ...
