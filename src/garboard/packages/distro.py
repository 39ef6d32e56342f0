"""The distribution of an image: its release files, and the OSV ecosystem with its advisories.

Formats: os-release(5), LSB's ``/etc/lsb-release``, and the one-line release files of each family. Ecosystem names are
OSV's where its schema has them; the others (Fedora, CentOS, Amazon, Oracle, …) are named after the distribution, so
that a database can answer that it does not cover them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from garboard.model.debian import CODENAMES, UNSTABLE
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Distro, Fact
from garboard.model.ubuntu import CODENAMES as _UBUNTU
from garboard.packages import redhat_streams
from garboard.patterns import lazy

NAME = "distro"
VERSION = 3
_OS_RELEASE = (
    "etc/os-release",
    "usr/lib/os-release",
    *(f"{arch}-bottlerocket-linux-gnu/sys-root/usr/lib/os-release" for arch in ("x86_64", "aarch64")),
)
_DEBIAN_SOURCES = ("etc/apt/sources.list", "etc/apt/sources.list.d/debian.sources")
_DEBIAN_VERSION = "etc/debian_version"
# Most telling first. Oracle's redhat-release names Red Hat and every derivative of Debian has a debian_version.
_PRECEDENCE = (
    *_OS_RELEASE,
    "etc/alpine-release",
    "etc/oracle-release",
    "etc/centos-release",
    "etc/fedora-release",
    "etc/photon-release",
    "etc/mariner-release",
    "etc/SuSE-release",
    "etc/redhat-release",
    "etc/system-release",
    "etc/lsb-release",
    _DEBIAN_VERSION,
)
_MAY_NAME_NONE = ("etc/lsb-release", *_DEBIAN_SOURCES)
GLOBS = (*_PRECEDENCE, *_DEBIAN_SOURCES, f"{redhat_streams.FOLDER}/*.json")

_LINE = 1024
"""Characters of a release line; more is none."""
_UNSTABLE = lazy(r"^(?:deb\s.*\s|Suites:.*\s)(?:sid|unstable)(?:\s|$)", re.MULTILINE)
_ASSIGNMENT = lazy(r"^[ \t]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$", re.MULTILINE)
_RELEASE_LINE = lazy(r"(?P<name>.+?)(?:\s+release)?\s+(?P<version>[0-9][0-9.]*)(?:\s+\((?P<codename>[^)]*)\))?.*")
_PATCH_LEVEL = lazy(r"^PATCHLEVEL\s*=\s*([1-9][0-9]*)", re.MULTILINE)
_LARGEST = 1024 * 1024
"""Bytes of a file that names the distribution; real ones have a few hundred."""
_PARENTHESES = lazy(r"\(([^()]*)\)")
_WORDS = (
    ("Red Hat Enterprise", "rhel"), ("CentOS", "centos"), ("Oracle Linux", "ol"), ("Enterprise Linux Enterprise", "ol"),
    ("Fedora", "fedora"), ("Rocky", "rocky"), ("AlmaLinux", "almalinux"), ("Amazon Linux", "amzn"),
    ("VMware Photon", "photon"), ("Microsoft Azure Linux", "azurelinux"), ("CBL-Mariner", "mariner"),
    ("SUSE Linux Enterprise", "sles"), ("openSUSE", "opensuse"), ("openEuler", "openEuler"), ("Mageia", "mageia"),
)  # fmt: skip
"""How release lines begin, and the ``ID`` that os-release has for it."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The distribution that this one file names; `choose` picks among those of an image.

    An os-release without ``ID`` and a release file without a line of text are gaps. An lsb-release often names no
    distribution and then says nothing, as does an apt source other than Debian's unstable.
    """
    if len(file.data) > _LARGEST:
        reason = f"has {len(file.data)} bytes and was not read: the limit is {_LARGEST}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    if file.path.startswith(redhat_streams.FOLDER):
        yield _of_content(file)
        return
    text = file.data.decode("utf-8", "replace")
    found = _reader(file.path)(text)
    if found is not None:
        yield msgspec.structs.replace(found, ecosystem=ecosystem(found.id, found.version, found.codename))
    elif file.path not in _MAY_NAME_NONE:
        yield Gap(stage="catalog", subject=file.path, reason="names no distribution")


def choose(candidates: Mapping[str, Distro]) -> Distro | None:
    """The image's distribution among those that its files name, by path; None without any.

    A Debian without a version number is testing or unstable: its apt sources tell which, else the code name or
    ``debian_version`` (``forky/sid``) does, and means testing.
    """
    chosen = next((candidates[path] for path in _PRECEDENCE if path in candidates), None)
    if chosen is not None and chosen.id == "rhel":
        named = (found.repositories for path, found in candidates.items() if path.startswith(redhat_streams.FOLDER))
        repositories = tuple(dict.fromkeys(name for names in named for name in names))[: redhat_streams.MOST]
        chosen = msgspec.structs.replace(chosen, repositories=repositories)
        return with_streams(chosen, redhat_streams.of_repositories(repositories))
    if chosen is None or chosen.id != "debian" or chosen.version:
        return chosen
    unstable = next((candidates[path] for path in _DEBIAN_SOURCES if path in candidates), None)
    hint = unstable or candidates.get(_DEBIAN_VERSION)
    if hint is None or (chosen.codename and not unstable):
        return chosen
    name = ecosystem("debian", hint.version, hint.codename)
    return msgspec.structs.replace(chosen, version=hint.version, codename=hint.codename, ecosystem=name)


def with_streams(distro: Distro, streams: Iterable[str]) -> Distro:
    """Red Hat Enterprise Linux with the streams that its packages are of, besides those that are known already."""
    if distro.id != "rhel":
        return distro
    found = redhat_streams.completed((*distro.streams, *streams), distro.version)
    return msgspec.structs.replace(distro, streams=found)


def _of_content(file: File) -> Fact:
    """What Red Hat's manifest of an image's repositories says; no more than that names no distribution."""
    try:
        return Distro(id="", repositories=redhat_streams.of_manifest(file.data))
    except ValueError as error:
        return Gap(stage="catalog", subject=file.path, reason=f"{worded(error)}"[:300])


def ecosystem(distro: str, version: str, codename: str = "") -> str:
    """OSV ecosystem with its release, for os-release's ``ID``, ``VERSION_ID`` and ``VERSION_CODENAME``.

    Empty for a distribution that is not in the table, whatever it says of being like another: advisories of a parent
    speak of the parent's packages.
    """
    suffix = _ECOSYSTEMS.get(distro)
    return suffix(version, codename) if suffix else ""


def manages(distro: str, type_: str) -> bool:
    """Whether packages of this package URL type are a distribution's own, so that its advisories speak of them.

    A package of another type beside them (a ``deb`` in an Alpine image) came from elsewhere. A distribution that is not
    in the table may manage any.
    """
    return type_ == _FORMATS.get(distro, "rpm" if distro in _ECOSYSTEMS else type_)


@lru_cache(maxsize=256)
def named(name: str, version: str, codename: str = "") -> Distro:
    """A distribution as other tools write it, as os-release would state it.

    Debian's ``VERSION_ID`` does not include point releases; a code name in the version's place gives the version.
    """
    name = _ALIASES.get(name.lower(), name.lower())
    name = {known.lower(): known for known in _ECOSYSTEMS}.get(name, name)
    version = version.strip().partition(" ")[0]
    codenames: Mapping[str, str] = {"debian": CODENAMES, "ubuntu": _UBUNTU}.get(name, {})
    if version.lower() in codenames:
        codename, version = version.lower(), codenames[version.lower()]
    if name == "debian":
        version = "" if version == UNSTABLE else version.partition(".")[0]
    return Distro(id=name, version=version, codename=codename)


def of_purl(type_: str, namespace: str, qualifiers: Mapping[str, str]) -> Distro | None:
    """The distribution that the package URL of an operating-system package names; None if it names none.

    ``distro`` is ``debian-12``, ``3.20.1`` with the namespace ``alpine``, or a code name; Docker Scout writes
    ``os_name`` and ``os_version``. The namespace alone names a distribution of unknown release.
    """
    stated = qualifiers.get("distro", "")
    if not stated and "os_name" in qualifiers:
        stated = f"{qualifiers['os_name']}-{qualifiers.get('os_version', '')}"
    name, dash, version = stated.rpartition("-")
    known = _ALIASES.get(stated.lower(), stated.lower())
    if version[:1].isdigit():
        found = named(name or namespace, version)
    elif version.lower() in CODENAMES or version.lower() in _UBUNTU:
        found = named(name or ("debian" if version.lower() in CODENAMES else "ubuntu"), version)
    elif dash and version and _ALIASES.get(name.lower(), name.lower()) in _ECOSYSTEMS:
        found = named(name, "", version)
    else:
        found = named(known if known in _ECOSYSTEMS else namespace, "")
    return found if found.id and manages(found.id, type_) else None


def _reader(path: str) -> Callable[[str], Distro | None]:
    if path in _OS_RELEASE:
        return _os_release
    if path in _DEBIAN_SOURCES:
        return _debian_sources
    return _READERS.get(path, _release_line)


def _os_release(text: str) -> Distro | None:
    fields = _assignments(text)
    distro = fields.get("ID", "")
    if not distro:
        return None
    codename = fields.get("VERSION_CODENAME", "")
    if distro == "centos" and "Stream" in fields.get("NAME", ""):
        codename = "stream"
    elif distro == "openEuler":
        update = _PARENTHESES().search(fields.get("VERSION", ""))
        codename = update[1] if update else codename
    return Distro(
        id=distro,
        version=fields.get("VERSION_ID", ""),
        codename=codename,
        pretty_name=fields.get("PRETTY_NAME", "") or fields.get("NAME", ""),
    )


def _assignments(text: str) -> dict[str, str]:
    return {key: _unquoted(value.strip()) for key, value in _ASSIGNMENT().findall(text)}


def _unquoted(value: str) -> str:
    """A shell word's value; text that no shell would accept is taken as it stands."""
    if value[:1] not in {'"', "'"} and "\\" not in value:
        return value
    import shlex

    try:
        return "".join(shlex.split(value)[:1])
    except ValueError:
        return value.strip("\"'")


