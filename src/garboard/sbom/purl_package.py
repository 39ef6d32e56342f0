"""A package from its package URL (ECMA-427), with what its qualifiers say about its distribution and its source."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from packageurl import PackageURL

from garboard import ecosystems
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Distro, Package

_DISTROS = {"redhat": "rhel", "amazon": "amzn", "oracle": "ol", "alma": "almalinux", "opensuse.leap": "opensuse-leap"}
"""Other tools' names of distributions, and os-release's ``ID`` for them."""
_SPECIFIC = 8
"""How many subjects a gap names individually."""


def package(purl: str, licenses: Iterable[str] = ()) -> Package | None:
    """The package of a package URL; None if it is malformed or states no version."""
    parsed = _parsed(purl)
    if parsed is None or not parsed.version:
        return None
    return _built(parsed, parsed.version, tuple(licenses))


def stated(purl: str, *, name: str, namespace: str, version: str) -> Package | None:
    """The package of one of this program's own package URLs, kept as is; the rest as the package manager spells it.

    None if the URL is malformed. The version may be empty.
    """
    parsed = _parsed(purl)
    if parsed is None:
        return None
    found = _built(parsed, version, ())
    return msgspec.structs.replace(found, name=name, namespace=namespace, version=version, purl=purl)


def _built(parsed: PackageURL, version: str, licenses: tuple[str, ...]) -> Package:
    qualifiers = parsed.qualifiers if isinstance(parsed.qualifiers, dict) else {}
    epoch = qualifiers.get("epoch", "")
    if parsed.type in SYSTEM_TYPES and epoch not in {"", "0"} and ":" not in version:
        version = f"{epoch}:{version}"
    source_name, source_version = _source(qualifiers.get("upstream", ""))
    return Package(
        type=parsed.type,
        name=parsed.name,
        namespace="" if parsed.type in SYSTEM_TYPES else parsed.namespace or "",
        version=version,
        scheme=ecosystems.of(parsed.type).order,
        arch=qualifiers.get("arch", ""),
        source_name=source_name,
        source_version=source_version,
        module=qualifiers.get("rpmmod", ""),
        licenses=licenses,
        purl=parsed.to_string(),
    )


def distro(purls: Iterable[str]) -> Distro | None:
    """The distribution that the first package URL of an operating-system package names.

    It is written ``distro=debian-12``, or ``distro=3.20.1`` with the namespace ``alpine``.
    """
    for purl in purls:
        parsed = _parsed(purl) if purl[4:].partition("/")[0] in SYSTEM_TYPES else None
        if parsed is None or not isinstance(parsed.qualifiers, dict):
            continue
        name, _, version = parsed.qualifiers.get("distro", "").rpartition("-")
        if version[:1].isdigit() and (name or parsed.namespace):
            return named_distro(name or parsed.namespace or "", version)
    return None


def named_distro(name: str, version: str) -> Distro:
    """A distribution as os-release would state it: Debian's ``VERSION_ID`` does not include point releases."""
    name = _DISTROS.get(name.lower(), name.lower())
    return Distro(id=name, version=version.partition(".")[0] if name == "debian" else version)


def gaps(unknown: dict[str, list[str]]) -> tuple[Gap, ...]:
    """One gap for every kind of component that could not be used, with how many there are and the first names."""
    found = []
    for kind, names in sorted(unknown.items()):
        first = ", ".join(names[:_SPECIFIC]) + (", …" if len(names) > _SPECIFIC else "")
        reason = f"{len(names)} without a usable package URL, and so not compared with advisories: {first}"
        found.append(Gap(stage="image", subject=f"SBOM components of kind {kind}", reason=reason))
    return tuple(found)


def _parsed(purl: str) -> PackageURL | None:
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def _source(upstream: str) -> tuple[str, str]:
    """The source package of an ``upstream`` qualifier: ``name@version``, ``name``, or a source RPM's file name."""
    if upstream.endswith(".src.rpm"):
        name, version, release = [*upstream.removesuffix(".src.rpm").rsplit("-", 2), "", ""][:3]
        return (name, f"{version}-{release}") if release else ("", "")
    name, _, version = upstream.partition("@")
    return name, version
