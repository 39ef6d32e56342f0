"""The secdb format of apk distributions: ``{packages: [{pkg: {name, secfixes: {version: [ids]}}}]}``.

It lists only fixed issues, and under version ``0`` those that never affected the distribution. ``name`` is the origin
(source) package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from garboard.ecosystems.apk import version as apk
from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, base
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import Record
from garboard.model.gap import Gap
from garboard.versions.invalid import InvalidVersion

_CVE = re.compile(r"\bCVE[-_ ](\d{4})[-_](\d{4,})")
_GHSA = re.compile(r"\bGHSA(?:-[0-9a-z]{4}){3}\b")
_OTHER = re.compile(r"^[A-Z][A-Z0-9_-]*\d[\w.-]*$")


class _Package(msgspec.Struct, frozen=True, gc=False):
    name: str
    secfixes: dict[str, tuple[str, ...] | None] | None = None


class _Entry(msgspec.Struct, frozen=True, gc=False):
    pkg: _Package


_ENTRY = msgspec.json.Decoder(_Entry)


def parse(stream: BinaryIO, feed: str, ecosystem: str) -> Iterator[Record]:
    """Yield an advisory for each pair of package and identifier; entries without an identifier are gaps.

    Raises:
        FeedError: The text is not JSON or has no ``packages``.
    """
    found = False
    for path, data in json_stream.split(bounded.chunks(stream), 2):
        found = found or path[:1] == ("packages",)
        if path[:1] != ("packages",) or len(path) != 2:
            continue
        try:
            package = _ENTRY.decode(data).pkg
        except UNUSABLE as error:
            yield Gap(stage="feeds", subject=f"{feed} packages[{path[1]}]", reason=f"not a package: {error}"[:300])
            continue
        yield from _advisories(package, feed, ecosystem)
    if not found:
        raise FeedError("the feed is not a secdb: it lists no packages")


def _advisories(package: _Package, feed: str, ecosystem: str) -> Iterator[Record]:
    versions: dict[str, list[str]] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    for version, notes in (package.secfixes or {}).items():
        for note in notes or ():
            named = identifiers(note)
            if not named:
                yield Gap(
                    stage="feeds", subject=f"{feed} {package.name}"[:200], reason=f"no identifier: {note!r}"[:300]
                )
            for identifier, others in named.items():
                versions.setdefault(identifier, []).append(version)
                aliases[identifier] = tuple(dict.fromkeys(aliases.get(identifier, ()) + others))
    for identifier, fixed in versions.items():
        yield Advisory(
            id=identifier,
            feed=feed,
            aliases=aliases[identifier],
            affected=(_affected(package.name, ecosystem, fixed),),
        )


def identifiers(note: str) -> Mapping[str, tuple[str, ...]]:
    """Return the identifiers in one note of a maintainer, each with its aliases.

    ``CVE-2017-2616 (+ regression fix)`` is one CVE; so is ``CVE_2019-2426``. A GHSA beside one CVE is its alias. Other
    identifiers (``XSA-196``) are not, because they can cover several CVEs. Without a CVE the identifier is the GHSA,
    else the first word that looks like one.
    """
    cves = dict.fromkeys(f"CVE-{year}-{number}" for year, number in _CVE.findall(note))
    ghsas = tuple(dict.fromkeys(_GHSA.findall(note)))
    if cves:
        return dict.fromkeys(cves, ghsas if len(cves) == 1 else ())
    if ghsas:
        return dict.fromkeys(ghsas, ())
    words = [word for word in note.split() if _OTHER.match(word)]
    return {words[0]: ()} if words else {}


def _affected(package: str, ecosystem: str, versions: list[str]) -> Affected:
    fixed = _highest([version for version in versions if version != "0"])
    return Affected(
        ecosystem=ecosystem,
        package=package,
        scheme=ECOSYSTEMS[base(ecosystem)].scheme,
        ranges=tuple(Range(introduced="0", fixed=version) for version in fixed),
        status=Status.FIXED if fixed else Status.NOT_AFFECTED,
    )


def _highest(versions: list[str]) -> list[str]:
    """Return the highest version, because an issue that was fixed again was not fixed before.

    If one is not an apk version, return all of them.
    """
    if len(versions) < 2:
        return versions
    try:
        return [max(versions, key=apk.key)]
    except InvalidVersion:
        return list(dict.fromkeys(versions))
