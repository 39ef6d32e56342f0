"""One version of one package, as listed in dpkg's status file or a mirror's ``Packages``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from garboard.repositories.apt.deb822 import Group, Relation, groups
from garboard.repositories.config_files import number

FIELDS: Final = (
    "Package", "Status", "Version", "Architecture", "Multi-Arch", "Source", "Pre-Depends", "Depends", "Recommends", "Provides",
    "Conflicts", "Breaks", "Filename", "Size", "SHA256", "Priority", "Essential", "Important", "Protected",
)  # fmt: skip
_FIELD: Final = re.compile(rb"\n(" + "|".join(FIELDS).encode() + rb"):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)")
_SOURCE: Final = re.compile(r"(\S+)(?:\s+\(([^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Suite:
    """A component of a repository, with the attributes that preferences refer to; ``site`` is the host's name."""

    url: str = ""
    name: str = ""
    component: str = ""
    archive: str = ""
    codename: str = ""
    origin: str = ""
    label: str = ""
    version: str = ""
    site: str = ""
    automatic: bool = True
    upgrades: bool = False
    """``ButAutomaticUpgrades`` of a suite that is not automatic."""

    @property
    def security(self) -> bool:
        """Whether security updates are published here, judging by its own label or name."""
        return any("security" in text.lower() for text in (self.label, self.archive, self.codename, self.name))


@dataclass(frozen=True, slots=True)
class Version:
    """A package at one version. ``suites`` lists where it is available; empty for a version that is only installed."""

    name: str
    version: str
    arch: str = ""
    source: str = ""
    source_version: str = ""
    multi_arch: str = ""
    depends: tuple[Group, ...] = ()
    recommends: tuple[Group, ...] = ()
    provides: tuple[Relation, ...] = ()
    conflicts: tuple[Relation, ...] = ()
    filename: str = ""
    sha256: str = ""
    size: int = 0
    status: str = ""
    priority: str = ""
    essential: bool = False
    suites: tuple[Suite, ...] = ()


def fields(stanza: bytes) -> dict[str, str]:
    """Parse the fields that matter here."""
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _FIELD.findall(b"\n" + stanza)}


def version(found: dict[str, str], suite: Suite | None = None) -> Version | None:
    """Convert a stanza's fields to a value; None if name or version is missing."""
    name, text = found.get("Package", ""), found.get("Version", "")
    if not name or not text:
        return None
    source = _SOURCE.match(found.get("Source", ""))
    against = (*groups(found.get("Conflicts", "")), *groups(found.get("Breaks", "")))
    return Version(
        name=name,
        version=text,
        arch=found.get("Architecture", ""),
        source=source[1] if source else name,
        source_version=(source[2] if source else "") or text,
        multi_arch=found.get("Multi-Arch", ""),
        depends=(*groups(found.get("Pre-Depends", "")), *groups(found.get("Depends", ""))),
        recommends=groups(found.get("Recommends", "")),
        provides=tuple(one for group in groups(found.get("Provides", "")) for one in group),
        conflicts=tuple(one for group in against for one in group),
        filename=found.get("Filename", ""),
        sha256=found.get("SHA256", ""),
        size=number(found.get("Size", "")),
        status=found.get("Status", ""),
        priority=found.get("Priority", ""),
        essential="yes" in {found.get(name) for name in ("Essential", "Important", "Protected")},
        suites=(suite,) if suite else (),
    )
