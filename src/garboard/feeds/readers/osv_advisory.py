"""What an OSV record (schema 1.7) says about one ecosystem, as an advisory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

import msgspec

from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, base
from garboard.feeds.readers.osv_ranges import ended, intervals
from garboard.feeds.readers.osv_record import OsvAffected, OsvRecord, OsvSeverity, Specifics
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status

DETAILS = 4096
"""Characters of a description that are kept."""
REFERENCES = 32
SYMBOLS = 1000
"""Of one entry; one with more is not told of at all."""
GO = "Go"
_NAMES = 64
"""Systems or processors of one entry."""
SUBSCRIPTIONS = MappingProxyType({"Ubuntu": "Ubuntu Pro"})
"""Ecosystems with fixes that only subscribers get."""
_RECORD = msgspec.json.Decoder(OsvRecord)
_SPECIFICS = msgspec.json.Decoder(Specifics)
_CVE = re.compile(r"(?:^|-)(CVE-\d{4}-\d{4,})$")
_ERRATUM = re.compile(r"^(?:DSA|DLA|DTSA|USN|LSN)-")
_NOT_SECURITY = re.compile(r"^(?:ALBA|ALEA|RHBA|RHEA|RLBA|RLEA)-")
_NAME = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_MODULAR = re.compile(r"\.module[_+]el\d")
_STREAM = re.compile(r"(?<!\S)([a-z0-9][\w.+-]*:[\w.+-]*\w)(?!\S)")
_SUMMARY_WORD = re.compile(r"^(Critical|Important|Moderate|Low): ")


def for_subscribers(ecosystem: str) -> str:
    """The ecosystem of the fixes that Ubuntu publishes for subscribers of Ubuntu Pro only; empty for all others."""
    name, _, release = ecosystem.partition(":")
    return f"{name}:Pro:{release}" if name in SUBSCRIPTIONS and release.endswith(":LTS") else ""


def read(data: bytes) -> OsvRecord:
    """Decode a record.

    Raises:
        decoding.UNUSABLE: It is not OSV.
    """
    return _RECORD.decode(data)


def advise(record: OsvRecord, ecosystem: str, feed: str) -> Advisory | None:
    """Return what one record says about one ecosystem; None if it says nothing."""
    mine = [item for item in record.affected or () if _is_of(item, ecosystem)]
    if not mine:
        return None
    specifics = _specifics(record.database_specific)
    aliases, related, errata = _linkage(record, ECOSYSTEMS[base(ecosystem)].scheme)
    if _NOT_SECURITY.match(record.id) and not related:
        return None
    return Advisory(
        id=record.id,
        feed=feed,
        aliases=aliases,
        related=related,
        errata=errata,
        summary=record.summary or "",
        details=(record.details or "")[:DETAILS],
        published=record.published or "",
        modified=record.modified or "",
        withdrawn=record.withdrawn or "",
        ratings=_ratings(record, specifics),
        cwes=tuple(cwe for cwe in specifics.cwe_ids or () if isinstance(cwe, str)),
        references=tuple(item.url for item in (record.references or ())[:REFERENCES] if item.url),
        malicious=record.id.startswith("MAL-"),
        affected=() if record.withdrawn else _affected(mine, record, ecosystem),
    )


def _is_of(item: OsvAffected, ecosystem: str) -> bool:
    if item.package is None or not item.package.name:
        return False
    stated = item.package.ecosystem
    # A registry's own address follows a language's name (Maven:https://…); a release, or a distribution's packages of a
    # language (Echo:PyPI), are part of the ecosystem.
    registries = ECOSYSTEMS[base(ecosystem)].registries
    return stated in {ecosystem, for_subscribers(ecosystem)} or (registries and stated.startswith(f"{ecosystem}:"))


def _specifics(raw: msgspec.Raw) -> Specifics:
    # Every database fills these fields in its own way: an unknown shape gives no facts, and does no other harm.
    try:
        return _SPECIFICS.decode(raw)
    except UNUSABLE:
        return Specifics()


def _linkage(record: OsvRecord, scheme: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the aliases, the vulnerabilities that an erratum fixes, and the errata among the aliases.

    ``DEBIAN-CVE-x`` and similar ids name the CVE in ``upstream``. An erratum (DSA, USN, and all of the RPM world) names
    several CVEs in whichever of the three fields its author chose. ``related`` of anything else is only a hint and is
    dropped.
    """
    named = (*(record.aliases or ()), *(record.upstream or ()))
    if scheme == "rpm" or _ERRATUM.match(record.id):
        fixed = (*named, *(record.related or ()))
        return (), tuple(dict.fromkeys(cve for item in fixed if (cve := _cve(item)))), ()
    own = _cve(record.id)
    found = (*((own,) if own else ()), *named, *(cve for item in named if (cve := _cve(item))))
    # An erratum may fix several vulnerabilities: as an alias of two of them it would make them one.
    others = [item for item in dict.fromkeys(found) if item != record.id]
    errata = tuple(item for item in others if _ERRATUM.match(item))
    return tuple(item for item in others if item not in errata), (), errata


