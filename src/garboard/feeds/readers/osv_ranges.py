"""Converting the events of OSV ranges into intervals, following the schema's evaluation algorithm."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from garboard.feeds.readers.osv_record import OsvEvent, OsvRange
from garboard.model.advisory import Range

_END = re.compile(r"(<=?) ?([^\s<>=,|]{1,100})")
_GIT_ONLY = "it names only commits, no versions"
_UNORDERED = "the order of its range's events cannot be known"
_LIMITED = "its range has a limit other than a commit"


def intervals(ranges: Iterable[OsvRange], scheme: str, *, has_versions: bool) -> tuple[tuple[Range, ...], str]:
    """Return the intervals of all ranges, and the reason why some could not be understood (empty if all were).

    ``GIT`` ranges are about commits, which an image does not show. They are ignored if versions are listed or another
    range applies; otherwise they are a reason.
    """
    found: list[Range] = []
    trouble = ""
    commits = False
    for item in ranges:
        if item.type == "GIT":
            commits = True
            continue
        some, reason = _of_events(item.events or (), scheme)
        found += some
        trouble = trouble or reason
    if commits and not found and not has_versions and not trouble:
        trouble = _GIT_ONLY
    return tuple(dict.fromkeys(found)), trouble


def ended(ranges: tuple[Range, ...], known: object, scheme: str) -> tuple[Range, ...]:
    """The ranges, of which the only one without an end gets the one that is known: ``< 4.0``, ``<= 1.2``."""
    stated = _END.fullmatch(known) if isinstance(known, str) else None
    open_ones = [one for one in ranges if not one.fixed and not one.last_affected]
    if stated is None or len(open_ones) != 1:
        return ranges
    (last,) = open_ones
    sign, end = stated.groups()
    keyed = _keyed([("introduced", last.introduced), ("end", end)], scheme)
    if keyed is None or not (keyed[0][0] < keyed[1][0] or (sign == "<=" and keyed[0][0] == keyed[1][0])):
        return ranges
    found = Range(
        introduced=last.introduced, last_affected=end if sign == "<=" else "", before=end if sign == "<" else ""
    )
    return tuple(found if one is last else one for one in ranges)


def _of_events(events: tuple[OsvEvent, ...], scheme: str) -> tuple[list[Range], str]:
    flat = [step for event in events for step in _steps(event)]
    if any(kind == "limit" and version != "*" for kind, version in flat):
        return [], _LIMITED
    ordered = _ordered([step for step in flat if step[0] != "limit"], scheme)
    if ordered is None:
        return [], _UNORDERED
    return list(_walk(ordered)), ""


def _steps(event: OsvEvent) -> Iterable[tuple[str, str]]:
    for kind in ("introduced", "fixed", "last_affected", "limit"):
        version = getattr(event, kind)
        if version is not None:
            yield kind, version


def _ordered(steps: list[tuple[str, str]], scheme: str) -> list[tuple[str, str]] | None:
    """Return the steps ordered by version; None if the order matters but is unknown. Equal versions keep their order."""
    starts = [step for step in steps if step[0] == "introduced"]
    if len(steps) - len(starts) <= 1 and len(starts) <= 1:
        return starts + [step for step in steps if step[0] != "introduced"]
    keyed = _keyed(steps, scheme)
    if keyed is not None:
        return [step for _, step in sorted(keyed, key=lambda pair: pair[0])]
    return steps if _alternates(steps) else None


def _keyed(steps: list[tuple[str, str]], scheme: str) -> list[tuple[Any, tuple[str, str]]] | None:
    from garboard import ecosystems
    from garboard.versions.invalid import InvalidVersion

    known = ecosystems.order(scheme)
    if known is None:
        return None
    key = known.key
    try:
        return [((0, 0) if version in {"0", ""} else (1, key(version)), (kind, version)) for kind, version in steps]
    except InvalidVersion:
        return None


def _alternates(steps: list[tuple[str, str]]) -> bool:
    """Report whether the steps are already in the order of their intervals, as nearly all are."""
    return all((kind == "introduced") == (number % 2 == 0) for number, (kind, _) in enumerate(steps))


def _walk(steps: list[tuple[str, str]]) -> Iterable[Range]:
    start: str | None = None
    for kind, version in steps:
        if kind == "introduced":
            start = version if start is None else start
        elif start is not None:
            fixed, last = (version, "") if kind == "fixed" else ("", version)
            yield Range(introduced=start, fixed=fixed, last_affected=last)
            start = None
    if start is not None:
        yield Range(introduced=start)
