"""Whether an advisory affects an installed version, and which version fixes it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from garboard import ecosystems
from garboard.model.advisory import Affected, Range, Status
from garboard.versions.invalid import InvalidVersion

UNTOLD: Final = "single versions of its line are listed as affected, and nothing is said of this one"
_START: Final = frozenset({"", "0"})


class Judged(NamedTuple):
    """``affected`` with the fixed version of the interval that contains the installed one (empty: none known).

    ``unknown`` says what could not be compared, if nothing else showed that it is affected.
    """

    affected: bool
    fixed: str = ""
    unknown: str = ""


@lru_cache(65536)
def key(scheme: str, text: str) -> Any:
    """The version's sort key.

    Raises:
        InvalidVersion: the version does not parse, or the scheme is not known.
    """
    found = ecosystems.order(scheme)
    if found is None:
        raise InvalidVersion(scheme or "known", text)
    return found.key(text)


def moves(scheme: str, version: str) -> bool:
    """Whether a package's version is the name of a branch, which can be compared with nothing."""
    found = getattr(ecosystems.order(scheme), "moves", None)
    return found is not None and found(version)


@lru_cache(4096)
def _last(scheme: str, text: str) -> Any:
    last = getattr(ecosystems.order(scheme), "last", None)
    return key(scheme, last(text) if last else text)


def _within(installed: Any, scheme: str, interval: Range) -> bool:
    if interval.introduced not in _START and installed < key(scheme, interval.introduced):
        return False
    if interval.fixed:
        return bool(installed < key(scheme, interval.fixed))
    if interval.before:
        return bool(installed < key(scheme, interval.before))
    if interval.last_affected:
        return bool(installed <= _last(scheme, interval.last_affected))
    return True


def _listed(affected: Affected, version: str) -> bool:
    """Whether a version is among those that are listed, however either is spelled."""
    if version in affected.versions or not affected.versions:
        return bool(affected.versions)
    order = ecosystems.order(affected.scheme)
    if order is None or not getattr(order, "SPELLINGS", False):
        return False
    try:
        installed = order.key(version)
    except InvalidVersion:
        return False
    return any(_is(affected.scheme, listed, installed) for listed in affected.versions)


def _is(scheme: str, text: str, installed: Any) -> bool:
    try:
        return bool(key(scheme, text) == installed)
    except InvalidVersion:
        return False


def judge(affected: Affected, version: str) -> Judged:
    """Compare one installed version. What cannot be compared is reported, never treated as "not affected"."""
    if affected.status is Status.NOT_AFFECTED:
        return Judged(affected=False)
    if _listed(affected, version):
        return Judged(affected=True, fixed=_next_fix(affected, version))
    if not affected.ranges and not affected.untold:
        return Judged(affected=False, unknown=affected.unmatchable)
    try:
        installed = key(affected.scheme, version)
    except InvalidVersion as error:
        return Judged(affected=False, unknown=str(error))
    unknown = affected.unmatchable if not affected.versions else ""
    for interval in affected.ranges:
        try:
            if _within(installed, affected.scheme, interval):
                fixed = interval.fixed if not affected.subscription and not _holds(affected, interval.fixed) else ""
                return Judged(affected=True, fixed=fixed or _next_fix(affected, version))
        except InvalidVersion as error:
            unknown = str(error)
    if not unknown and any(_within(installed, affected.scheme, interval) for interval in affected.untold):
        unknown = UNTOLD
    return Judged(affected=False, unknown=unknown)


def _holds(affected: Affected, fixed: str) -> bool:
    """Whether what ends one interval begins another, or is in it: then it is no fix."""
    if not fixed or len(affected.ranges) < 2:
        return False
    try:
        end = key(affected.scheme, fixed)
        return any(_within(end, affected.scheme, interval) for interval in affected.ranges)
    except InvalidVersion:
        return False


def _next_fix(affected: Affected, version: str) -> str:
    """The lowest fixed version above the installed one."""
    free = () if affected.subscription else affected.ranges
    fixes = {interval.fixed for interval in free if interval.fixed}
    try:
        installed = key(affected.scheme, version)
        above = sorted((key(affected.scheme, fix), fix) for fix in fixes if key(affected.scheme, fix) > installed)
    except InvalidVersion:
        return ""
    return next((fix for _, fix in above if not _holds(affected, fix)), "")


def describe(affected: Affected) -> tuple[str, ...]:
    """The ranges as text: ``>=1.0 <1.2.3``, ``<=2.0``, ``*``."""
    texts = []
    for interval in affected.ranges:
        parts = [] if interval.introduced in _START else [f">={interval.introduced}"]
        if interval.fixed:
            parts.append(f"<{interval.fixed}")
        elif interval.before:
            parts.append(f"<{interval.before}")
        elif interval.last_affected:
            parts.append(f"<={interval.last_affected}")
        texts.append(" ".join(parts) or "*")
    return tuple(texts) or affected.versions
