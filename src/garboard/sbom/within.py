"""Reads the bills of materials that lie in an image: their packages count as declared, as those of lock files do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.model.bounded import bounded
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import SYSTEM_TYPES, Fact, Package
from garboard.packages import bills
from garboard.packages.guard import guarded
from garboard.sbom import documents

NAME: Final = bills.NAME
VERSION: Final = 3
GLOBS: Final = bills.GLOBS
LARGE: Final = True
_HEAD: Final = 4096


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages of a document, but for those of operating systems: what it describes may be of another one."""
    if not file.path.rpartition("/")[2].startswith(".spdx-") and bills.is_bill(file.path, file.data[:_HEAD]):
        yield from guarded(bounded(file.path, _facts(file)), file)


def _facts(file: File) -> Iterator[Fact]:
    try:
        inventory = documents.parse(file.data, file.path)[1]
    except (ImageError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"is no bill of materials that is read here ({documents.KNOWN}): {error}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    systems = 0
    for package in inventory.packages:
        if package.type in SYSTEM_TYPES:
            systems += 1
        elif not package.application:
            yield _declared(package)
    for gap in inventory.gaps:
        yield Gap(stage="catalog", subject=file.path, reason=f"{gap.subject}: {gap.reason}")
    if systems:
        reason = f"names {systems} packages of operating systems, which were not judged: the document may be of another system"
        yield Gap(stage="catalog", subject=file.path, reason=reason)


def _declared(package: Package) -> Package:
    """What the document says of the package itself, without what it knows of another image."""
    return Package(
        type=package.type,
        name=package.name,
        version=package.version,
        scheme=package.scheme,
        namespace=package.namespace,
        namespaces=package.namespaces,
        licenses=package.licenses,
        vendor=package.vendor,
        declared=True,
    )
