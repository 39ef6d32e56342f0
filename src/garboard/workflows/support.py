"""What is no longer supported: releases past their end, releases that left their feed, single packages without support.

Nobody publishes what is found in them, so that "no known issue" means little: such packages were not judged.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from garboard.model.gap import Gap, some
from garboard.model.lifecycle import Lifecycles, State, Support
from garboard.model.package import NAMED_RUNTIMES, SYSTEM_TYPES, Inventory, Package
from garboard.model.timestamp import day

if TYPE_CHECKING:
    from garboard.model.advisory import FeedState
    from garboard.workflows.judge import Judgment

_NAMED = 5


class Supported(NamedTuple):
    """How many packages were judged, those that were not, and why not."""

    judged: int
    unjudged: tuple[Package, ...]
    gaps: tuple[Gap, ...]


def supported(
    inventory: Inventory,
    judgment: Judgment,
    lifecycles: Lifecycles | None,
    feeds: Iterable[FeedState],
    now: dt.datetime,
) -> Supported:
    """What of a judgment stands. Packages with findings do: those issues are there."""
    found = {finding.package.id for finding in judgment.findings}
    passed_over = {package.id for package in judgment.unjudged}
    by_ecosystem: dict[str, list[Package]] = defaultdict(list)
    for package in inventory.packages:
        if package.type in SYSTEM_TYPES and package.ecosystem and not (package.owner or package.application):
            by_ecosystem[package.ecosystem].append(package)
    left = {kept.ecosystem: kept.date for feed in feeds for kept in feed.kept}
    moved: list[Package] = []
    gaps: list[Gap] = []
    for ecosystem, packages in by_ecosystem.items():
        clean = [one for one in packages if one.id not in found and one.id not in passed_over]
        reason = _ended(ecosystem, left, _asked(lifecycles, now))
        if reason:
            gaps.append(Gap(stage="match", subject=ecosystem, reason=reason + _not_judged(clean), support=True))
            moved += clean
        elif lifecycles is not None:
            stated = _stated(packages, lifecycles.support(ecosystem))
            gaps += _of_packages(ecosystem, stated, day(now))
            moved += [one for one in clean if one.source in stated and _over(stated[one.source], day(now))]
    programs, ended, unknown = _ended_programs(inventory, lifecycles, now)
    if unknown:
        named = some(sorted(set(unknown)), _NAMED)
        reason = f"whether the release lines of these are maintained is not known: {named}"
        gaps.append(Gap(stage="match", subject=NAMED_RUNTIMES, reason=reason, names=named.names))
    for name, packages in programs.items():
        clean = [one for one in packages if one.id not in found and one.id not in passed_over and not one.only_named]
        reason = f"its support ended on {ended[name]}{_not_judged(clean)}"
        gaps.append(Gap(stage="match", subject=name, reason=reason, support=True))
        moved += clean
    return Supported(judgment.judged - len(moved), (*judgment.unjudged, *moved), tuple(gaps))


def _ended_programs(
    inventory: Inventory, lifecycles: Lifecycles | None, now: dt.datetime
) -> tuple[dict[str, list[Package]], dict[str, str], list[str]]:
    """Programs and runtimes whose line has ended, by the line, and its last day; and those that are only named and not known."""
    programs: dict[str, list[Package]] = defaultdict(list)
    ended: dict[str, str] = {}
    unknown: list[str] = []
    alone = [one for one in inventory.packages if not one.owner and one.type not in SYSTEM_TYPES]
    if lifecycles is not None and alone:
        from garboard.baseimage.lifecycle import Lifetimes, has_end

        lifetimes = Lifetimes(lifecycles, now)
        for package in alone:
            span = lifetimes.of_program(package) if has_end(package) else None
            if package.only_named and (span is None or span.state is State.UNKNOWN):
                unknown.append(f"{package.name} {package.version}")
            if span is not None and span.state is State.ENDED:
                programs[span.name].append(package)
                ended[span.name] = span.until or "an unknown day"
    return programs, ended, unknown


def _asked(lifecycles: Lifecycles | None, now: dt.datetime) -> Callable[[str], str]:
    """The last day of support of an ecosystem's release by its name, if it has ended; else empty."""

    def last_day(ecosystem: str) -> str:
        if lifecycles is None:
            return ""
        from garboard.baseimage.lifecycle import Lifetimes

        span = Lifetimes(lifecycles, now).of_ecosystem(ecosystem)
        return (span.until or "an unknown day") if span is not None and span.state is State.ENDED else ""

    return last_day


def _ended(ecosystem: str, left: dict[str, str], last_day: Callable[[str], str]) -> str:
    reasons = []
    if last := last_day(ecosystem):
        reasons.append(f"its security support ended on {last}")
    if ecosystem in left:
        reasons.append(f"it is no longer published; its last data, of {left[ecosystem][:10]}, were used")
    return "; ".join(reasons)


def _not_judged(packages: Sequence[Package]) -> str:
    if not packages:
        return ""
    count = f"{len(packages)} package{'s' if len(packages) != 1 else ''} without a known issue"
    return f", so {count} {'were' if len(packages) != 1 else 'was'} not judged: what was found since is not known"


def _stated(packages: Iterable[Package], supports: Iterable[Support]) -> dict[str, Support]:
    """What is said of the source packages that are there; a whole name counts before one with ``*``."""
    exact = {one.package: one for one in supports}
    stems = [(name.removesuffix("*"), one) for name, one in exact.items() if name.endswith("*")]
    found: dict[str, Support] = {}
    for source in dict.fromkeys(package.source for package in packages):
        one = exact.get(source) or next((one for stem, one in stems if source.startswith(stem)), None)
        if one is not None and not one.full:
            found[source] = one
    return found


def _over(support: Support, today: str) -> bool:
    """Whether the support of a package has ended."""
    return support.ends and support.until < today


def _of_packages(ecosystem: str, told: dict[str, Support], today: str) -> Iterator[Gap]:
    over = [f"{name}{f' (since {one.until})' if one.until else ''}" for name, one in told.items() if _over(one, today)]
    limited = [name for name, one in told.items() if not one.ends]
    if over:
        named = some(over, _NAMED)
        reason = f"the distribution no longer supports {named}"
        yield Gap(stage="match", subject=ecosystem, reason=reason, support=True, names=named.names)
    if limited:
        named = some(limited, _NAMED)
        reason = f"the distribution supports these for some uses only (debian-security-support): {named}"
        yield Gap(stage="match", subject=ecosystem, reason=reason, support=True, names=named.names)