def _lsb_release(text: str) -> Distro | None:
    fields = _assignments(text)
    distro = fields.get("DISTRIB_ID", "").lower()
    if not distro:
        return None
    return Distro(
        id=distro,
        version=fields.get("DISTRIB_RELEASE", ""),
        codename=fields.get("DISTRIB_CODENAME", ""),
        pretty_name=fields.get("DISTRIB_DESCRIPTION", ""),
    )


def _alpine_release(text: str) -> Distro | None:
    version = text.strip()
    return Distro(id="alpine", version=version, pretty_name=f"Alpine Linux {version}") if version else None


def _debian_version(text: str) -> Distro | None:
    """``12.5``, or ``forky/sid`` before the release."""
    version = text.strip()
    if not version:
        return None
    number = version.partition(".")[0]
    if number.isdecimal():
        return Distro(id="debian", version=number, pretty_name=f"Debian GNU/Linux {version}")
    return Distro(id="debian", codename=version.partition("/")[0], pretty_name=f"Debian GNU/Linux {version}")


def _debian_sources(text: str) -> Distro | None:
    return Distro(id="debian", codename="sid", pretty_name="Debian GNU/Linux sid") if _UNSTABLE().search(text) else None


def _release_line(text: str) -> Distro | None:
    """``CentOS Linux release 7.9.2009 (Core)`` and its kin: a name, perhaps ``release``, a version, a code name."""
    line = text.strip().partition("\n")[0].strip()
    if not line or len(line) > _LINE:
        return None
    match = _RELEASE_LINE().fullmatch(line)
    name, version, codename = match.groups("") if match else (line, "", "")
    distro = next((known for word, known in _WORDS if name.startswith(word)), name.lower())
    if distro == "centos" and "Stream" in name:
        codename = "stream"
    patch = _PATCH_LEVEL().search(text)
    if distro == "sles" and patch and "." not in version:
        version = f"{version}.{patch[1]}"
    return Distro(id=distro, version=version.rstrip("."), codename=codename, pretty_name=line)


