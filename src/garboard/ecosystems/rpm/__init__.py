"""RPM packages: rpm, dnf and its kin, zypper."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.package import Distro, Package
    from garboard.model.program import Commands

_BINARY: Final = frozenset({"AlmaLinux", "Amazon Linux", "Bottlerocket", "Oracle Linux", "SUSE", "openSUSE"})
"""Ecosystems that list binary packages."""
_BOTH: Final = frozenset({"Rocky Linux", "Azure Linux", "openEuler", "Mageia", "Photon OS"})
"""Those that list source packages, or source and binary ones."""
_DATABASES: Final = ("Packages", "Packages.db", "rpmdb.sqlite", "rpmdb.sqlite-wal", "rpmdb.sqlite-journal")
_BOTTLEROCKET: Final = (
    "usr/share/bottlerocket",
    *(f"{arch}-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket" for arch in ("x86_64", "aarch64")),
)
"""Bottlerocket's images have a list instead of a database."""
_FOLDERS: Final = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")


_VENDORS: Final = MappingProxyType(
    {
        "AlmaLinux": ("AlmaLinux",),
        "Amazon Linux": ("Amazon",),
        "Azure Linux": ("Microsoft Corporation",),
        "Bottlerocket": ("bottlerocket", "Bottlerocket"),
        "CentOS": ("CentOS",),
        "Fedora": ("Fedora Project",),
        "Oracle Linux": ("Oracle America",),
        "Photon OS": ("VMware",),
        "Red Hat": ("Red Hat",),
        "Rocky Linux": ("Rocky",),
        "SUSE": ("SUSE",),
        "openEuler": ("openEuler",),
        "openSUSE": ("openSUSE", "SUSE"),
    }
)
"""How the vendor that RPM records begins, by OSV ecosystem."""


def _published(package: Package, path: str) -> bool | None:  # noqa: ARG001  (RPM records it for the whole package)
    """By the vendor that RPM records."""
    vendor = _VENDORS.get(package.ecosystem.partition(":")[0])
    return package.vendor.startswith(vendor) if vendor and package.vendor else None


_DIST_TAGS: Final = MappingProxyType(
    {
        **dict.fromkeys(("almalinux", "centos", "ol", "rhel", "rocky"), r"[.+]el([0-9]+)(?![0-9])"),
        "amzn": r"[.]amzn([0-9]+)(?![0-9])",
        "fedora": r"[.]fc([0-9]+)(?![0-9])",
    }
)
"""How a version says of which release of a distribution it is."""


def _later_release(package: Package, distro: Distro) -> str:
    tag, own = _DIST_TAGS.get(distro.id), distro.version.partition(".")[0]
    found = re.findall(tag, package.version) if tag and own.isdecimal() and len(own) < 5 else ()
    return str(found[-1]) if found and len(found[-1]) < 5 and int(found[-1]) > int(own) else ""


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """Source packages, binary ones, or both, as the distribution publishes its advisories."""
    family = package.ecosystem.partition(":")[0]
    binary = AdvisedName(package.full_name, package.version)
    if family in _BINARY:
        return (binary,)
    if family == "Red Hat":  # the feed calls source packages NAME.src
        return (binary, AdvisedName(f"{package.source}.src", _source_version(package), only_else=True))
    source = AdvisedName(package.source, _source_version(package))
    return (source, binary) if family in _BOTH and package.source != package.name else (source,)


def _source_version(package: Package) -> str:
    """A source RPM's file name has no epoch; the binary's is the source's."""
    version = package.source_version_or_own
    epoch, colon, _ = package.version.partition(":")
    return f"{epoch}:{version}" if colon and ":" not in version else version


def _catalog() -> Catalog:
    from garboard.ecosystems.rpm.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.rpm import version

    return version


def _commands() -> Commands:
    from garboard.ecosystems.rpm.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="rpm",
    type="rpm",
    manager="rpm",
    order="rpm",
    load_order=_order,
    globs=(
        *(f"{folder}/{name}" for folder in _FOLDERS for name in _DATABASES),
        # container-manifest-1 beside it lists the same packages with less.
        "var/lib/rpmmanifest/container-manifest-2",
        *(f"{folder}/application-inventory.json" for folder in _BOTTLEROCKET),
        "etc/dnf/dnf.conf",
        "etc/yum.conf",
        "etc/yum.repos.d/*",
        "etc/zypp/repos.d/*",
        "etc/dnf/plugins/versionlock.list",
        "etc/yum/pluginconf.d/versionlock.list",
        "etc/dnf/versionlock.toml",
        "etc/zypp/locks",
    ),
    roots=(
        *(f"{folder}/{name}" for folder in _FOLDERS for name in _DATABASES if "-" not in name),
        *(f"var/lib/rpmmanifest/container-manifest-{number}" for number in (1, 2)),
        *(f"{folder}/application-inventory.json" for folder in _BOTTLEROCKET),
    ),
    databases=True,
    headers=("kernel-headers", "kernel-devel", "kernel-uek-headers", "linux-glibc-devel"),
    version=8,
    load_catalog=_catalog,
    programs=("dnf", "dnf5", "yum", "microdnf", "tdnf", "zypper", "rpm"),
    load_commands=_commands,
    advised=_advised,
    published=_published,
    later_release=_later_release,
    modular=True,
    package_file="{name}-{version}.{arch}.rpm",
    caches=tuple(f"var/cache/{name}" for name in ("dnf", "libdnf5", "yum", "tdnf", "zypp", "PackageKit")),
    epochs=True,
    misses="the database of RPM 5 and of NDB without its index (a gap)",
    reference="https://rpm.org/docs/",
)
