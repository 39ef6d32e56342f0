"""A package from its package URL (ECMA-427), with what its qualifiers say about its distribution and its source."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from packageurl import PackageURL

from garboard import ecosystems
from garboard.model.gap import Gap, some
from garboard.model.package import SOFTWARE, SYSTEM_TYPES, UNMANAGED, Distro, Package
from garboard.packages import distro

_SPECIFIC = 8
"""How many subjects a gap names individually."""


def package(purl: str, licenses: Iterable[str] = (), document: Distro | None = None) -> Package | None:
    """The package of a package URL; None if it is malformed or states no version.

    ``document`` is the distribution that the document is about; a package of another one gets an ecosystem of its own.
    """
    parsed = _parsed(purl)
    if parsed is None or not parsed.version:
        return None
    return _built(parsed, parsed.version, tuple(licenses), document)


def has_ecosystem(purl: str) -> bool:
    """Whether a package URL is of a package manager, and not an image's or a file's."""
    parsed = _parsed(purl)
    return parsed is not None and parsed.type != UNMANAGED and bool(ecosystems.of(parsed.type).type)


def stated(purl: str, *, name: str, namespace: str, version: str, document: Distro | None = None) -> Package | None:
    """The package of one of this program's own package URLs, kept as is; the rest as the package manager spells it.

    None if the URL is malformed. The version may be empty.
    """
    parsed = _parsed(purl)
    if parsed is None:
        return None
    found = _built(parsed, version, (), document)
    return msgspec.structs.replace(found, name=name, namespace=namespace, version=version, purl=purl)


def _built(parsed: PackageURL, version: str, licenses: tuple[str, ...], document: Distro | None) -> Package:
    qualifiers = _qualifiers(parsed)
    system = parsed.type in SYSTEM_TYPES
    epoch = qualifiers.get("epoch", "")
    if system and epoch not in {"", "0"} and ":" not in version:
        version = f"{epoch}:{version}"
    source_name, source_version = source(qualifiers.get("upstream", ""))
    return Package(
        type=parsed.type,
        name=parsed.name,
        namespace="" if system else parsed.namespace or "",
        version=version,
        scheme=ecosystems.of(parsed.type).order,
        arch=qualifiers.get("arch", ""),
        source_name=source_name,
        source_version=source_version,
        module=qualifiers.get("rpmmod", "") or qualifiers.get("modularitylabel", ""),
        licenses=licenses,
        purl=parsed.to_string(),
        ecosystem=_other_ecosystem(parsed, qualifiers, document) if system else software(parsed.type, parsed.name),
    )


def software(kind: str, name: str) -> str:
    """The ecosystem of well-known software that no package manager installed; empty for all else."""
    return f"{SOFTWARE}:{name}" if kind == UNMANAGED and name in ecosystems.software() else ""


def _other_ecosystem(parsed: PackageURL, qualifiers: dict[str, str], document: Distro | None) -> str:
    """The ecosystem of a package of another distribution than the document's; empty if it is of that one."""
    own = distro.of_purl(parsed.type, parsed.namespace or "", qualifiers)
    if own is None:
        return ""
    if document is None or own.id.lower() != document.id.lower():
        return distro.ecosystem(own.id, own.version, own.codename) or f"{own.id}:{own.version}".rstrip(":")
    if not (own.version or own.codename):
        return ""
    found = distro.ecosystem(own.id, own.version, document.codename or own.codename)
    same = found == distro.ecosystem(document.id, document.version, document.codename)
    return "" if same else found


def document_distro(purls: Iterable[str]) -> Distro | None:
    """The distribution that the first package URL of an operating-system package names, with its release."""
    for purl in purls:
        parsed = _parsed(purl) if purl[4:].partition("/")[0] in SYSTEM_TYPES else None
        found = distro.of_purl(parsed.type, parsed.namespace or "", _qualifiers(parsed)) if parsed else None
        if found is not None and (found.version or found.codename or distro.ecosystem(found.id, "", "")):
            return found
    return None


def gaps(unknown: dict[str, list[str]]) -> tuple[Gap, ...]:
    """One gap for every kind of component that could not be used, with how many there are and the first names."""
    found = []
    for kind, names in sorted(unknown.items()):
        named = some(names, _SPECIFIC)
        reason = f"{len(names)} without a usable package URL, and so not compared with advisories: {named}"
        found.append(Gap(stage="image", subject=f"SBOM components of kind {kind}", reason=reason, names=named.names))
    return tuple(found)


def _parsed(purl: str) -> PackageURL | None:
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def _qualifiers(parsed: PackageURL) -> dict[str, str]:
    return parsed.qualifiers if isinstance(parsed.qualifiers, dict) else {}


def source(upstream: str) -> tuple[str, str]:
    """The source package of an ``upstream`` qualifier: ``name@version``, ``name``, or a source RPM's file name."""
    if upstream.endswith(".src.rpm"):
        name, version, release = [*upstream.removesuffix(".src.rpm").rsplit("-", 2), "", ""][:3]
        return (name, f"{version}-{release}") if release else ("", "")
    name, _, version = upstream.partition("@")
    return name, version
