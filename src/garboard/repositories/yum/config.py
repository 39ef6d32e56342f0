"""The repositories configured in an RPM-based image: ``*.repo`` files with their variables, dnf.conf(5)."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from garboard.model.image import File
from garboard.model.limits import DEFAULT
from garboard.model.mirror import InstalledSystem
from garboard.model.package import Fact
from garboard.repositories.config_files import Amiss, commonest, keep, without_login

GLOBS: Final = (
    "etc/yum.repos.d/*",
    "etc/distro.repos.d/*",
    "etc/yum.conf",
    "etc/dnf/dnf.conf",
    "etc/yum/vars/*",
    "etc/dnf/vars/*",
    "etc/pki/rpm-gpg/*",
)
_MAJOR_ONLY: Final = frozenset({"rhel", "rocky", "almalinux", "centos", "ol", "eurolinux", "circle", "navylinux"})
"""Distributions that use only the major version as $releasever."""
_ARCHITECTURES: Final = MappingProxyType({"amd64": "x86_64", "arm64": "aarch64", "386": "i386", "arm": "armhfp"})
_SETTING_CHARS: Final = 16 * 1024
"""The length limit of one setting."""
_VARIABLE_CHARS: Final = 256
"""The length limit of a variable's value; the two limits bound an expanded setting."""
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def catalog(file: File) -> Iterator[Fact]:
    """Keep the file."""
    yield from keep(file)


@dataclass(frozen=True, slots=True)
class Repo:
    """One enabled repository. ``signed`` means that its metadata must be signed (``repo_gpgcheck``)."""

    id: str
    where: str
    urls: tuple[str, ...] = ()
    metalink: str = ""
    mirrorlist: str = ""
    signed: bool = False
    keys: tuple[str, ...] = ()
    priority: int = 99
    excludes: tuple[str, ...] = ()


def repos(image: InstalledSystem, files: Mapping[str, bytes], amiss: Amiss) -> Iterator[Repo]:
    """Yield the enabled repositories in the order of their files, up to the limit."""
    found = 0
    variables = _variables(image, files)
    main = _sections("dnf.conf", files.get("etc/dnf/dnf.conf") or files.get("etc/yum.conf", b""), Amiss())
    general = dict(main["main"]) if main.has_section("main") else {}
    for path in sorted(files):
        if not (path.startswith(("etc/yum.repos.d/", "etc/distro.repos.d/")) and path.endswith(".repo")):
            continue
        read = _sections(path, files[path], amiss)
        for name in read.sections():
            section = read[name]
            if name == "main" or _truth(section.get("enabled", "1")) is False:
                continue
            if found == DEFAULT.repositories:
                amiss.too_many(path)
                return
            found += 1
            yield _repo(_expand(name, variables), path, {**general, **section}, variables)


def _repo(name: str, path: str, section: Mapping[str, str], variables: Mapping[str, str]) -> Repo:
    def words(key: str) -> tuple[str, ...]:
        written = re.split(r"[\s,]+", section.get(key, "")[:_SETTING_CHARS])
        return tuple(_expand(word, variables) for word in written if word)

    priority = section.get("priority", "99")
    return Repo(
        id=name,
        where=path,
        urls=tuple(map(without_login, words("baseurl"))),
        metalink=without_login(_expand(section.get("metalink", ""), variables)),
        mirrorlist=without_login(_expand(section.get("mirrorlist", ""), variables)),
        signed=_truth(section.get("repo_gpgcheck", "0")) is True,
        keys=words("gpgkey"),
        priority=int(priority) if re.fullmatch(r"[0-9]{1,9}", priority) else 99,
        excludes=(*words("excludepkgs"), *words("exclude")),
    )


def _sections(path: str, data: bytes, amiss: Amiss) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except (configparser.Error, ValueError) as error:
        reason = f"cannot be read: {str(error).splitlines()[0] if str(error) else error}"
        amiss.add(path, reason)
        return configparser.ConfigParser(interpolation=None)
    return parser


def _truth(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in {"1", "yes", "true", "on"} else False if word in {"0", "no", "false", "off"} else None


def _variables(image: InstalledSystem, files: Mapping[str, bytes]) -> dict[str, str]:
    distro = image.distro
    version = distro.version if distro else ""
    if distro and distro.id in _MAJOR_ONLY:
        version = version.partition(".")[0]
    arch = commonest(image.packages, "rpm") or _ARCHITECTURES.get(image.platform.architecture, "")
    found = {"releasever": version, "basearch": arch, "arch": arch}
    found["releasever_major"], _, found["releasever_minor"] = version.partition(".")
    for path, data in files.items():
        if path.startswith(("etc/yum/vars/", "etc/dnf/vars/")):
            found[path.rpartition("/")[2]] = data.decode("utf-8", "replace").strip().split("\n")[0][:_VARIABLE_CHARS]
    return found


def _expand(text: str, variables: Mapping[str, str]) -> str:
    written = text.strip()[:_SETTING_CHARS]
    return _VARIABLE.sub(lambda match: variables.get((match[1] or match[2]).lower(), match[0]), written)
