"""Installed packages of vcpkg: ``installed/vcpkg/status``, in stanzas as dpkg writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.bounded import bounded
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.patterns import paragraphs

TYPE: Final = "vcpkg"
_FIELD: Final = re.compile(
    r"^(Package|Version|Port-Version|Architecture|Status|Feature|Depends):[ \t]*([^\n]*)", re.MULTILINE
)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The packages; a feature of one is part of it."""
    del owned
    yield from bounded(file.path, _packages(file))


def _packages(file: File) -> Iterator[Fact]:
    for stanza in paragraphs(file.data.decode("utf-8", "replace").replace("\r\n", "\n")):
        fields = {key: value.strip() for key, value in _FIELD.findall(stanza)}
        if (
            not stanza.strip()
            or "Feature" in fields
            or ("Status" in fields and not fields["Status"].endswith(" installed"))
        ):
            continue
        name, version = fields.get("Package", ""), fields.get("Version", "")
        if not _NAME.fullmatch(name) or not version:
            what = f"package {name[:256]} has no version" if _NAME.fullmatch(name) else "states no name of a package"
            yield Gap(stage="catalog", subject=file.path, reason=f"{what}: it was not judged")
            continue
        port = fields.get("Port-Version", "0")
        needs = (found[0] for need in fields.get("Depends", "").split(",") if (found := _NAME.match(need.strip())))
        yield Package(
            type=TYPE,
            name=name,
            version=version if port == "0" else f"{version}#{port}",
            scheme="",
            arch=fields.get("Architecture", ""),
            requires=tuple((need,) for need in dict.fromkeys(needs) if need != name),
        )
