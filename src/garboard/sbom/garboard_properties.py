"""The properties in which this program's own bills of materials say what the formats have no field for.

`garboard.sbom.properties` writes them; this module restores packages, distribution, image and gaps from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import Digest, Image, Layer, Platform
from garboard.model.package import Distro, Evidence, Inventory, Location, Package
from garboard.packages import distro as distros
from garboard.sbom import purl_package as purls

_DIGITS = 16
"""Of a position in a file, at most."""
TOOL = "garboard"
"""The tool's name in the documents that it makes."""


class Properties:
    """Names and values; a name may come several times. Values that are not text are ignored."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if isinstance(value, str):
                self._values.setdefault(name.removeprefix("garboard:"), []).append(value)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name (without ``garboard:``), in the document's order."""
        return tuple(self._values.get(name, ()))

    def one(self, name: str) -> str:
        """The first value; empty if there is none."""
        return self._values.get(name, [""])[0]

    def index(self, name: str) -> int | None:
        """A count from 0; None if there is none."""
        text = self.one(name)
        return int(text) if text.isdecimal() and len(text) < 6 else None


class Entry(msgspec.Struct):
    """A package as one of this program's own documents states it."""

    ref: str
    purl: str
    name: str
    namespace: str
    version: str
    licenses: tuple[str, ...]
    vendor: str
    locations: tuple[Location, ...]
    properties: Properties


def package(entry: Entry, document: Distro | None = None) -> Package | None:
    """The package that was written; None if its purl is malformed, or it has no version and is not an application."""
    stated = entry.properties
    application = stated.one("application") == "true"
    declared = stated.one("declared") == "true"
    if not (entry.version or application):
        return None
    found = purls.stated(
        entry.purl or stated.one("purl"),
        name=entry.name,
        namespace=entry.namespace,
        version=entry.version,
        document=document,
    )
    if found is None:
        return None
    return msgspec.structs.replace(
        found,
        source_name=stated.one("source:name") or found.source_name,
        source_version=stated.one("source:version") or found.source_version,
        source_unknown=stated.one("source:unknown") == "true",
        module=stated.one("module") or found.module,
        namespaces=stated.all("holds:namespace"),
        declared=declared,
        ecosystem="" if declared else found.ecosystem,
        licenses=entry.licenses,
        vendor=entry.vendor,
        automatic={"true": True, "false": False}.get(stated.one("automatic")),
        application=application,
        owner=stated.one("owner"),
        evidence=_evidence(stated),
        vendored_by=stated.one("vendoredBy"),
        locations=entry.locations,
        layer=stated.index("layer:index"),
    )


def _evidence(stated: Properties) -> Evidence | None:
    confidence, offset = stated.one("evidence:confidence"), stated.one("evidence:offset")
    if not confidence:
        return None
    return Evidence(confidence=confidence, offset=int(offset) if offset.isdecimal() and len(offset) < _DIGITS else 0)


def location(path: str, layer: str) -> Location:
    """A location; ``layer`` is a count from 0, and an invalid one counts as the lowest."""
    return Location(path=path.removeprefix("/"), layer=int(layer) if layer.isdecimal() and len(layer) < 6 else 0)


def distro(name: str, version: str, stated: Properties) -> Distro:
    """The distribution that was written, or what name and version say if its properties were lost."""
    own = stated.one("distro:id")
    if not own:
        return distros.named(name, version)
    return Distro(
        id=own,
        version=version,
        codename=stated.one("distro:codename"),
        pretty_name=stated.one("distro:prettyName"),
        streams=stated.all("distro:stream"),
        repositories=stated.all("distro:repository"),
    )


def image(name: str, created: str, stated: Properties) -> Image:
    """The image that was described; ``name`` is the document's."""
    os, _, rest = stated.one("image:platform").partition("/")
    architecture, _, variant = rest.partition("/")
    return Image(
        name=name,
        source="sbom",
        layers=tuple(Layer(diff_id=Digest(diff_id)) for diff_id in stated.all("layer:diffID")),
        platform=Platform(os=os, architecture=architecture, variant=variant) if os else Platform(),
        config_digest=stated.one("image:configDigest"),
        manifest_digest=stated.one("image:manifestDigest"),
        tags=stated.all("image:tag"),
        created=created,
    )


def gaps(stated: Properties) -> tuple[Gap, ...]:
    """What was not covered when the document was written."""
    found = []
    for text in stated.all("gap"):
        try:
            found.append(msgspec.json.decode(text, type=Gap))
        except msgspec.DecodeError:
            found.append(Gap(stage="image", subject="SBOM", reason=f"states a gap that cannot be read: {text[:200]}"))
    return tuple(found)


def inventory(
    entries: Iterable[Entry], edges: Iterable[tuple[str, str]], found: Distro | None, stated: tuple[Gap, ...]
) -> Inventory:
    """All packages with their dependencies. ``edges`` go from an entry's ``ref`` to the one it needs, in order."""
    packages: dict[str, Package] = {}
    ids: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    for entry in entries:
        made = package(entry, found)
        if made is None:
            unknown.setdefault("package", []).append(entry.name)
        else:
            packages.setdefault(made.id, made)
            ids[entry.ref] = made.id
    needs: dict[str, dict[str, None]] = {}
    for source, target in edges:
        if source in ids and target in ids and ids[source] != ids[target]:
            needs.setdefault(ids[source], {})[ids[target]] = None
    linked = tuple(
        msgspec.structs.replace(made, depends_on=tuple(needs.get(key, ()))) for key, made in packages.items()
    )
    return Inventory(packages=linked, distro=found, gaps=(*stated, *purls.gaps(unknown)))
