"""Compares two sides: what became of each issue and each package, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from garboard.model.comparison import Fate, ImageComparison, IssueChange, PackageChange, Side, SideIssue

_SHOWN: Final = 3
Versions = Mapping[tuple[str, str], tuple[str, ...]]


def compare(before: Side, after: Side) -> ImageComparison:
    """What changed from one to the other; of a side and itself nothing did, and the other way round it is the mirror."""
    reasons = _Reasons(before, after)
    was = {one.key: one for one in before.issues}
    now = {one.key: one for one in after.issues}
    return ImageComparison(
        before=before,
        after=after,
        issues=tuple(
            sorted(
                (_change(was.get(key), now.get(key), reasons) for key in was.keys() | now.keys()),
                key=lambda one: ([*Fate].index(one.fate), -one.issue.severity.rank, one.issue.key),
            )
        ),
        packages=tuple(_packages(before, after)) if _listed(before, after) else None,
        licenses=tuple(sorted({*(after.licenses or ())} - {*before.licenses})) if before.licenses is not None else (),
    )


def _listed(*sides: Side) -> bool:
    return all(side.packages is not None for side in sides)


def _versions(side: Side) -> Versions:
    return {(kind, name): versions for kind, name, versions in side.packages or ()}


def _packages(before: Side, after: Side) -> Iterator[PackageChange]:
    earlier, later = _versions(before), _versions(after)
    for key in sorted(earlier.keys() | later.keys()):
        was, now = earlier.get(key, ()), later.get(key, ())
        if {*was} != {*now}:
            lacking = after if was else before
            known = bool(was and now) or key not in lacking.undetermined
            yield PackageChange(type=key[0], name=key[1], before=was, after=now, known=known)


def _change(was: SideIssue | None, now: SideIssue | None, reasons: _Reasons) -> IssueChange:
    if was is None or now is None:
        why = reasons.unknown(was, now)
        fate = Fate.UNKNOWN if why else Fate.NEW if was is None else Fate.GONE
        return IssueChange(fate=fate, before=was, after=now, why=why or reasons.of(was, now))
    differences = []
    if was.severity is not now.severity:
        differences.append(f"{was.severity.word} is now {now.severity.word}")
    if was.fixed_in != now.fixed_in:
        differences.append(f"fixed in {now.fixed_in}" if now.fixed_in else f"no longer fixed in {was.fixed_in}")
    return IssueChange(
        fate=Fate.CHANGED if differences else Fate.SAME, before=was, after=now, why="; ".join(differences)
    )


class _Reasons:
    """Why an issue is on one side alone."""

    def __init__(self, before: Side, after: Side) -> None:
        self._sides = (before, after)
        self._versions = (_versions(before), _versions(after))
        self._aside = tuple({one.key: one.set_aside for one in side.set_aside} for side in self._sides)

    def unknown(self, was: SideIssue | None, now: SideIssue | None) -> str:
        """Why it is not known whether the side without the issue has it too; empty if it is known."""
        issue, _, there = _placed(was, now)
        undetermined = self._sides[there].undetermined
        names = [name for name in issue.packages if (issue.key[1], name) in undetermined]
        if not names or issue.key in self._aside[there]:
            return ""
        return f"whether {_some(names)} {'is' if len(names) == 1 else 'are'} there, and in which version, is not known"

    def of(self, was: SideIssue | None, now: SideIssue | None) -> str:
        """Why an issue is on one side alone; the other of the two is None."""
        issue, here, there = _placed(was, now)
        if issue.key in self._aside[there]:
            text = f"set aside: {self._aside[there][issue.key]}"
            return text if there else f"no longer {text}"
        if not _listed(*self._sides):
            return "not known: a saved report does not list packages"
        lacking = [name for name in issue.packages if not self._versions[there].get((issue.key[1], name))]
        texts = [self._package(issue, name, here, there) for name in issue.packages if name not in lacking]
        return "; ".join(dict.fromkeys([*self._lacking(issue, lacking, there), *texts]))

    def _lacking(self, issue: SideIssue, names: list[str], there: int) -> Iterator[str]:
        if names:
            be = "is" if len(names) == 1 else "are"
            verb = f"{be} not there any more" if there else f"{'was' if len(names) == 1 else 'were'} not there"
            unread = "" if not self._sides[there].unread else ", or was not read there"
            yield f"{_some(names)}{f' ({issue.line})' if issue.line else ''} {verb}{unread}{self._base(issue)}"

    def _package(self, issue: SideIssue, name: str, here: int, there: int) -> str:
        key = (issue.key[1], name)
        own, other = self._versions[here].get(key, ()), self._versions[there].get(key, ())
        if {*own} != {*other}:
            first, last = (own, other) if there else (other, own)
            return f"{name} {', '.join(first)} → {', '.join(last)}{self._base(issue)}"
        if self._sides[0].data != self._sides[1].data:
            unsure = "" if self._sides[there].full else ", or it could not be judged there"
            return f"{name} is the same: the data changed{unsure}"
        return f"{name} is the same: it is judged otherwise"

    def _base(self, issue: SideIssue) -> str:
        before, after = self._sides
        if issue.of_base and before.base and after.base and before.base != after.base:
            return f", with the base {after.base} in place of {before.base}"
        return ""


def _placed(was: SideIssue | None, now: SideIssue | None) -> tuple[SideIssue, int, int]:
    """The issue that only one side has, the number of that side, and of the other."""
    issue = was or now
    assert issue is not None
    return (issue, 0, 1) if now is None else (issue, 1, 0)


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
