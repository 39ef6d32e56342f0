"""Swift packages."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import AdvisedName, Ecosystem
from garboard.model.package import Package


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """The repository's address; some tools add the package's own name to it."""
    names = dict.fromkeys(one for one in (package.full_name, package.namespace) if one)
    return tuple(AdvisedName(name, package.version) for name in names)


def _repository(name: str) -> str:
    return name.lower().removeprefix("https://").removesuffix(".git")


ECOSYSTEM: Final = Ecosystem(
    name="swift",
    type="swift",
    manager="swift",
    osv="SwiftURL",
    order="semver",
    normalize=_repository,
    advised=_advised,
    index="the package's repository",
)
