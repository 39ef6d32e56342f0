"""What other tools' documents say of a package beside its package URL: its source, its module, where it lies.

Formats: Trivy's ``aquasecurity:trivy:…`` and Syft's ``syft:…`` properties in CycloneDX, and Trivy's ``sourceInfo`` in SPDX.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from garboard.model.package import Distro
from garboard.packages import distro
from garboard.sbom import purl_package as purls

_TRIVY: Final = "aquasecurity:trivy:"
_BUILT_FROM: Final = "built package from: "
"""How Trivy's ``sourceInfo`` begins; the source's name and version follow."""
_OMITS_THE_SAME: Final = ("syft", "buildkit-syft-scanner", "anchorectl", "docker-scout", "garboard")
"""Tools that name a source package only where it differs from the package."""


class Stated(NamedTuple):
    """What a document says of one package; empty where it says nothing."""

    source_name: str = ""
    source_version: str = ""
    module: str = ""
    path: str = ""


def of_properties(pairs: Iterable[tuple[str, Any]]) -> Stated:
    """Read Trivy's and Syft's properties of a CycloneDX component."""
    said = {name: value for name, value in pairs if isinstance(value, str)}
    if any(name.startswith(_TRIVY) for name in said):
        return _of_trivy({name.removeprefix(_TRIVY): value for name, value in said.items()})
    rpm = purls.source(said.get("syft:metadata:sourceRpm", ""))
    return Stated(
        source_name=said.get("syft:metadata:source", "") or said.get("syft:metadata:originPackage", "") or rpm[0],
        source_version=said.get("syft:metadata:sourceVersion", "") or rpm[1],
        module=said.get("syft:metadata:modularityLabel", ""),
        path=said.get("syft:location:0:path", ""),
    )


def _of_trivy(said: Mapping[str, str]) -> Stated:
    version, release, epoch = (said.get(f"Src{part}", "") for part in ("Version", "Release", "Epoch"))
    if version and release:
        version = f"{version}-{release}"
    if version and epoch not in {"", "0"}:
        version = f"{epoch}:{version}"
    return Stated(said.get("SrcName", ""), version, said.get("Modularitylabel", ""), said.get("FilePath", ""))


def of_source_info(text: str) -> Stated:
    """Read an SPDX package's ``sourceInfo``; only Trivy's names a source package."""
    if not text.startswith(_BUILT_FROM):
        return Stated()
    name, _, version = text.removeprefix(_BUILT_FROM).strip().partition(" ")
    return Stated(source_name=name, source_version=version.strip())


def omits_the_same(tools: Iterable[str]) -> bool:
    """Whether one of the tools that made a document names a source package only where it is another."""
    return any(tool.lower().startswith(_OMITS_THE_SAME) for tool in tools)


def operating_system(name: str, version: str, pairs: Iterable[tuple[str, Any]] = ()) -> Distro:
    """The distribution of an operating-system component; Syft's properties have what os-release states."""
    said = {key.removeprefix("syft:distro:"): value for key, value in pairs if isinstance(value, str)}
    codename = said.get("versionCodename", "")
    found = distro.named(said.get("id", "") or name, said.get("versionID", "") or version, codename)
    if found.id == "centos" and "Stream" in said.get("prettyName", ""):
        return Distro(id=found.id, version=found.version, codename="stream")
    return found
