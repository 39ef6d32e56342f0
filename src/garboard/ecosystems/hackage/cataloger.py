"""Installed Haskell packages: ``NAME-VERSION.conf``, which ``ghc-pkg register`` writes.

It lies in GHC's ``package.conf.d``, in the ``package.db`` of Cabal's store, or in Stack's ``pkgdb``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.bounded import RELATIONS
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "hackage"
ORDER: Final = "numbers"
_FIELD: Final = re.compile(r"\n(name|version|license|depends|maintainer):[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,255}")
_ID: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*?)-[0-9][0-9.]*(?:-\S*)?")
"""``name-version`` or ``name-version-hash``."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package, and those of its dependencies whose ids are readable."""
    del owned
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    fields = {name: value.strip() for name, value in _FIELD.findall(f"\n{text}")}
    name, version = fields.get("name", ""), fields.get("version", "")
    if not _NAME.fullmatch(name) or not version or any(map(str.isspace, version)):
        reason = "does not state the name and the version of a Haskell package: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    ids = fields.get("depends", "")
    if len(ids) > RELATIONS:
        reason = f"{name} has {len(ids)} characters of dependencies; the limit is {RELATIONS}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    needs = (_ID.fullmatch(one[:512]) for one in ids.split())
    yield Package(
        type=TYPE,
        name=name,
        version=version,
        scheme=ORDER,
        licenses=(fields["license"],) if fields.get("license") else (),
        requires=tuple((need,) for need in dict.fromkeys(found[1] for found in needs if found)),
        vendor=fields.get("maintainer", ""),
    )