_READERS: Mapping[str, Callable[[str], Distro | None]] = {
    "etc/lsb-release": _lsb_release,
    "etc/alpine-release": _alpine_release,
    _DEBIAN_VERSION: _debian_version,
}


def _major(name: str) -> Callable[[str, str], str]:
    return lambda version, _: f"{name}:{version.partition('.')[0]}" if version else ""


def _whole(name: str) -> Callable[[str, str], str]:
    return lambda version, _: f"{name}:{version}" if version else ""


def _rolling(name: str) -> Callable[[str, str], str]:
    return lambda _version, _codename: name


def _debian(version: str, codename: str) -> str:
    release = version.partition(".")[0] or CODENAMES.get(codename, "")
    return f"Debian:{release}" if release else ""


def _ubuntu(version: str, _codename: str) -> str:
    """April releases of even years have long-term support."""
    year, _, month = version.partition(".")
    long_term = year.isdecimal() and int(year) % 2 == 0 and month.startswith("04")
    return f"Ubuntu:{version}{':LTS' if long_term else ''}" if version else ""


def _alpine(version: str, _codename: str) -> str:
    """``3.20.3`` is of branch v3.20, ``3.21.0_alpha20240923`` of edge."""
    if "_" in version or version == "edge":
        return "Alpine:edge"
    return f"Alpine:v{'.'.join(version.split('.')[:2])}" if version else ""


