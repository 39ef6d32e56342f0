"""Amazon Linux: the errata of its package repositories, as their ``updateinfo.xml``.

Amazon Linux 2 has a repository for each of its *extras* (``postgresql14``, ``kernel-5.15``), whose packages may have the
names of other repositories' packages at other versions: an erratum of one says nothing about those. Updates that a
running kernel loads (*livepatch*) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import BinaryIO, Final

from garboard.ecosystems.rpm.updateinfo import UpdatedPackage, security_updates
from garboard.feeds.readers import bounded
from garboard.feeds.readers.errata import advisory
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.model.advisory import Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Pointer, Record
from garboard.xml_stream import BadXml, elements

NAME = "amazon"
CAVEAT = "Amazon lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
CDN: Final = "https://cdn.amazonlinux.com"
EXTRAS: Final = (
    "BCC", "GraphicsMagick1.3", "R3.4", "R4", "ansible2", "aws-nitro-enclaves-cli", "awscli1", "collectd",
    "collectd-python3", "corretto8", "dnsmasq", "dnsmasq2.85", "docker", "ecs", "emacs", "epel", "firecracker", "firefox",
    "gimp", "golang1.11", "golang1.19", "golang1.9", "haproxy2", "httpd_modules", "java-openjdk11", "kernel-5.10",
    "kernel-5.15", "kernel-5.4", "kernel-ng", "lamp-mariadb10.2-php7.2", "libreoffice", "lustre", "lustre2.10", "lynis",
    "mariadb10.5", "mate-desktop1.x", "memcached1.5", "mock", "mock2", "nano", "nginx1", "nginx1.12", "php7.1", "php7.2",
    "php7.3", "php7.4", "php8.0", "php8.1", "php8.2", "postgresql10", "postgresql11", "postgresql12", "postgresql13",
    "postgresql14", "postgresql9.6", "python3", "python3.8", "redis4.0", "redis6", "ruby2.4", "ruby2.6", "ruby3.0", "rust1",
    "selinux-ng", "squid4", "tomcat8.5", "tomcat9", "unbound1.13", "unbound1.17", "vim",
)  # fmt: skip
"""Repositories of Amazon Linux 2 beside its core; ``amazon-linux-extras`` lists them."""

_MIRRORS: Final = MappingProxyType(
    {
        "1": "http://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list",
        "2": f"{CDN}/2/core/latest/x86_64/mirror.list",
        "2022": f"{CDN}/al2022/core/mirrors/latest/x86_64/mirror.list",
        "2023": f"{CDN}/al2023/core/mirrors/latest/x86_64/mirror.list",
    }
)
"""Where the core repository of each release is named."""
_FIRST_LINE: Final = r"^\s*(\S+)"
_UPDATEINFO: Final = r'<data type="updateinfo">.*?<location href="([^"]+)"'
_NUMBER: Final = re.compile(r"[-a-zA-Z_](\d+(?:\.\d+)*)$")


def shard_for(ecosystem: str) -> str | None:
    """Return ``amazon:2023`` for ``Amazon Linux:2023``."""
    release = ecosystem.removeprefix("Amazon Linux:")
    return f"{NAME}:{release}" if release != ecosystem and release in _MIRRORS else None


def known() -> tuple[str, ...]:
    """Return a shard for each release."""
    return tuple(f"{NAME}:{release}" for release in _MIRRORS)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the updateinfo of the core repository, and of each of the extras.

    Raises:
        FeedError: The shard is not a release.
    """
    release = _release(shard)
    core = _document(_MIRRORS[release], f"{NAME}/{release}/core")
    if release != "2":
        return (core,)
    extras = (
        _document(f"{CDN}/2/extras/{extra}/latest/x86_64/mirror.list", f"{NAME}/2/extras/{extra}", optional=True)
        for extra in EXTRAS
    )
    return (core, *extras)


def _document(mirrors: str, folder: str, *, optional: bool = False) -> FeedDocument:
    return FeedDocument(
        url="{}",
        pointers=(
            Pointer(url=mirrors, pattern=_FIRST_LINE),
            Pointer(url="{}/repodata/repomd.xml", pattern=_UPDATEINFO),
        ),
        path=f"{folder}/updateinfo.xml.gz",
        other_paths=(f"{folder}/updateinfo.xml",),
        optional=optional,
    )


def _release(shard: str) -> str:
    release = shard.removeprefix(f"{NAME}:")
    if release == shard or release not in _MIRRORS:
        raise FeedError(f"there is no shard {shard}", f"name the release, as {NAME}:2023")
    return release


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each erratum; one without packages is a gap.

    Raises:
        FeedError: A document is not an updateinfo.
    """
    release = _release(shard)
    yield FeedHeader(ecosystems=(f"Amazon Linux:{release}",))
    core: set[str] = set()
    for number, stream in enumerate(streams):
        if stream is None and not number:
            raise FeedError(f"{shard} has no document")
        if stream is not None:
            extra = EXTRAS[number - 1] if number else ""
            try:
                for erratum in security_updates(elements(bounded.chunks(stream))):
                    core |= {build.name for build in erratum.builds} if not extra else set()
                    affected = tuple(_affected(erratum.builds, release, extra, core))
                    yield advisory(NAME, erratum, affected, _page(erratum.id, release))
            except BadXml as error:
                raise FeedError(f"the feed is not an updateinfo: {error}") from error


def _page(identifier: str, release: str) -> tuple[str, ...]:
    """The erratum's page: that of ALAS2-2018-939 is /AL2/ALAS-2018-939.html."""
    folder = "" if release == "1" else f"AL{release}/"
    name = re.sub(rf"^ALAS{release}(?=[A-Z-])", "ALAS", identifier)
    return (f"https://alas.aws.amazon.com/{folder}{name}.html",)


def _affected(builds: Sequence[UpdatedPackage], release: str, extra: str, core: AbstractSet[str]) -> Iterator[Affected]:
    """One entry for each package, with every build that fixes it."""
    fixes: dict[str, dict[str, None]] = {}
    for build in builds:
        fixes.setdefault(build.name, {})[build.evr] = None
    for package, versions in fixes.items():
        yield Affected(
            ecosystem=f"Amazon Linux:{release}",
            package=package,
            scheme=scheme(f"Amazon Linux:{release}"),
            ranges=tuple(
                Range(introduced=_since(version, extra, package in core), fixed=version) for version in versions
            ),
            status=Status.FIXED,
        )


def _since(version: str, extra: str, in_core: bool) -> str:
    """Where an erratum's versions begin: extras are named after the release of the software that they bring.

    One that is not, of a package that the core has too, is about its own major release.
    """
    number = _NUMBER.search(extra)
    epoch, _, own = version.rpartition(":")
    if number is not None and own.startswith((f"{number[1]}.", f"{number[1]}-")):
        first = number[1]
    elif extra and in_core:
        first = re.split(r"[.-]", own, maxsplit=1)[0]
    else:
        return "0"
    return f"{epoch}:{first}" if epoch else first