def _cve(text: str) -> str:
    match = _CVE.search(text)
    return match.group(1) if match else ""


def _ratings(record: OsvRecord, specifics: Specifics) -> tuple[Rating, ...]:
    source = _source(record.id)
    found = [_rating(source, item) for item in record.severity or ()]
    if isinstance(specifics.severity, str) and specifics.severity:
        found.append(Rating(source=source, word=specifics.severity))
    elif word := _SUMMARY_WORD.match(record.summary or ""):
        found.append(Rating(source=source, word=word.group(1)))
    return tuple(found)


def _source(identifier: str) -> str:
    """Return the source of a rating, from the identifier's prefix: ``ghsa`` for ``GHSA-…``."""
    return identifier.partition("-")[0].lower()


def _rating(source: str, item: OsvSeverity) -> Rating:
    if item.type.startswith("CVSS"):
        return Rating(source=source, vector=item.score)
    return Rating(source=item.type.lower() or source, word=item.score)


def _affected(items: list[OsvAffected], record: OsvRecord, ecosystem: str) -> tuple[Affected, ...]:
    """Return one entry per package, with the ranges of all its mentions merged; RPM modules stay separate.

    A fix for everybody and one for subscribers both stay: which counts depends on the build that is installed. Without
    the first, the second alone does.
    """
    free = _merged([item for item in items if not _needs_subscription(item)], record, ecosystem)
    paid = _merged([item for item in items if _needs_subscription(item)], record, ecosystem)
    fixed = {one.package for one in free if any(each.fixed for each in one.ranges)}
    paid_fixes = {one.package for one in paid if any(each.fixed for each in one.ranges)}
    known = {one.package for one in free}
    return (
        *(one for one in free if one.package in fixed or one.package not in paid_fixes),
        *(one for one in paid if one.package in paid_fixes or one.package not in known),
    )


def _needs_subscription(item: OsvAffected) -> bool:
    stated = item.package.ecosystem if item.package else ""
    return base(stated) in SUBSCRIPTIONS and stated.split(":")[1:2] == ["Pro"]


def _merged(items: list[OsvAffected], record: OsvRecord, ecosystem: str) -> tuple[Affected, ...]:
    merged: dict[tuple[str, str, str, str], Affected] = {}
    for number, item in enumerate(items):
        one = _package(item, record, ecosystem)
        modular = f"{number}" if one.module or _is_modular(one) else ""
        key = (one.ecosystem, one.package, repr(one.rating), modular)
        old = merged.get(key)
        merged[key] = one if old is None else _union(old, one)
    return tuple(merged.values())


def _union(one: Affected, two: Affected) -> Affected:
    return msgspec.structs.replace(
        one,
        ranges=tuple(dict.fromkeys(one.ranges + two.ranges)),
        versions=tuple(dict.fromkeys(one.versions + two.versions)),
        status=Status.FIXED if Status.FIXED in (one.status, two.status) else one.status,
        unmatchable=one.unmatchable or two.unmatchable,
        symbols=tuple(dict.fromkeys(one.symbols + two.symbols)) if one.symbols and two.symbols else (),
        platforms=tuple(dict.fromkeys(one.platforms + two.platforms)) if one.platforms and two.platforms else (),
    )


