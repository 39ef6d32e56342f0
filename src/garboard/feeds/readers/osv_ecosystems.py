"""Ecosystems, by OSV's names: the version order and name spelling of each. This is the only table of them.

Those of the OSV schema 1.7, and the distributions that it does not name. Many have feeds of their own, whose modules use
this table too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from garboard.ecosystems import ECOSYSTEMS as KNOWN
from garboard.model.ecosystem import exact_name
from garboard.model.package import SOFTWARE


@dataclass(frozen=True, slots=True)
class OsvEcosystem:
    """One ecosystem.

    ``scheme`` names a version order, and is empty if none is known yet. ``by_release`` means that the data of each
    release (``AlmaLinux:9``) are published separately and are meaningless without one. ``registries`` means that what
    follows the name is a registry's own address (``Maven:https://…``).
    """

    scheme: str = ""
    by_release: bool = False
    registries: bool = False
    normalize: Callable[[str], str] = exact_name


_LANGUAGE = {one.osv: OsvEcosystem(one.order, registries=True, normalize=one.normalize) for one in KNOWN if one.osv}
_ROLLING = {
    "Arch Linux": OsvEcosystem("alpm"),
    "Bottlerocket": OsvEcosystem("rpm"),
    "Gentoo": OsvEcosystem("portage"),
    "Wolfi": OsvEcosystem("apk"),
    "Chainguard": OsvEcosystem("apk"),
    "MinimOS": OsvEcosystem("apk"),
    "Echo": OsvEcosystem("deb"),
}
_RELEASED = {
    "Debian": OsvEcosystem("deb", by_release=True),
    "Ubuntu": OsvEcosystem("deb", by_release=True),
    "Alpine": OsvEcosystem("apk", by_release=True),
    "Alpaquita": OsvEcosystem("apk", by_release=True),
    "BellSoft Hardened Containers": OsvEcosystem("apk", by_release=True),
    **{
        name: OsvEcosystem("rpm", by_release=True)
        for name in (
            "AlmaLinux",
            "Amazon Linux",
            "Azure Linux",
            "Fedora",
            "Mageia",
            "Oracle Linux",
            "Photon OS",
            "Red Hat",
            "Rocky Linux",
            "SUSE",
            "openEuler",
            "openSUSE",
        )
    },
}
_SOFTWARE = {SOFTWARE: OsvEcosystem("deb", by_release=True)}
"""Software that no package manager installed: of an ecosystem's name, what is after the colon is the software."""
ECOSYSTEMS = MappingProxyType(_SOFTWARE | _LANGUAGE | _ROLLING | _RELEASED)


def scheme(ecosystem: str) -> str:
    """Return the version order of an ecosystem."""
    return ECOSYSTEMS[base(ecosystem)].scheme


def base(ecosystem: str) -> str:
    """Return the name without its release or registry: ``Ubuntu`` for ``Ubuntu:22.04:LTS``."""
    return ecosystem.partition(":")[0]
