"""SUSE Linux Enterprise and openSUSE: an OVAL document for each release, of what is fixed, unfixed and not affected.

A package is of a release, or of one of its modules. Fixes of a service pack past its general support are for those who pay
for longer support (LTSS and its kin).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final, NamedTuple

from garboard.feeds.readers import oval
from garboard.feeds.readers.osv_ecosystems import scheme
from garboard.feeds.readers.single_shard import only
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap

NAME = "suse"
CAVEAT = ""
URL: Final = "https://ftp.suse.com/pub/projects/security/oval"
SUBSCRIPTION: Final = "SUSE Long Term Service Pack Support"

_CVE: Final = re.compile(r"^CVE-\d{4}-\d{4,}$")
_VECTOR: Final = re.compile(r"^[\d.]+/(?=\w)")
_SERVER: Final = re.compile(
    r"^Linux Enterprise (Server(?: for SAP Applications)?|Desktop) (\d{1,2})(?: SP(\d{1,2})|\.(\d{1,2}))?$"
)
_MICRO: Final = re.compile(r"^Linux (Enterprise )?Micro (\d{1,2}\.\d{1,2})$")
_LEAP: Final = re.compile(r"^Leap (\d{1,2}\.\d{1,2})$")
_PLATFORM: Final = re.compile(
    r"^SUSE Linux Enterprise (Server(?: for SAP Applications)?|Desktop|Module for .+|Workstation Extension) "
    r"(\d+(?: SP\d+|\.\d+)?)(-[A-Z][\w-]*)?$"
)
_STATED: Final = re.compile(r"^(\S+) is (not )?affected$")
_BUILD: Final = re.compile(r"^(\S+)-([^-\s]+-[^-\s]+) is installed$")
_SIGNED: Final = " is signed with "
_INSTALLED: Final = " is installed"


class _Release(NamedTuple):
    """What a shard is of: its ecosystem, the beginnings of its documents' names, the products whose packages it may have."""

    ecosystem: str
    stems: tuple[str, ...]
    products: frozenset[str]
    version: str = ""
    """Of a service pack, which its modules have too."""


class _Said(NamedTuple):
    """One statement: a package's fix, or that it has none, or is not affected."""

    package: str
    status: Status
    fixed: str = ""


def shard_for(ecosystem: str) -> str | None:
    """Return the release's, as ``opensuse:Leap 15.6`` or ``suse:Linux Enterprise Server 15 SP6``."""
    family, _, name = ecosystem.partition(":")
    found = _release(name)
    return f"{family.lower()}:{name}" if found is not None and found.ecosystem == ecosystem else None


def known() -> tuple[str, ...]:
    """Return the forms of the shard names."""
    return (
        "suse:Linux Enterprise Server <release>",
        "suse:Linux Micro <release>.0",
        "opensuse:Leap <release>.0",
        "opensuse:Tumbleweed",
    )


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the release's document: the one that tells of unfixed packages too, else the one of what is fixed.

    Raises:
        FeedError: The shard is not a release.
    """
    names = [f"{stem}{kind}.xml" for stem in _of(shard).stems for kind in ("-affected", "")]
    files = [f"{name}{packed}" for name in names for packed in (".gz", ".bz2", "")]
    paths = [f"suse/oval/{name}{packed}" for name in names for packed in (".gz", ".bz2", ".xz", "")]
    return (
        FeedDocument(
            url=f"{URL}/{files[0]}",
            path=paths[0],
            other_urls=tuple(f"{URL}/{name}" for name in files[1:]),
            other_paths=tuple(paths[1:]),
        ),
    )


def _of(shard: str) -> _Release:
    name = shard.partition(":")[2]
    found = _release(name)
    if found is None or shard_for(found.ecosystem) != shard:
        raise FeedError(
            f"there is no shard {shard}",
            "name the release, as 'suse:Linux Enterprise Server 15 SP6' or 'opensuse:Leap 15.6'",
        )
    return found


def _release(name: str) -> _Release | None:
    if name == "Tumbleweed":
        return _Release("openSUSE:Tumbleweed", ("opensuse.tumbleweed",), frozenset({"openSUSE Tumbleweed"}))
    if found := _LEAP.match(name):
        own = f"openSUSE {name}"
        return _Release(f"openSUSE:{name}", (f"opensuse.leap.{found[1]}",), frozenset({own, f"{own} NonFree"}))
    if found := _MICRO.match(name):
        stem = f"suse.linux.{'enterprise.' if found[1] else ''}micro.{found[2]}"
        return _Release(f"SUSE:{name}", (stem,), frozenset({f"SUSE {name}"}))
    if found := _SERVER.match(name):
        edition, major, pack, minor = found.groups()
        kind = "desktop" if edition == "Desktop" else "server"
        stems: tuple[str, ...]
        if minor is not None:
            stems = (f"suse.linux.enterprise.{major}.{minor}",)
        else:
            stems = (
                f"suse.linux.enterprise.{major}{f'-sp{pack}' if pack else ''}",
                f"suse.linux.enterprise.{kind}.{major}",
            )
        products = {edition} if edition == "Desktop" else {"Server", edition}
        return _Release(f"SUSE:{name}", stems, frozenset(products), name.removeprefix(f"Linux Enterprise {edition} "))
    return None


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield an advisory for each CVE that concerns the release.

    Raises:
        FeedError: The document is not OVAL, or is about another release.
    """
    release = _of(shard)
    stream = only(shard, streams)
    yield FeedHeader(date=oval.date(stream), ecosystems=(release.ecosystem,))
    tests = oval.packages(stream, "SUSE")
    for definition in oval.definitions(stream, "SUSE", _is_platform):
        yield from _advisory(definition, release, tests)


