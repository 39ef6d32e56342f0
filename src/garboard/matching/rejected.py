"""What the data say about installed packages without making a finding: why a vulnerability does not apply."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from garboard.matching.advisory_names import advised
from garboard.matching.modules import NOT_STATED, Builds
from garboard.matching.ranges import Judged, describe, judge, key
from garboard.matching.subscriptions import concerning
from garboard.model.advisory import Affected, Hit, Lookup, Status
from garboard.model.explanation import Consideration, Standing
from garboard.model.package import Package
from garboard.versions.invalid import InvalidVersion

_FIRST: Final = ("CVE-", "GHSA-")


def consider(
    packages: Iterable[Package], database: Lookup, ids: Collection[str], streams: tuple[str, ...] = ()
) -> tuple[Consideration, ...]:
    """All records under one of these identifiers (in any case) that cover one of the packages but do not apply.

    Packages that another one owns, applications, and those without data are skipped, as in matching. ``streams`` are the
    distribution's.
    """
    wanted = {name.casefold() for name in ids}
    found: dict[Consideration, None] = {}
    for package in packages:
        if package.owner or package.application or not package.ecosystem or not database.covers(package.ecosystem):
            continue
        found.update(dict.fromkeys(_of(package, database, wanted, streams)))
    return tuple(found)


def denied(packages: Iterable[Package], database: Lookup, streams: tuple[str, ...] = ()) -> Iterator[Consideration]:
    """All records by which a source says that one of the packages is not affected in its release."""
    for package in packages:
        if package.owner or package.application or not package.ecosystem or not database.covers(package.ecosystem):
            continue
        for question in advised(package):
            hits = concerning(database.hits(package.ecosystem, question.name), question.version, streams)
            builds = Builds(package, question.version, hits)
            for hit in hits:
                if hit.affected.status is Status.NOT_AFFECTED and builds.concern(hit):
                    ids = tuple(dict.fromkeys((hit.advisory.id, *hit.advisory.aliases, *hit.advisory.related)))
                    yield _consideration(
                        package, hit, Standing.NOT_AFFECTED, ids, question.version, Judged(affected=False)
                    )


def _of(package: Package, database: Lookup, wanted: set[str], streams: tuple[str, ...]) -> Iterator[Consideration]:
    for question in advised(package):
        hits = concerning(database.hits(package.ecosystem, question.name), question.version, streams)
        builds = Builds(package, question.version, hits)
        for hit in hits:
            ids = tuple(dict.fromkeys((hit.advisory.id, *hit.advisory.aliases, *hit.advisory.related)))
            if not {name.casefold() for name in ids} & wanted:
                continue
            judged = judge(hit.affected, question.version)
            if builds.are_fixed_by(hit):
                judged = Judged(affected=False)
            elif judged.affected and builds.concern(hit) and not builds.certain(hit):
                judged = Judged(affected=False, unknown=NOT_STATED)
            standing = _standing(builds, hit, judged, question.version)
            if standing is not None:
                yield _consideration(package, hit, standing, ids, question.version, judged)


def _standing(builds: Builds, hit: Hit, judged: Judged, version: str) -> Standing | None:
    """The standing; None if it is a finding."""
    if not builds.concern(hit):
        return Standing.OTHER_MODULE
    if hit.affected.status is Status.NOT_AFFECTED:
        return Standing.NOT_AFFECTED
    if judged.unknown:
        return Standing.UNKNOWN
    if hit.affected.status is Status.UNDETERMINED:
        return Standing.UNDETERMINED
    if judged.affected:
        return None
    return Standing.FIXED if builds.are_fixed_by(hit) or _fix(hit.affected, version) else Standing.OUTSIDE


def _fix(affected: Affected, version: str) -> str:
    """The highest fixed version that the installed one has reached."""
    try:
        installed = key(affected.scheme, version)
        reached = [
            (key(affected.scheme, interval.fixed), interval.fixed)
            for interval in affected.ranges
            if interval.fixed and key(affected.scheme, interval.fixed) <= installed
        ]
    except InvalidVersion:
        return ""
    return max(reached)[1] if reached else ""


def _consideration(
    package: Package, hit: Hit, standing: Standing, ids: tuple[str, ...], version: str, judged: Judged
) -> Consideration:
    return Consideration(
        package=package,
        standing=standing,
        ids=tuple(sorted(ids, key=lambda name: not name.startswith(_FIRST))),
        feed=hit.advisory.feed,
        matched_by=f"{hit.affected.ecosystem} {hit.affected.package}",
        installed=version,
        fixed_in=_fix(hit.affected, version) if standing is Standing.FIXED else "",
        ranges=describe(hit.affected),
        reason=judged.unknown
        or hit.affected.note
        or (hit.affected.module if standing is Standing.OTHER_MODULE else ""),
    )
