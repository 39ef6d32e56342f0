"""Scans an image: takes a reference, returns a report.

Time is an argument; the database, the cache and the supplier of missing data are parameters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard import image
from garboard.image.handle import OpenedInventory, OpenedTree
from garboard.image.layers.cache import Cache, NoCache
from garboard.image.options import Options
from garboard.model.ecosystem import Documents
from garboard.model.errors import UsageError
from garboard.model.gap import Gap, some
from garboard.model.image import Attestations, Files, Image, Reader
from garboard.model.lifecycle import Lifecycles
from garboard.model.package import SOFTWARE, SYSTEM_TYPES, Inventory
from garboard.model.report import Report
from garboard.model.timestamp import parsed
from garboard.packages import distro, redhat_streams
from garboard.packages.assemble import assemble, complete
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS, SCRIPTS, joined, nothing
from garboard.workflows.judge import judge
from garboard.workflows.support import supported

if TYPE_CHECKING:
    from garboard.model.advisory import FeedState, Lookup
    from garboard.model.attribution import Attribution
    from garboard.model.baseimage import Catalog, LineageStep
    from garboard.workflows.attribute import Build, Whose
    from garboard.workflows.judge import Supply

STALE_DAYS = 7
"""Age since data were last fetched or confirmed; most feeds change every day."""

OLD = dt.timedelta(days=60)
"""Age of data by their own date, whenever they were fetched."""


_WITH_ATTESTATIONS: Final = frozenset({"registry", "oci-dir", "oci-archive"})
"""Sources of images beside which attestations lie."""


class Taken(NamedTuple):
    """An image, its packages, every version of the files that list them (None for an SBOM), and its attestations."""

    image: Image
    inventory: Inventory
    files: Files | None
    attestations: Attestations = Attestations()


def take(
    reference: str,
    options: Options,
    cache: Cache | None = None,
    readers: Sequence[Reader] = (),
    *,
    attested: bool = False,
) -> Taken:
    """Open an image, read it and list its packages; ``readers`` read files in addition to the catalogers.

    With ``attested`` its attestations are fetched too.

    Raises:
        GarboardError: the image cannot be read.
    """
    opened = image.load(reference, options)
    try:
        if isinstance(opened, OpenedInventory):
            return Taken(opened.image, known(opened.inventory), None)
        if options.declared or (isinstance(opened, OpenedTree) and opened.tree.sources):
            readers = (*readers, *DECLARATIONS)
        if isinstance(opened, OpenedTree) and opened.tree.sources:
            readers = (*readers, *SCRIPTS)
        if options.sboms:
            from garboard.sbom import within

            readers = (*readers, within)
        files = image.read(opened, (*CATALOGERS, *readers), cache or NoCache(), options)
        attestations = opened.attestations() if attested and not isinstance(opened, OpenedTree) else Attestations()
        inventory = _labeled(_assembled(files, options), opened.image)
        return Taken(opened.image, inventory, files, attestations)
    finally:
        close = getattr(opened, "close", None)
        if close is not None:
            close()


def _labeled(inventory: Inventory, of: Image) -> Inventory:
    """The inventory with what the image's labels say of its distribution."""
    if inventory.distro is None or inventory.distro.id != "rhel":
        return inventory
    told = redhat_streams.of_cpe(dict(of.labels).get("cpe", ""))
    return msgspec.structs.replace(inventory, distro=distro.with_streams(inventory.distro, told))


def _assembled(files: Files, options: Options) -> Inventory:
    return assemble(joined(files, _documents(options)), options.names_of_archives)


def _documents(options: Options) -> Documents:
    """The files of the local repository of Maven that was named."""
    if not options.maven_repository:
        return nothing
    root = Path(options.maven_repository).expanduser()
    if not root.is_dir():
        raise UsageError(
            f"{options.maven_repository} is no folder", "--maven-repository takes one like ~/.m2/repository"
        )

    def read(path: str) -> bytes | None:
        file = root / path
        try:
            return file.read_bytes() if file.stat().st_size <= options.limits.text_bytes else None
        except (OSError, ValueError):
            return None

    return read