def _package(item: OsvAffected, record: OsvRecord, ecosystem: str) -> Affected:
    assert item.package is not None  # `_is_of` kept only these
    about = ECOSYSTEMS[base(ecosystem)]
    versions = tuple(item.versions or ())
    ranges, trouble = intervals(item.ranges or (), about.scheme, has_versions=bool(versions))
    ranges = ended(ranges, _specifics(item.database_specific).last_known_affected_version_range, about.scheme)
    subscription = SUBSCRIPTIONS[base(ecosystem)] if _needs_subscription(item) else ""
    fixes = [each.fixed for each in ranges if each.fixed]
    one = Affected(
        ecosystem=ecosystem,
        package=about.normalize(item.package.name),
        scheme=about.scheme,
        ranges=ranges,
        versions=versions,
        status=_status(fixed=bool(fixes), subscription=subscription),
        subscription=subscription,
        note=f"fixed in {', '.join(fixes)}, with {subscription} only" if fixes and subscription else "",
        rating=_own_rating(item, record),
        symbols=tuple(_symbols(item)) if base(ecosystem) == GO else (),
        platforms=_platforms(item) if base(ecosystem) == GO else (),
        unmatchable=trouble or ("" if ranges or versions else "it names no versions"),
    )
    return msgspec.structs.replace(one, module=_module(record.summary or "")) if _is_modular(one) else one


def _status(*, fixed: bool, subscription: str) -> Status:
    if not fixed:
        return Status.AFFECTED
    return Status.SUBSCRIBERS if subscription else Status.FIXED


def _own_rating(item: OsvAffected, record: OsvRecord) -> Rating | None:
    source = _source(record.id)
    for severity in item.severity or ():
        return _rating(source, severity)
    specifics = _specifics(item.ecosystem_specific)
    for word in (specifics.urgency, specifics.severity):
        if isinstance(word, str) and word:
            return Rating(source=source, word=word)
    return None


def _symbols(item: OsvAffected) -> Iterator[str]:
    """The functions that have the vulnerability, or a whole package; nothing where one is named in another way."""
    imports = _specifics(item.ecosystem_specific).imports
    entries = imports if isinstance(imports, list) else []
    if len(entries) > SYMBOLS or not all(
        isinstance(one, dict) and isinstance(one.get("path"), str) and one["path"] for one in entries
    ):
        return
    for one in entries:
        symbols = one.get("symbols")
        named = isinstance(symbols, list) and symbols and all(isinstance(each, str) and each for each in symbols)
        yield from (
            (f"{one['path']}.{each}" for each in symbols) if named and len(symbols) <= SYMBOLS else (one["path"],)
        )


def _platforms(item: OsvAffected) -> tuple[str, ...]:
    """Where the code that has the vulnerability is built, if each of its packages is limited to some systems or processors."""
    imports = _specifics(item.ecosystem_specific).imports
    found: dict[str, None] = {}
    for one in imports if isinstance(imports, list) and len(imports) <= SYMBOLS else ():
        systems, processors = (_words(one, "goos"), _words(one, "goarch")) if isinstance(one, dict) else ((), ())
        if not systems and not processors:
            return ()
        found.update(dict.fromkeys(f"{os}/{arch}" for os in systems or ("*",) for arch in processors or ("*",)))
    return tuple(found) if len(found) <= SYMBOLS else ()


def _words(entry: dict[str, object], key: str) -> tuple[str, ...]:
    """A list of names; nothing where it is written in another way."""
    stated = entry.get(key)
    words = stated if isinstance(stated, list) and len(stated) <= _NAMES else []
    return tuple(words) if all(isinstance(one, str) and _NAME.fullmatch(one) for one in words) else ()


def _is_modular(one: Affected) -> bool:
    return any(_MODULAR.search(each.fixed or each.introduced) for each in one.ranges if isinstance(each, Range))


def _module(summary: str) -> str:
    """Return the module in an erratum's summary (``nodejs:18 security update``); empty if it names several."""
    streams = set(_STREAM.findall(summary))
    return streams.pop() if len(streams) == 1 else ""
