"""The command lines of apt, aptitude and dpkg."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
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
    spec,
    verbs,
    words,
)

_APT: Final = re.compile(r"([a-z0-9][a-z0-9+.-]+)(?::[a-z0-9-]+)?(?:=(\S+)|/(\S+))?")
_FILE: Final = re.compile(r"([a-z0-9][a-z0-9+.-]+)_([^_/]+)(?:_[a-z0-9-]+)?\.deb")


def apt(word: str) -> PackageSpec | str | None:
    """``name``, ``name=version``, ``name:arch``, ``name/release``; ``name-`` removes."""
    if word.endswith(".deb") or word.startswith((".", "/")):
        return deb_file(word)
    if word.endswith("-"):
        return None
    found = _APT.fullmatch(word)
    if found is None:
        return A_PATTERN
    name = found[1]
    if name.endswith("+") and not name.endswith("++"):
        name = name[:-1]
    if found[3]:
        return PackageSpec(name, "", f"/{found[3]}")
    return spec(name, found[2], "=")


def deb_file(word: str) -> PackageSpec | str:
    """A file that dpkg installs, where its name contains the package's name and version."""
    found = _FILE.fullmatch(posixpath.basename(word))
    if found is None:
        return A_FILE
    version = found[2].replace("%3a", ":").replace("%3A", ":")
    return PackageSpec(found[1], version, f"={version}")


def _remedy(fix: Fix) -> tuple[str, str]:
    several = {name for name, count in Counter(package.name for package, _ in fix.pins).items() if count > 1}
    names = [f"{p.name}:{p.arch}" if p.name in several else p.name for p, _ in fix.pins]
    wanted = [f"{name}={version}" if version else name for name, (_, version) in zip(names, fix.pins, strict=True)]
    return (
        f"upgrade to {FIXED}; where the archive has a later one already, leave out what follows `=`",
        f"apt-get update && apt-get install -y --only-upgrade {' '.join(map(shlex.quote, wanted))}",
    )


_APT_PROGRAM: Final = Program(
    apt,
    verbs=verbs("install, reinstall"),
    with_value=words("-t --target-release --default-release -o --option -c --config-file -a --host-architecture"),
    opaque=words("build-dep satisfy"),
)
_DPKG: Final = Program(
    deb_file,
    actions=("-i", "--install", "--unpack"),
    with_value=words("--root --admindir --instdir -D --debug"),
    only_files=True,
    fetches=False,
)
_GDEBI: Final = Program(deb_file, with_value=words("-o --option --root"), bare_operands=True, only_files=True)
_WRAPPING: Final = Program(apt, bare_operands=True)
"""Scripts around apt that base images bring: those of minideb and of Kubernetes' debian-base."""

COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "apt": _APT_PROGRAM,
            "apt-get": _APT_PROGRAM,
            "aptitude": _APT_PROGRAM,
            "apt-fast": _APT_PROGRAM,
            "nala": _APT_PROGRAM,
            "dpkg": _DPKG,
            "gdebi": _GDEBI,
            "install_packages": _WRAPPING,
            "clean-install": _WRAPPING,
        }
    ),
    remedy=_remedy,
    upgrades=Upgrades(
        programs=("apt", "apt-get", "aptitude", "apt-fast", "nala"),
        everything=words("upgrade dist-upgrade full-upgrade safe-upgrade"),
        named=words("install"),
        possible=words("upgrade dist-upgrade full-upgrade safe-upgrade"),
        line=MappingProxyType({"apt": "apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*"}),
        command="apt-get upgrade",
        alone=False,
    ),
    file_ends=(".deb",),
    lean=MappingProxyType({"apt": "--no-install-recommends", "apt-get": "--no-install-recommends"}),
    leaves_out=r"--no-install-recommends|APT::Install-Recommends\s*=\s*\"?(?:0|false|no)",
)