def _centos(version: str, codename: str) -> str:
    major = version.partition(".")[0]
    stream = codename == "stream" or (major.isdecimal() and int(major) > 8)
    return f"CentOS{' Stream' if stream else ''}:{major}" if major else ""


def _amazon(version: str, _codename: str) -> str:
    """The first Amazon Linux has dates for versions (``2018.03``)."""
    major, dot, _ = version.partition(".")
    return f"Amazon Linux:{'1' if dot and major.startswith('201') else major}" if version else ""


def _suse(product: str) -> Callable[[str, str], str]:
    """``15.5`` is service pack 5 up to version 15; from 16 on there are none."""

    def name(version: str, _codename: str) -> str:
        major, _, pack = version.partition(".")
        if not major.isdecimal():
            return ""
        if int(major) > 15:
            return f"SUSE:{product} {version}"
        return f"SUSE:{product} {major}{f' SP{pack}' if pack.strip('0') else ''}"

    return name


def _open_euler(version: str, update: str) -> str:
    return f"openEuler:{version}{f'-{update}' if update else ''}" if version else ""


_ECOSYSTEMS: Mapping[str, Callable[[str, str], str]] = {
    "almalinux": _major("AlmaLinux"),
    "alpaquita": _whole("Alpaquita"),
    "alpine": _alpine,
    "amzn": _amazon,
    "arch": _rolling("Arch Linux"),
    "azurelinux": _major("Azure Linux"),
    "bellsoft-hardened-containers": _whole("BellSoft Hardened Containers"),
    "bottlerocket": _rolling("Bottlerocket"),
    "centos": _centos,
    "chainguard": _rolling("Chainguard"),
    "debian": _debian,
    "echo": _rolling("Echo"),
    "fedora": _whole("Fedora"),
    "gentoo": _rolling("Gentoo"),
    "mageia": _major("Mageia"),
    "mariner": _major("Azure Linux"),
    "minimos": _rolling("MinimOS"),
    "ol": _major("Oracle Linux"),
    "openEuler": _open_euler,
    "opensuse": _whole("openSUSE"),
    "opensuse-leap": lambda version, _: f"openSUSE:Leap {version}" if version else "",
    "opensuse-tumbleweed": _rolling("openSUSE:Tumbleweed"),
    "photon": _whole("Photon OS"),
    "rhel": _major("Red Hat:enterprise_linux"),
    "rocky": _major("Rocky Linux"),
    "sl-micro": lambda version, _: f"SUSE:Linux Micro {version}" if version else "",
    "sle-micro": lambda version, _: f"SUSE:Linux Enterprise Micro {version}" if version else "",
    "sled": _suse("Linux Enterprise Desktop"),
    "sles": _suse("Linux Enterprise Server"),
    "sles_sap": _suse("Linux Enterprise Server for SAP Applications"),
    "ubuntu": _ubuntu,
    "wolfi": _rolling("Wolfi"),
}
"""Every distribution that is known, by os-release's ``ID``."""

_FORMATS: Mapping[str, str] = {
    **dict.fromkeys(("debian", "echo", "ubuntu"), "deb"),
    **dict.fromkeys(("alpaquita", "alpine", "bellsoft-hardened-containers", "chainguard", "minimos", "wolfi"), "apk"),
    "arch": "alpm",
    "gentoo": "ebuild",
}
"""Package URL types of those whose packages are no RPMs."""
_ALIASES: Mapping[str, str] = {
    "alma": "almalinux", "amazon": "amzn", "amazonlinux": "amzn", "archlinux": "arch", "cbl-mariner": "mariner",
    "openeuler": "openEuler", "opensuse.leap": "opensuse-leap", "opensuse.tumbleweed": "opensuse-tumbleweed",
    "oracle": "ol", "oraclelinux": "ol", "redhat": "rhel", "rockylinux": "rocky", "slem": "sle-micro", "suse": "sles",
    "suse linux enterprise server": "sles",
}  # fmt: skip
"""Other tools' names of distributions, and os-release's ``ID`` for them."""
