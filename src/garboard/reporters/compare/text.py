"""A comparison for people: one line first, then what is new, changed, still there and gone, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.comparison import Fate, ImageComparison, IssueChange, PackageChange, Side
from garboard.reporters.terminal import document, paint
from garboard.reporters.view import View, number_of

_HEADINGS: Final = MappingProxyType(
    {
        Fate.NEW: "New",
        Fate.UNKNOWN: "Not known",
        Fate.CHANGED: "Changed",
        Fate.SAME: "Still there",
        Fate.GONE: "Gone",
    }
)
_COLORS: Final = MappingProxyType(
    {Fate.NEW: "31", Fate.UNKNOWN: "33", Fate.CHANGED: "33", Fate.SAME: "33", Fate.GONE: "32"}
)
_NAMES: Final = 3
_SHOWN: Final = 20


def headline(found: ImageComparison) -> str:
    """``development → test: 214 gone, 3 still there (all from libsqlite3, line 7), 1 new``."""
    same = (*found.of(Fate.CHANGED), *found.of(Fate.SAME))
    parts = [
        f"{len(found.of(Fate.GONE))} gone",
        f"{len(same)} still there{_whence(same)}",
        f"{len(found.of(Fate.NEW))} new",
    ]
    if unknown := found.of(Fate.UNKNOWN):
        parts.append(f"{len(unknown)} not known")
    return f"{found.before.name} → {found.after.name}: {', '.join(parts)}"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def _whence(changes: tuple[IssueChange, ...]) -> str:
    groups = _by_package(changes)
    if not groups or len(groups) > _NAMES:
        return ""
    names = [f"{name}{f', {_line(line)}' if line else ''}" for name, line, _ in groups]
    return f" ({'all ' if len(changes) > 1 else ''}from {' and '.join(names)})"


def _line(line: str) -> str:
    return f"line {line.rpartition(':')[2]}"


def render(found: ImageComparison, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    lines = [headline(found), ""]
    if found.unsure:
        text = f"What is gone may be in what could not be read any more: {_some(found.unsure)}"
        lines += [paint(text, "33", color=view.color), ""]
    for fate, heading in _HEADINGS.items():
        changes = found.of(fate)
        if changes:
            lines.append(paint(f"{heading}: {number_of(len(changes), 'issue')}", _COLORS[fate], color=view.color))
            lines += _groups(changes)
            lines.append("")
    lines += _facts(found)
    lines += _packages(found)
    lines += _coverage(found)
    lines += _gaps(found)
    return document(lines, color=view.color)


def _groups(changes: tuple[IssueChange, ...]) -> Iterator[str]:
    for name, line, several in _by_package(changes):
        where = f"  ({line})" if line else ""
        ids = [f"{one.issue.key[0]} ({one.issue.severity.word})" for one in several]
        more = f" and {len(ids) - _NAMES} more" if len(ids) > _NAMES else ""
        yield f"  {name}{where}: {', '.join(ids[:_NAMES])}{more}"
        for why in dict.fromkeys(one.why for one in several if one.why):
            yield f"      {why}"


def _facts(found: ImageComparison) -> Iterator[str]:
    before, after = found.before, found.after
    rows = [
        ("Issues", _counts(before), f"{_counts(after)}{_maybe(found)}"),
        ("Base", before.base or "not known", after.base or "not known"),
        ("Layers", str(before.layers), str(after.layers)),
        ("Size", _size(before.size), _size(after.size)),
        ("Size of packages", _size(before.installed_size), _size(after.installed_size)),
        ("Packages", _number(before), _number(after)),
        ("User", _user(before), _user(after)),
    ]
    for label, was, now in rows:
        yield f"{label + ':':<18}{was if was == now else f'{was} → {now}'}"
    if found.licenses:
        more = f" and {len(found.licenses) - _SHOWN} more" if len(found.licenses) > _SHOWN else ""
        yield f"{'Licenses:':<18}new: {', '.join(found.licenses[:_SHOWN])}{more}"


def _counts(side: Side) -> str:
    counts = Counter(one.severity for one in side.issues)
    words = [f"{counts[one]} {one.word}" for one in sorted(Severity, key=lambda one: -one.rank) if counts[one]]
    return f"{len(side.issues)} ({', '.join(words)})" if words else "0"


def _maybe(found: ImageComparison) -> str:
    unknown = len(found.of(Fate.UNKNOWN))
    return f", and up to {unknown} that are not known" if unknown else ""


def _size(size: int | None) -> str:
    return "not known" if size is None else f"{size / 1e6:.1f} MB"


def _number(side: Side) -> str:
    return "not known" if side.packages is None else str(len(side.packages))


def _user(side: Side) -> str:
    return "not known" if side.user is None else side.user or "root"


def _packages(found: ImageComparison) -> Iterator[str]:
    if not found.packages:
        return
    yield ""
    for heading, several in (
        ("Packages that are gone", [one for one in found.packages if one.known and not one.after]),
        ("Packages that may or may not be there", [one for one in found.packages if not one.known]),
        ("Packages that are new", [one for one in found.packages if one.known and not one.before]),
        ("Packages of another version", [one for one in found.packages if one.before and one.after]),
    ):
        if several:
            more = f" and {len(several) - _SHOWN} more" if len(several) > _SHOWN else ""
            yield f"{heading}: {len(several)}"
            yield f"  {', '.join(map(_package, several[:_SHOWN]))}{more}"


def _package(one: PackageChange) -> str:
    if one.before and one.after:
        return f"{one.name} {'/'.join(one.before)} → {'/'.join(one.after)}"
    return f"{one.name} {'/'.join(one.before or one.after)}"


def _coverage(found: ImageComparison) -> Iterator[str]:
    partly = [side.name for side in (found.before, found.after) if not side.full]
    unsure = [what for side, what in ((found.after, "gone"), (found.before, "new")) if not side.full]
    if partly:
        names = " and of ".join(dict.fromkeys(partly))
        yield ""
        yield f"Not everything could be judged of {names}: what is {' or '.join(unsure)} may only be unknown."


def _gaps(found: ImageComparison) -> Iterator[str]:
    if found.gaps:
        yield ""
        yield "Not certain:"
        yield from (f"  {one.subject}: {one.reason}" for one in found.gaps)


def _by_package(changes: Iterable[IssueChange]) -> list[tuple[str, str, list[IssueChange]]]:
    """The changes by source package and the line that brought it, the most first."""
    groups: dict[tuple[str, str], list[IssueChange]] = {}
    for one in changes:
        groups.setdefault((one.issue.key[2], one.issue.line), []).append(one)
    return sorted(
        ((name, line, found) for (name, line), found in groups.items()), key=lambda one: (-len(one[2]), one[:2])
    )
