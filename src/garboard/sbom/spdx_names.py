"""What the writers of SPDX 2.3 and 3.0.1 share: the names of elements, and what an annotation adds to a package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from garboard.model.package import Package
from garboard.sbom import identity, properties

DOCUMENT: Final = "SPDXRef-DOCUMENT"
IMAGE: Final = "SPDXRef-Image"
SYSTEM: Final = "SPDXRef-OperatingSystem"
SITE: Final = "https://spdx.org/spdxdocs/"
"""Where SPDX 2.3 (6.5) places the documents of creators without a site of their own; nothing is published there."""
_NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9.-]+")
_NAME: Final = 100
"""Characters of a license's name; more is its wording."""


class Names:
    """The identifiers of packages in one document."""

    def __init__(self, packages: Sequence[Package]) -> None:
        ids = identity.unique((DOCUMENT, IMAGE, SYSTEM, *map(_identifier, packages)))[3:]
        self.own = [name.replace("~", "-") for name in ids]
        """In the order of the packages."""
        self.by_id = {package.id: package for package in packages if package.vendor}
        """Packages that state who supplies them, by their identity."""
        self.known: dict[str, str] = {}
        """By the package's identity: that of the first one, where two have the same."""
        for package, name in zip(packages, self.own, strict=True):
            self.known.setdefault(package.id, name)


def _identifier(package: Package) -> str:
    """``SPDXRef-deb-libc6-`` and a digest that makes it unique; upper and lower case may not be distinguished."""
    digest = sha256(package.id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"SPDXRef-{package.type}-{_NOT_IN_AN_ID.sub('-', package.name)[:60]}-{digest}"


def more(package: Package, declared: str) -> Iterator[properties.Pair]:
    """What CycloneDX has fields for and SPDX does not."""
    if package.namespace:
        yield "garboard:namespace", package.namespace
    if package.vendor:
        yield "garboard:vendor", package.vendor
    if package.licenses not in {(), (declared,)}:
        for text in package.licenses:
            yield "garboard:license", text
    for place in package.locations:
        yield "garboard:location", f"{place.layer}:/{place.path}"


def first_line(text: str) -> str:
    """A license's name, of its wording."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= _NAME else line[: _NAME - 1] + "…"
