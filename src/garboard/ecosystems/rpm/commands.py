"""The command lines of dnf, yum and their kin, of zypper and rpm."""

from __future__ import annotations

import posixpath
import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import (
    A_FILE,
    A_PATTERN,
    FIXED,
    Commands,
    Fix,
    PackageSpec,
    Program,
    Upgrades,
    verbs,
    words,
)

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]*")
_VERSION: Final = re.compile(r"(.+?)-((?:\d+:)?\d[\w.+~^]*-\d[\w.+~^]*|(?:\d+:)?\d+\.[\w.+~^]*)")
_ARCH: Final = re.compile(r"\.(?:x86_64|aarch64|i[3-6]86|noarch|ppc64le|s390x|armv7hl|riscv64|src)$")
_ZYPPER: Final = re.compile(r"([A-Za-z0-9][\w.+-]*)(?:(=|>=|<=|>|<)(\S+))?")
_FILE: Final = re.compile(r"(.+)-([^-/]+-[^-/]+)\.[^.]+\.rpm")
_ZYPPER_DISTROS: Final = frozenset({"sles", "sled", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "suse"})
_TDNF_DISTROS: Final = frozenset({"azurelinux", "mariner", "photon"})


def rpm(word: str) -> PackageSpec | str:
    """``name``, ``name-version-release``, ``name-1.2``, each with or without an architecture."""
    if "://" in word or word.startswith(("/", "./")) or word.endswith(".rpm"):
        return rpm_file(word)
    bare = _ARCH.sub("", word)
    if not _NAME.fullmatch(bare.replace("~", "").replace("^", "").replace(":", "")):
        return A_PATTERN
    found = _VERSION.fullmatch(bare)
    return PackageSpec(found[1], found[2], f"-{found[2]}") if found else PackageSpec(bare)


def rpm_file(word: str) -> PackageSpec | str:
    """A file that rpm installs, where its name contains the package's name, version and release."""
    found = _FILE.fullmatch(posixpath.basename(word))
    return PackageSpec(found[1], found[2], f"-{found[2]}") if found else A_FILE


def zypper(word: str) -> PackageSpec | str | None:
    """``name``, ``name=version``, ``name>=version``; ``-name`` and ``!name`` remove."""
    if word.startswith(("-", "!")):
        return None
    if "://" in word or word.startswith(("/", "./")) or word.endswith(".rpm"):
        return rpm(word)
    found = _ZYPPER.fullmatch(_ARCH.sub("", word))
    if found is None:
        return A_PATTERN
    if not found[2]:
        return PackageSpec(found[1])
    return PackageSpec(found[1], found[3] if found[2] == "=" else "", found[2] + found[3])


def _remedy(fix: Fix) -> tuple[str, str]:
    if fix.distro in _ZYPPER_DISTROS:
        names = [shlex.quote(f"{p.name}>={version}" if version else p.name) for p, version in fix.pins]
        return f"upgrade to {FIXED}", f"zypper --non-interactive install {' '.join(names)}"
    tool = "tdnf" if fix.distro in _TDNF_DISTROS else "dnf"
    names = [shlex.quote(f"{p.name}-{version}" if version else p.name) for p, version in fix.pins]
    return f"upgrade to {FIXED}", f"{tool} upgrade -y {' '.join(names)}"


_DNF: Final = Program(
    rpm,
    verbs=verbs("install, in, reinstall, localinstall, install-n, install-nevra, update, upgrade"),
    with_value=words(
        "-c --config --enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --repofrompath --installroot "
        "--releasever -x --exclude --excludepkgs --setopt -d --debuglevel -e --errorlevel --rpmverbosity --advisory "
        "--bz --cve --color --comment --destdir --downloaddir --forcearch -R --randomwait --disableplugin --enableplugin"
    ),
    opaque=words("groupinstall module swap builddep distro-sync group"),
)
_ZYPPER_PROGRAM: Final = Program(
    zypper,
    verbs=verbs("install, in"),
    with_value=words(
        "-R --root --installroot -r --repo --from -t --type -D --reposd-dir -C --cache-dir -c --config --releasever "
        "-p --plus-repo --plus-content --name --download --solver-focus --userdata"
    ),
    opaque=words("source-install si install-new-recommends inr"),
    groups=words("-t --type"),
)
_RPM: Final = Program(
    rpm_file,
    actions=("-i", "-U", "-F", "--install", "--upgrade", "--freshen"),
    with_value=words("--root --dbpath --prefix --relocate --define -D -E --excludepath --rcfile --macros -r"),
    only_files=True,
    fetches=False,
)

COMMANDS: Final = Commands(
    programs=MappingProxyType(
        dict.fromkeys(("dnf", "dnf5", "yum", "microdnf", "tdnf"), _DNF) | {"zypper": _ZYPPER_PROGRAM, "rpm": _RPM}
    ),
    remedy=_remedy,
    pin_signs=("-", "="),
    digit_after_sign=True,
    raised="{name}-{version}",
    upgrades=Upgrades(
        programs=("dnf", "dnf5", "yum", "microdnf", "tdnf", "zypper"),
        everything=words("update upgrade up distro-sync"),
        named=words("install in update upgrade"),
        possible=words("update upgrade up dup distro-sync dist-upgrade patch"),
        line=MappingProxyType(
            {
                "dnf": "dnf upgrade -y && dnf clean all",
                "dnf5": "dnf upgrade -y && dnf clean all",
                "microdnf": "microdnf upgrade -y && microdnf clean all",
                "tdnf": "tdnf upgrade -y && tdnf clean all",
                "zypper": "zypper --non-interactive update && zypper clean --all",
                "yum": "yum update -y && yum clean all",
            }
        ),
        command="dnf upgrade",
    ),
    file_ends=(".rpm",),
)
