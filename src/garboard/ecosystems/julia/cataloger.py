"""Installed Julia packages: ``packages/NAME/SLUG/Project.toml`` of a depot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from garboard import toml_text
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "julia"
ORDER: Final = "semver"
_SLUG: Final = re.compile(r"[A-Za-z0-9]{4,5}")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package; a project in folders that are called otherwise than a depot's is none."""
    del owned
    *_, folder, slug, _file = file.path.split("/")
    if not _SLUG.fullmatch(slug):
        return
    try:
        stated = toml_text.loads(file.data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason=f"is not what Julia's packages state of themselves: {worded(error)}",
        )
        return
    name, version = stated.get("name"), stated.get("version")
    if name != folder:
        return
    if not isinstance(version, str) or not version.strip():
        yield Gap(stage="catalog", subject=file.path, reason=f"package {name} has no version: it was not judged")
        return
    yield Package(
        type=TYPE, name=folder, version=version.strip(), scheme=ORDER, requires=tuple(_needs(stated.get("deps")))
    )


def _needs(stated: Any) -> Iterator[tuple[str, ...]]:
    return ((name,) for name in stated) if isinstance(stated, dict) else iter(())
