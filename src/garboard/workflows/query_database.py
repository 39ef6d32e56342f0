"""Asks the database directly, without an image: what it says of a package or a vulnerability, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from garboard import ecosystems
from garboard.database import store
from garboard.database.read import USES, Database
from garboard.database.shard import Shard
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS, base
from garboard.matching.advisory_names import advised
from garboard.matching.ranges import judge
from garboard.model.advisory import Affected, Hit
from garboard.model.answers import Change, Comparison, DataRecord, Difference, PackageAnswer, VulnerabilityAnswer
from garboard.model.errors import UsageError
from garboard.model.package import Package

_ORDER: Final = (None, Comparison.AFFECTED, Comparison.UNKNOWN, Comparison.NOT_AFFECTED)


def of_package(database: Database, query: str, ecosystem: str = "") -> PackageAnswer:
    """What the data say of ``NAME`` or ``NAME@VERSION``, in all ecosystems or in one (``PyPI``, ``Debian``, ``Debian:12``).

    The name is the advisories': the source package's for most distributions.

    Raises:
        UsageError: the database has nothing of the ecosystem.
    """
    name, version = _name_and_version(query)
    if query.startswith("pkg:"):
        name, version, ecosystem = _of_purl(query, ecosystem)
    held = sorted(
        (one, shard) for shard in database.shards() for one in database.shard(shard).ecosystems if _is(one, ecosystem)
    )
    if not held:
        about = ecosystem or "packages"
        raise UsageError(f"the database has no data of {about}", "see: garboard db status")
    told = [_told(shard, hit, version) for one, shard in held for hit in _hits(database.shard(shard), one, name)]
    told.sort(key=lambda one: _ORDER.index(one.verdict))
    return PackageAnswer(
        package=name, version=version, ecosystems=tuple(dict.fromkeys(one for one, _ in held)), told=tuple(told)
    )


def of_vulnerability(database: Database, identifier: str) -> VulnerabilityAnswer:
    """The records that name an identifier (CVE, GHSA, DSA, …), in any case, and what is known of the CVE itself."""
    wanted = identifier.strip()
    told: list[DataRecord] = []
    for shard in database.shards():
        for advisory in database.shard(shard).naming(wanted):
            whole, bare = advisory.affected, msgspec.structs.replace(advisory, affected=())
            told += [DataRecord(shard=shard, advisory=bare, affected=one) for one in whole]
            if not whole:
                told.append(
                    DataRecord(shard=shard, advisory=bare, affected=Affected(ecosystem="", package="", scheme=""))
                )
    for shard in USES:
        if shard in database.shards():
            database.shard(shard)  # an old one is an error here
    facts = database.facts((wanted.upper(),)) if wanted.upper().startswith("CVE-") else {}
    return VulnerabilityAnswer(identifier=identifier, told=tuple(told), facts=tuple(facts.values()))


def between(old: Path, new: Path) -> Difference:
    """What changed for which packages from one database's directory to another's."""
    before, after = set(store.installed(old)), set(store.installed(new))
    changes: list[Change] = []
    unchanged: list[str] = []
    with Database(old) as one, Database(new) as two:
        for shard in sorted(before & after):
            found = list(_changes(dict(one.shard(shard).digests()), dict(two.shard(shard).digests())))
            changes += found
            unchanged += [] if found else [shard]
    return Difference(
        changes=tuple(changes),
        only_old=tuple(sorted(before - after)),
        only_new=tuple(sorted(after - before)),
        unchanged=tuple(unchanged),
    )


Key = tuple[str, str, str]
"""Ecosystem, package, identifier."""


def _changes(old: dict[Key, bytes], new: dict[Key, bytes]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            kind = "new" if key not in old else "gone" if key not in new else "changed"
            yield Change(ecosystem=key[0], package=key[1], id=key[2], kind=kind)


def _is(ecosystem: str, wanted: str) -> bool:
    return not wanted or f"{ecosystem}:".casefold().startswith(f"{wanted}:".casefold())


def _name_and_version(query: str) -> tuple[str, str]:
    name, at, version = query.rpartition("@")
    if at and name and not version.strip():
        raise UsageError(f"{query} names no version", f"leave out the @, or name one: {name}@1.2.3")
    return (name, version) if at and name else (query, "")  # @scope/name is a name


def _of_purl(query: str, ecosystem: str) -> tuple[str, str, str]:
    """The name under which advisories list what a package URL names, its version, and its ecosystem if that is told.

    Raises:
        UsageError: it is no package URL.
    """
    from packageurl import PackageURL

    try:
        purl = PackageURL.from_string(query)
    except ValueError as error:
        raise UsageError(
            f"{query} is no package URL: {error}", "name the package: garboard db query NAME@VERSION"
        ) from error
    known = ecosystems.of(purl.type)
    system = known.system or not known.osv
    package = Package(
        type=purl.type,
        name=purl.name,
        version=purl.version or "",
        scheme=known.order,
        namespace="" if system else purl.namespace or "",
        ecosystem=known.osv,
    )
    return advised(package)[0].name, package.version, ecosystem or known.osv


def _hits(shard: Shard, ecosystem: str, name: str) -> tuple[Hit, ...]:
    """What is said of a name; reports write a slash after a group where advisories have a colon."""
    found = tuple(shard.hits(ecosystem, _spelled(ecosystem, name)))
    return found or tuple(shard.hits(ecosystem, _spelled(ecosystem, name.replace("/", ":", 1))))


def _spelled(ecosystem: str, name: str) -> str:
    known = ECOSYSTEMS.get(base(ecosystem))
    return known.normalize(name) if known else name


def _told(shard: str, hit: Hit, version: str) -> DataRecord:
    if not version:
        return DataRecord(shard=shard, advisory=hit.advisory, affected=hit.affected)
    judged = judge(hit.affected, version)
    verdict = (
        Comparison.AFFECTED if judged.affected else Comparison.UNKNOWN if judged.unknown else Comparison.NOT_AFFECTED
    )
    return DataRecord(
        shard=shard,
        advisory=hit.advisory,
        affected=hit.affected,
        verdict=verdict,
        fixed=judged.fixed,
        reason=judged.unknown,
    )
