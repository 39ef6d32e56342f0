"""What the words of tags mean: releases of distributions, and names used by particular repositories."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.model import debian


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class DistroRelease(NamedTuple):
    """A distribution's release: os-release's ``ID`` and ``VERSION_ID``; ``version`` is empty if a tag leaves it open.

    ``development``: not released yet, or never to be.
    """

    distro: str
    version: str = ""
    development: bool = False


_UBUNTU: Final = (
    "precise:12.04 trusty:14.04 xenial:16.04 artful:17.10 bionic:18.04 cosmic:18.10 disco:19.04 eoan:19.10 focal:20.04 "
    "groovy:20.10 hirsute:21.04 impish:21.10 jammy:22.04 kinetic:22.10 lunar:23.04 mantic:23.10 noble:24.04 "
    "oracular:24.10 plucky:25.04 questing:25.10 resolute:26.04 stonking:26.10"
)


def _codenames(distro: str, text: str) -> dict[str, DistroRelease]:
    return {name: DistroRelease(distro, version) for name, _, version in (word.partition(":") for word in text.split())}


CODENAMES: Final = MappingProxyType(
    {
        **{
            name: DistroRelease("debian", version if version != name else "", development=name in debian.UNRELEASED)
            for name, version in debian.CODENAMES.items()
        },
        **_codenames("ubuntu", _UBUNTU),
        "edge": DistroRelease("alpine", "", development=True),
        "rawhide": DistroRelease("fedora", "", development=True),
    }
)
_RELEASES: Final = MappingProxyType(
    {(suite.distro, suite.version): name for name, suite in CODENAMES.items() if suite.version}
)
_PATTERNS: Final = (
    (re.compile(r"alpine(\d+\.\d+)?"), "alpine"),
    (re.compile(r"al(2|20\d\d)"), "amzn"),
    (re.compile(r"ubi(\d+)?"), "rhel"),
    (re.compile(r"oraclelinux(\d+)?|oracle()|ol(\d+)"), "ol"),
    (re.compile(r"(?:windowsservercore|nanoserver)()|ltsc(20\d\d)"), "windows"),
    (re.compile(r"debian(\d+)?"), "debian"),
    (re.compile(r"ubuntu(\d+\.\d+)?"), "ubuntu"),
    (re.compile(r"centos(\d+)?|stream(\d+)"), "centos"),
    (re.compile(r"rockylinux(\d+)?"), "rocky"),
    (re.compile(r"almalinux(\d+)?"), "almalinux"),
    (re.compile(r"fedora(\d+)?"), "fedora"),
    (re.compile(r"photon(\d+)?"), "photon"),
    (re.compile(r"azurelinux(\d\.\d)?"), "azurelinux"),
    (re.compile(r"mariner(\d\.\d)?"), "mariner"),
)


def suite_of(word: str) -> DistroRelease | None:
    """The release that one word of a tag names; None for a word that names none."""
    known = CODENAMES.get(word)
    if known is not None:
        return known
    for pattern, distro in _PATTERNS:
        found = pattern.fullmatch(word)
        if found is not None:
            return DistroRelease(distro, next((group for group in found.groups() if group), ""))
    return None


def codename(distro: str, version: str) -> str:
    """The code name of a Debian or Ubuntu release, by os-release's ``ID`` and ``VERSION_ID``; empty if not known."""
    return _RELEASES.get((distro, version), "") or _RELEASES.get((distro, version.partition(".")[0]), "")


_RELEASES_OF: Final = MappingProxyType(
    {
        "alpine": re.compile(r"3\.\d{1,2}(?:\.\d{1,2})?"),
        "ubuntu": re.compile(r"\d\d\.(?:04|10)"),
        "debian": re.compile(r"(?:[6-9]|1\d)(?:\.\d{1,2})?"),
        "fedora": re.compile(r"[2-6]\d"),
        "amzn": re.compile(r"[12]|20\d\d"),
        "photon": re.compile(r"[1-9](?:\.0)?"),
        **dict.fromkeys(("rhel", "centos", "rocky", "almalinux", "ol"), re.compile(r"(?:[5-9]|1\d)(?:\.\d{1,2})?")),
    }
)
"""What a distribution's releases look like; of others any number may be one."""


def is_release(number: str, distro: str, known: str = "") -> bool:
    """Whether a number after a distribution's name is its release; ``known`` is ``id version`` by an image's os-release."""
    identity, _, version = known.partition(" ")
    if identity == distro and version:
        return f"{version}.".startswith(f"{number}.") or f"{number}.".startswith(f"{version}.")
    pattern = _RELEASES_OF.get(distro)
    return pattern is None or pattern.fullmatch(number) is not None