def nothing_found(of: Image, inventory: Inventory) -> tuple[Gap, ...]:
    """A gap if nothing is there to judge: that is not a clean bill of health, but something that could not be known."""
    if not all(package.application for package in inventory.packages):
        return ()
    named = some(package.full_name for package in inventory.packages)
    reason = (
        f"holds nothing but {named}, and no dependency that is installed or that a lock file lists"
        if named.text
        else "holds no package that is known to this program"
    )
    return (Gap(stage="catalog", subject=of.name, reason=reason, names=named.names),)


def take_inventory(reference: str, options: Options, cache: Cache | None = None) -> tuple[Image, Inventory]:
    """Like `take`, but returns only the image and its inventory."""
    return take(reference, options, cache)[:2]


def known(inventory: Inventory) -> Inventory:
    """An inventory from elsewhere (an SBOM), with its ecosystems and dependencies filled in."""
    found = inventory.distro
    if found is not None:
        found = msgspec.structs.replace(found, ecosystem=distro.ecosystem(found.id, found.version, found.codename))
    return Inventory(packages=complete(inventory.packages, found), distro=found, gaps=inventory.gaps)


def analyze(
    of: Image,
    inventory: Inventory,
    database: Lookup,
    now: dt.datetime,
    supply: Supply | None = None,
    *,
    target_file: str = "",
    base_image: str = "",
    attributed: Whose | None = None,
) -> Report:
    """Match an inventory from any source against a database; ``now`` is the report's time."""
    from garboard.matching import trace

    attribution = attributed.attribution if attributed else None
    database.begin()
    judgment = judge(inventory, database, supply)
    findings = trace(judgment.findings, inventory.packages)
    no_support = supply.support(_maintained(inventory)) if supply else ()
    lifecycles = database if isinstance(database, Lifecycles) else None
    coverage = supported(inventory, judgment, lifecycles, database.used(), now)
    feeds = database.used()
    gaps = (
        *inventory.gaps,
        *nothing_found(of, inventory),
        *judgment.no_advisories,
        *judgment.no_facts,
        *no_support,
        *_of_feeds(feeds, now),
        *_unanalyzed(inventory, feeds),
        *(supply.used(feeds) if supply else ()),
        *judgment.not_matched,
        *coverage.gaps,
        *(attribution.gaps if attribution else ()),
    )
    return Report(
        image=of,
        inventory=inventory,
        findings=attributed.of(findings) if attributed else findings,
        gaps=tuple(dict.fromkeys(gaps)),
        feeds=feeds,
        judged=coverage.judged,
        unjudged=coverage.unjudged,
        created=now,
        target_file=target_file,
        base_image=base_name(base_image, attribution),
        attribution=attribution,
        lineage=_lineage(of, attributed),
    )


def base_name(named: str, attribution: Attribution | None) -> str:
    """The base's name as the Dockerfile or the user says, unless the layers say something else."""
    if attribution is None:
        return named
    from garboard.attribution import base_boundary

    if not named or attribution.base.stated or base_boundary.disproved(named, attribution.gaps):
        return attribution.base.name
    return named


def _lineage(of: Image, attributed: Whose | None) -> tuple[LineageStep, ...]:
    if attributed is None or not attributed.ancestors:
        return ()
    from garboard.baseimage.lineage import lineage

    return lineage(of, attributed.ancestors)


def _maintained(inventory: Inventory) -> tuple[str, ...]:
    """What has a release whose support may end: the ecosystems of system packages, and programs that nothing owns."""
    found = {package.ecosystem for package in inventory.packages if package.type in SYSTEM_TYPES}
    alone = [one for one in inventory.packages if one.type not in SYSTEM_TYPES and not one.owner]
    if alone:
        from garboard.baseimage.lifecycle import has_end

        found.update(f"{one.type}:{one.name}" for one in alone if has_end(one))
    return tuple(sorted(found - {""}))


