"""Reads and matches an image once, for every command that judges one; and opens its package mirrors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from garboard.cli.failure import all_repeated
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garboard.cli.settings import Analysis, Opening, PackageMirrors
    from garboard.model.image import Files, Reader
    from garboard.model.report import Report
    from garboard.workflows.judge import Supply
    from garboard.workflows.query_mirrors import Web


class Analyzed(NamedTuple):
    """A report, and what was read for it; ``files`` is None for an SBOM."""

    report: Report
    files: Files | None


def analyzed(settings: Analysis, readers: Sequence[Reader] = (), supplied: Supply | None = None) -> Analyzed:
    """Scan the image; ``readers`` as in `garboard.workflows.scan.take`; ``supplied`` is one that several images share.

    Raises:
        GarboardError: the image cannot be scanned.
    """
    from garboard.packages import vex_documents
    from garboard.workflows import scan

    opening = settings.opening
    taken = scan.take(settings.image, opening.options, opening.cache, (*readers, vex_documents), attested=True)
    report = scan.report_on(
        taken,
        database=settings.data.database,
        now=opening.now,
        options=opening.options,
        cache=opening.cache,
        supply=supplied or supply(settings),
        build=settings.build,
        catalog=settings.data.catalog,
    )
    policy = settings.policy
    inside, too_many = vex_documents.of(taken.files.histories if taken.files else ())
    gaps = (*taken.attestations.vex_gaps, *too_many)
    if inside or taken.attestations.vex:
        from garboard.policy.vex.attached import Trusted, weigh

        weighed = weigh((*taken.attestations.vex, *inside), report.image, policy.trusted if policy else Trusted())
        report = msgspec.structs.replace(report, vex=weighed.sources)
        gaps += weighed.gaps
        policy = policy._replace(statements=(*policy.statements, *weighed.statements)) if policy else None
    report = msgspec.structs.replace(report, gaps=(*report.gaps, *gaps))
    if policy is not None:
        from garboard.policy.apply import set_aside

        report = set_aside(report, policy)
    return Analyzed(msgspec.structs.replace(report, gaps=all_repeated(report.gaps)), taken.files)


def supply(settings: Analysis) -> Supply:
    """A supply that fetches what is missing, unless that is forbidden, or the report is as of a day: then data stay as they are."""
    from garboard.workflows.data_supply import FetchingSupply, OfflineSupply, PastSupply

    opening, data = settings.opening, settings.data
    if opening.as_of:
        return PastSupply(data.database, opening.now, data.feeds)
    if opening.options.offline:
        return OfflineSupply(data.database, opening.now, data.feeds)
    return FetchingSupply(
        data.database,
        now=opening.now,
        progress=opening.options.progress,
        quiet=opening.quiet,
        ca_file=opening.options.ca_file,
        limits=opening.options.limits,
        origin=data.feeds,
    )


def refuse_offline(what: str, *, offline: bool) -> None:
    """Refuse to run without connections.

    Raises:
        UsageError: no connection may be opened.
    """
    if offline:
        raise UsageError(f"{what} asks package mirrors, which --offline forbids", "leave out --offline")


def web(opening: Opening, mirrors: PackageMirrors) -> Web:
    """HTTP access to the mirrors."""
    from garboard.net.client import Client
    from garboard.workflows.query_mirrors import Web

    options = opening.options
    client = Client(offline=options.offline, ca_file=options.ca_file, limits=options.limits)
    return Web(client, mirrors=mirrors.pairs, folder=mirrors.folder, progress=options.progress)