CHANNELS: Final = _words(
    "latest lts current mainline stable oldstable oldoldstable rolling innovation community default"
)
"""Words for the newest of a kind, without a version."""
NODE_LINES: Final = MappingProxyType(
    {
        "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14", "gallium": "16",
        "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
    }
)  # fmt: skip
"""Node's names of its long-term lines, and their majors."""
DEVELOPMENT: Final = _words(
    "rc alpha beta preview pre dev devel ea tip nightly milestone experimental unstable testing buggy kitten snapshot next "
    "canary edge"
)
"""Words that mark a prerelease."""
RUNTIMES: Final = _words(
    "jdk jre otp java php temurin corretto amazoncorretto semeru ibmjava ibm openjdk sapmachine zulu graalvm graal community "
    "microsoft liberica dragonwell python node and"
)
"""Words after which a number is the version of a program other than the repository's own."""

DISTRIBUTIONS: Final = MappingProxyType(
    {
        "debian": "debian", "ubuntu": "ubuntu", "alpine": "alpine", "fedora": "fedora", "almalinux": "almalinux",
        "rockylinux": "rocky", "amazonlinux": "amzn", "oraclelinux": "ol", "centos": "centos", "photon": "photon",
        "ubi": "rhel", "sles": "sles", "leap": "opensuse-leap", "buildpack-deps": "",
    }
)  # fmt: skip
"""Repositories with the distribution's own version, by os-release's ``ID`` (empty: several)."""
UBI: Final = re.compile(r"ubi\d*(?:-(?:minimal|micro|init|standard))?|rhel\d*")
"""Names that Red Hat's base images have in its registries."""
ALIASES: Final = MappingProxyType(
    {
        "nodejs": "node", "postgresql": "postgres", "mongodb": "mongo", "go": "golang", "rocky": "rockylinux",
        "amazon-corretto": "amazoncorretto", "temurin": "eclipse-temurin", "nginx-unprivileged": "nginx",
        "minideb": "debian", "baseimage-debian": "debian", "baseimage-ubuntu": "ubuntu", "baseimage-alpine": "alpine",
        "fedora-minimal": "fedora", "bci-base": "sles", "bci-minimal": "sles", "bci-micro": "sles",
    }
)  # fmt: skip
"""What other publishers call the programs of official repositories."""
SNAPSHOTS: Final = frozenset(("alpine",))
"""Repositories in which a date alone is a snapshot of what is being developed; elsewhere it is the version."""
DEV_BUILDS: Final = frozenset(("haproxy",))
"""Repositories in which ``dev`` after a version is a prerelease; elsewhere it is a variant with more tools."""
PAIRED: Final = frozenset(
    ("postgis", "zulu-openjdk", "zulu-openjdk-alpine", "zulu-openjdk-debian", "zulu-openjdk-centos")
)
"""Repositories in which the number after the version counts on within it."""
MAJOR_PARTS: Final = MappingProxyType({"ubuntu": 2, "mariadb": 1})
"""How many parts of a version make up its major part, if not one."""
COMPATIBLE_PARTS: Final = MappingProxyType({"python": 2, "php": 2, "ruby": 2, "perl": 2, "elixir": 2})
"""The same for languages with extensions that are built for more than the major part."""
ODD_MAJORS: Final = frozenset(("node",))
"""Repositories in which odd majors are short-lived."""
ODD_MINORS: Final = frozenset(("perl",))
"""Repositories in which odd minors are for development."""
STABLE_EVEN: Final = frozenset(("nginx",))
"""Repositories in which even minors are the stable line, and odd ones the mainline."""
VERSION_VARIABLES: Final = MappingProxyType(
    {
        "python": "PYTHON_VERSION", "node": "NODE_VERSION", "ruby": "RUBY_VERSION", "golang": "GOLANG_VERSION",
        "php": "PHP_VERSION", "nginx": "NGINX_VERSION", "rust": "RUST_VERSION", "httpd": "HTTPD_VERSION",
        "tomcat": "TOMCAT_VERSION", "redis": "REDIS_VERSION",
    }
)  # fmt: skip
"""Variables in which official images state the version of what they have; an image on top of one inherits it."""
WEEKLIES: Final = frozenset(("jenkins",))
"""Repositories in which a version of two parts is a weekly release, and one of three is of a long-term line."""
LANGUAGES: Final = MappingProxyType(
    {
        "python": "Python", "node": "Node.js", "ruby": "Ruby", "php": "PHP", "golang": "Go", "rust": "Rust",
        "perl": "Perl", "elixir": "Elixir", "erlang": "Erlang", "openjdk": "Java", "eclipse-temurin": "Java",
        "amazoncorretto": "Java",
    }
)  # fmt: skip
"""Repositories of languages, and their display names."""