def _of_feeds(feeds: Iterable[FeedState], now: dt.datetime) -> list[Gap]:
    """What the data themselves cannot say: caveats, records that could not be read, and their age."""
    gaps = []
    for feed in feeds:
        reasons = [feed.caveat] if feed.caveat else []
        if feed.skipped:
            reasons.append(f"{feed.skipped} records of this feed could not be read: {'; '.join(feed.gaps[:2])}")
        own = parsed(feed.data_date)
        if own is not None and now - own > OLD:
            reasons.append(f"its data are of {own.date()}; what was published since is not known")
        age = feed.age(now)
        if age is None or age.days > STALE_DAYS:
            when = "at an unknown time" if age is None else f"{age.days} days ago"
            reasons.append(f"last fetched {when}; newer vulnerabilities are not known: garboard db update {feed.shard}")
        gaps += [Gap(stage="database", subject=feed.shard, reason=reason) for reason in reasons]
    return gaps


def _unanalyzed(inventory: Inventory, feeds: Iterable[FeedState]) -> list[Gap]:
    """What was judged by what NVD says of software cannot be in what NVD has not said."""
    waiting = [feed for feed in feeds if feed.unanalyzed]
    software = {one.ecosystem: one.name for one in inventory.packages if one.ecosystem.startswith(f"{SOFTWARE}:")}
    if not waiting or not software:
        return []
    from garboard.feeds import nvd, shard_for

    judged = {name for ecosystem, name in software.items() if shard_for(ecosystem) == nvd.NAME}
    if not judged:
        return []
    count = sum(feed.unanalyzed for feed in waiting)
    oldest, newest = waiting[0].shard, waiting[-1].shard
    years = oldest if oldest == newest else f"{oldest} to {newest}"
    names = some(sorted(judged))
    reason = f"{count} CVEs are not analyzed by NVD: whether they are in {names} is not known"
    return [Gap(stage="database", subject=years, reason=reason, names=names.names)]


def scan(
    reference: str,
    *,
    database: Lookup,
    now: dt.datetime | str,
    options: Options | None = None,
    cache: Cache | None = None,
    supply: Supply | None = None,
    build: Build | None = None,
    catalog: Catalog | None = None,
) -> Report:
    """Read an image and match it.

    Args:
        reference: as on the command line: ``debian:12``, ``image.tar``, ``oci-dir:layout`` …
        database: for example ``garboard.open_database()``.
        now: the report's time; a text is read as RFC 3339.
        options: how to open the image.
        cache: where layers' contributions are kept; none by default.
        supply: fetches missing data; nothing by default.
        build: how the image was built: its Dockerfile, its base image.
        catalog: base images for recognizing what the image was built on; none by default.

    Raises:
        GarboardError: the image or the database cannot be read, or ``now`` names no zone; its message says what to do.
    """
    options = options or Options()
    return report_on(
        take(reference, options, cache, attested=True),
        database=database,
        now=_moment(now),
        options=options,
        cache=cache,
        supply=supply,
        build=build,
        catalog=catalog,
    )


def _moment(now: dt.datetime | str) -> dt.datetime:
    found = parsed(now) if isinstance(now, str) else now
    if found is None or found.tzinfo is None:
        raise UsageError(f"the report's time is none with a zone: {now}", "as in 2026-01-31T12:00:00Z")
    return found


def report_on(
    taken: Taken,
    *,
    database: Lookup,
    now: dt.datetime,
    options: Options,
    cache: Cache | None = None,
    supply: Supply | None = None,
    build: Build | None = None,
    catalog: Catalog | None = None,
) -> Report:
    """Attribute and match an image that was already read. See `scan`."""
    from garboard.workflows.attribute import Build, whose

    build = (build or Build()).on(taken.image.platform)
    attributed = whose(
        taken.image,
        taken.inventory,
        build,
        options,
        lambda other: take_inventory(other, options, cache),
        catalog=catalog,
        attestations=taken.attestations,
        now=now,
    )
    report = analyze(
        taken.image,
        taken.inventory,
        database,
        now,
        supply,
        target_file=build.file_name,
        base_image=build.named_base,
        attributed=attributed,
    )
    beside = taken.attestations
    return msgspec.structs.replace(
        report,
        provenance=_attested(taken),
        signatures=beside.signatures,
        signatures_problem=beside.signatures_problem,
    )


def _attested(taken: Taken) -> bool | None:
    """Whether a provenance is beside the image; None where there can be none, or it could not be read."""
    if taken.image.source not in _WITH_ATTESTATIONS or taken.attestations.gaps:
        return None
    return bool(taken.attestations.provenance)