def _is_platform(comment: str) -> bool:
    """Products have names of several words, and packages of one."""
    return comment.endswith(_INSTALLED) and " " in comment.removesuffix(_INSTALLED)


def _advisory(
    definition: oval.Definition, release: _Release, tests: Mapping[str, tuple[str, str, str]]
) -> Iterator[Record]:
    cve = definition.title.strip()
    if not _CVE.match(cve):
        yield Gap(stage="feeds", subject=f"suse {definition.id}"[:200], reason=f"it is about no CVE: {cve!r}"[:300])
        return
    odd: list[str] = []
    affected = tuple(_affected(definition, release, tests, odd))
    if odd:
        yield Gap(stage="feeds", subject=f"suse {cve}", reason=odd[0][:300])
    if not affected:
        return
    links = [(source, name, address) for source, name, address in definition.references if address]
    yield Advisory(
        id=cve,
        feed=NAME,
        details=definition.description[:4096],
        published=definition.issued,
        modified=definition.updated,
        ratings=_ratings(definition),
        references=tuple(address for source, _, address in links if source in {"SUSE CVE", "SUSE-SU"})[:32],
        affected=affected,
    )


def _ratings(definition: oval.Definition) -> tuple[Rating, ...]:
    """SUSE's own: it quotes NVD's beside them."""
    own = [_VECTOR.sub("", one) for cve in definition.cves if not cve.cve.endswith("at NVD") for one in cve.vectors[:1]]
    word = definition.severity
    return (Rating(source=NAME, word=word, vector=own[0] if own else ""),) if word or own else ()


def _affected(
    definition: oval.Definition, release: _Release, tests: Mapping[str, tuple[str, str, str]], odd: list[str]
) -> Iterator[Affected]:
    said: dict[tuple[str, str], dict[_Said, None]] = {}
    support: dict[tuple[str, ...], frozenset[str]] = {}
    for check in definition.checks:
        if check.beside not in support:
            told = (_support(one, release) for one in check.beside)
            support[check.beside] = frozenset(one for one in told if one is not None)
        paid = support[check.beside]
        try:
            one = _said(check, tests) if paid else None
        except ValueError as error:
            odd.append(str(error))
            continue
        if one is not None:
            said.setdefault((one.package, "" if "" in paid else SUBSCRIPTION), {})[one] = None
    for (package, subscription), statements in said.items():
        yield _entry(package, subscription, tuple(statements), release.ecosystem)


def _support(comment: str, release: _Release) -> str | None:
    """What one has to pay for to have a product's packages, empty for nothing; None for another release's product."""
    name = comment.removesuffix(_INSTALLED)
    if not release.version:
        return "" if name in release.products else None
    found = _PLATFORM.match(name)
    if found is None or found[2] != release.version:
        return None
    product, longer = found[1], found[3]
    if (
        product not in release.products
        and not product.startswith("Module for ")
        and (product != "Workstation Extension" or "Desktop" not in release.products)
    ):
        return None
    return SUBSCRIPTION if longer else ""


def _said(check: oval.Check, tests: Mapping[str, tuple[str, str, str]]) -> _Said | None:
    """What a check says; None if it is about signatures only.

    Raises:
        ValueError: It is of another form.
    """
    stated = _STATED.match(check.comment)
    if stated is not None:
        return _Said(stated[1], Status.NOT_AFFECTED if stated[2] else Status.AFFECTED)
    package, operation, version = tests.get(check.test, ("", "", ""))
    build = _BUILD.match(check.comment)
    if build is not None and operation != "less than":
        package, version = build[1], version if version.endswith(f":{build[2]}") else build[2]
    elif operation != "less than":
        if _SIGNED in check.comment:
            return None
        raise ValueError(f"not a check of SUSE's OVAL: {check.comment!r}")
    return _Said(package, Status.FIXED, version.removeprefix("0:"))


def _entry(package: str, subscription: str, said: tuple[_Said, ...], ecosystem: str) -> Affected:
    """A fix counts before the rest, which speaks of other modules' builds."""
    fixes = tuple(one.fixed for one in said if one.status is Status.FIXED)
    unfixed = any(one.status is Status.AFFECTED for one in said)
    if fixes:
        status = Status.SUBSCRIBERS if subscription else Status.FIXED
    else:
        status, subscription = Status.AFFECTED if unfixed else Status.NOT_AFFECTED, ""
    ranges = tuple(Range(introduced="0", fixed=fix) for fix in fixes) or ((Range(introduced="0"),) if unfixed else ())
    return Affected(
        ecosystem=ecosystem,
        package=package,
        scheme=scheme(ecosystem),
        ranges=ranges,
        status=status,
        subscription=subscription,
        note=f"fixed in {', '.join(fixes)}, with {subscription} only" if subscription else "",
    )
