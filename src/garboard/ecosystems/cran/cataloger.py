"""Installed R packages: ``DESCRIPTION`` in ``library/NAME``, or with the field that an installation writes into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.bounded import RELATIONS
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

TYPE: Final = "cran"
ORDER: Final = "numbers"
R_ITSELF: Final = "R without a package manager"
"""What a report calls the package ``base``, which is R's own."""
_FIELD: Final = re.compile(
    r"\n(Package|Version|License|Depends|Imports|Priority|Maintainer|biocViews):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)"
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,255}")
_LIBRARY: Final = re.compile(r"(?:^|/)[^/]*library/[^/]+/DESCRIPTION")
_BUILT: Final = re.compile(r"\nBuilt:[ \t]*R ")
_BOUND: Final = re.compile(r"\([^()]*\)|\s+")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package; one that Bioconductor files by subject is Bioconductor's. Those that are part of R stand for R.

    Libraries may lie in any folder: outside one that is called so a file counts if it says that its package was installed.
    """
    del owned
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    if not _LIBRARY.search(file.path) and not _BUILT.search(f"\n{text}"):
        return
    fields = {name: value.strip() for name, value in _FIELD.findall(f"\n{text}")}
    name, version = fields.get("Package", ""), fields.get("Version", "")
    if fields.get("Priority") == "base":
        if name == "base":
            yield Unread(kind=R_ITSELF)
        return
    if not _NAME.fullmatch(name) or not version or any(map(str.isspace, version)):
        reason = "does not state the name and the version of an R package: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    needs = f"{fields.get('Depends', '')},{fields.get('Imports', '')}"
    if len(needs) > RELATIONS:
        reason = f"{name} has {len(needs)} characters of dependencies; the limit is {RELATIONS}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    names = (_BOUND.sub("", part) for part in needs.split(","))
    yield Package(
        type="bioconductor" if "biocViews" in fields else TYPE,
        name=name,
        version=version,
        scheme=ORDER,
        licenses=(fields["License"],) if fields.get("License") else (),
        requires=tuple((need,) for need in dict.fromkeys(names) if need and need != "R"),
        vendor=fields.get("Maintainer", ""),
    )
