"""Reading one file with a cataloger, and what its globs accept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.packages.catalogers import CATALOGERS


def cataloger_of(name: str) -> Any:
    return next(one for one in CATALOGERS if name == one.NAME)


def read(cataloger: Any, path: str, data: bytes | str) -> list[Fact]:
    assert wanted(cataloger, path), f"{cataloger.NAME} does not ask for {path}"
    return list(cataloger.catalog(file(path, data.encode() if isinstance(data, str) else data)))


def file(path: str, data: bytes) -> File:
    """As any cataloger is shown it."""
    return File(path=path, data=data, view=memoryview(data))


def packages(facts: list[Fact]) -> list[Package]:
    return [fact for fact in facts if isinstance(fact, Package)]


def gaps(facts: list[Fact]) -> list[str]:
    return [fact.reason for fact in facts if isinstance(fact, Gap)]


def wanted(cataloger: Any, path: str) -> bool:
    return any(_expression(glob).fullmatch(path) for glob in cataloger.GLOBS)


def _expression(glob: str) -> re.Pattern[str]:
    inner = glob.removeprefix("**/")
    return re.compile(("(?:.*/)?" if inner != glob else "") + "[^/]*".join(map(re.escape, inner.split("*"))))


_TWINS = (
    *("usr/lib/dpkg/", "usr/lib/apk/", "**/EGG-INFO/", "**/*.egg-info/"),
    *(
        "**/env.",
        "**/conda.",
        "**/*environment*.yaml",
        "**/*.conda-lock.yml",
        "**/pnpm-lock.*",
        "**/JuliaManifest",
        "**/Manifest-v",
    ),
    *("**/*Requirements*", "**/*REQUIREMENTS*", "**/requirements/", "**/*requirements*.pip", "**/*constraints*"),
    *(
        "**/action.",
        "**/.github/workflows/*.yaml",
        "**/*.gemfile.lock",
        "**/*.gradle.kts",
        "**/*.py.lock",
        "**/packages.*.lock.json",
    ),
)
"""How globs begin of files that are read as others of the same reader are."""


def paths(readers: Iterable[Any], *, without: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
    """A path for each glob of the readers, once for those that are read alike; ``without`` ends of globs."""
    for one in readers:
        for glob in one.GLOBS:
            if not glob.endswith(without) and not glob.startswith(_TWINS):
                yield one, glob.replace("**/", "x/").replace("*", "a")
