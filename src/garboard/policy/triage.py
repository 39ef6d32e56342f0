"""Sets findings aside that a policy's ignores name. None is dropped, and none is set aside twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.model.finding import Finding
from garboard.model.package import Package
from garboard.model.policy import Decision, Ignore, Suppressed, Suppression
from garboard.model.report import Report
from garboard.packages.graph import roots
from garboard.policy import path_patterns
from garboard.policy.of_findings import ids_of, is_named, names_of
from garboard.policy.version_ranges import within

_SOON: Final = dt.timedelta(days=14)
_EXPLAINED: Final = 20
"""Of how many ignores that match nothing the reason is looked for: a file of another scanner may bring thousands."""
UNTIL_FIXED: Final = "until-fixed"


class Triaged(NamedTuple):
    """The report with what was set aside, and what to say about the ignores."""

    report: Report
    notes: tuple[str, ...]


def triage(report: Report, ignores: Sequence[Ignore], stage: str = "") -> Triaged:
    """Set aside what the ignores name that count today and for this stage; the first that matches is stated."""
    today = report.created.date()
    ours = [one for one in ignores if not one.stages or stage in one.stages]
    alive = [_Matcher(one, report) for one in ours if one.until is None or one.until >= today]
    matched = set[str]()
    kept: list[Finding] = []
    aside: list[Suppressed] = []
    for finding in report.findings:
        hits = [one for one in alive if one.matches(finding)]
        matched.update(one.ignore.place for one in hits)
        if hits:
            aside.append(Suppressed(finding=finding, by=_suppression(hits[0].ignore)))
        else:
            kept.append(finding)
    found = msgspec.structs.replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *aside))
    others = [one for one in ignores if one not in ours]
    return Triaged(found, (*_notes(ours, matched, today, report), *_of_other_stages(others, kept, today, report)))


def _suppression(ignore: Ignore) -> Suppression:
    until = ignore.until.isoformat() if ignore.until else UNTIL_FIXED if ignore.until_fixed else ""
    return Suppression(
        reason=ignore.reason,
        place=ignore.place,
        decision=Decision.NOT_AFFECTED if ignore.justification else Decision.IGNORED,
        until=until,
        owner=ignore.owner,
        justification=ignore.justification,
    )


def _notes(ignores: Iterable[Ignore], matched: set[str], today: dt.date, report: Report) -> Iterator[str]:
    ignores = tuple(ignores)
    few = sum(one.place not in matched for one in ignores) <= _EXPLAINED
    for one in ignores:
        owner = f" (of {one.owner})" if one.owner else ""
        if one.until is not None and one.until < today:
            again = sum(map(_Matcher(one, report).matches, report.findings))
            if again:
                what = f"{again} finding{'s' if again > 1 else ''} of it count{'' if again > 1 else 's'} again"
                yield f"{one.place}: the ignore{owner} ended on {one.until}; {what}"
        elif one.place not in matched:
            yield f"{one.place}: the ignore{owner} matches nothing{_why(one, report) if few else ''}"
        elif one.until is not None and one.until - today <= _SOON:
            yield f"{one.place}: the ignore{owner} ends on {one.until}"


def _why(ignore: Ignore, report: Report) -> str:
    """What keeps an ignore from matching, as far as that is plain; it begins with a colon, or is empty."""
    if ignore.brought_by and not any(_is_called(one, ignore.brought_by) for one in report.inventory.packages):
        return f": {', '.join(ignore.brought_by)} is not in the image"
    if ignore.brought_by and not brought_only_by(ignore.brought_by, report.inventory.packages):
        return f": something else needs {', '.join(ignore.brought_by)} too"
    wanted = {one.upper() for one in ignore.ids}
    of_id = [one for one in report.findings if not wanted.isdisjoint(ids_of(one))]
    if not of_id:
        return _meant(ignore, report)
    if ignore.until_fixed:
        fixed = msgspec.structs.replace(ignore, until_fixed=False)
        found = next(filter(_Matcher(fixed, report).matches, of_id), None)
        if found is not None:
            return f": {found.package.full_name} has a fix now, {found.fixed_in}"
    if ignore.packages and not any(is_named(ignore.packages, one) for one in of_id):
        has = ", ".join(dict.fromkeys(one.package.full_name for one in of_id))
        return f": {of_id[0].vulnerability.id} is in {has}"
    return f": {of_id[0].vulnerability.id} was found, and something else that the ignore names is otherwise"


def _meant(ignore: Ignore, report: Report) -> str:
    """The identifier of a finding that is nearly the one that is ignored."""
    if not ignore.ids:
        return ""
    import difflib

    known = list(dict.fromkeys(each for one in report.findings for each in ids_of(one)))
    near = (difflib.get_close_matches(one.upper(), known, n=1, cutoff=0.9) for one in ignore.ids)
    found = next((one[0] for one in near if one), "")
    return f": did you mean {found}?" if found else ""


def _of_other_stages(
    ignores: Iterable[Ignore], counted: Sequence[Finding], today: dt.date, report: Report
) -> Iterator[str]:
    """Ignores that would set aside what counts here, and that are for other stages."""
    for one in ignores:
        if (one.until is None or one.until >= today) and any(map(_Matcher(one, report).matches, counted)):
            yield f"{one.place}: the ignore is for {', '.join(one.stages)} alone, so what it names counts here"


class _Matcher:
    """One ignore, with what of the inventory it is about."""

    def __init__(self, ignore: Ignore, report: Report) -> None:
        self.ignore = ignore
        self._ids = frozenset(one.upper() for one in ignore.ids)
        self._ecosystems = frozenset(one.lower() for one in ignore.ecosystems)
        self._brought = brought_only_by(ignore.brought_by, report.inventory.packages) if ignore.brought_by else None
        self._diff_ids = [layer.diff_id for layer in report.image.layers]

    def matches(self, finding: Finding) -> bool:
        """Whether it has everything that the ignore names."""
        one, package = self.ignore, finding.package
        return (
            (not self._ids or not self._ids.isdisjoint(ids_of(finding)))
            and (not one.packages or is_named(one.packages, finding))
            and (not one.version or within(one.version, package))
            and (not one.paths or _lies_in(one.paths, package))
            and (not one.layers or self._in_layer(finding))
            and (not one.lines or _on_line(one.lines, finding))
            and (not one.copied_from or finding.who.copied_from in one.copied_from)
            and (not self._ecosystems or not self._ecosystems.isdisjoint(names_of(finding)))
            and (self._brought is None or package.id in self._brought)
            and not (one.until_fixed and finding.fixed_in)
        )

    def _in_layer(self, finding: Finding) -> bool:
        layer = finding.who.layer
        if layer is None:
            return False
        diff_id = self._diff_ids[layer] if layer < len(self._diff_ids) else ""
        return not {str(layer), diff_id}.isdisjoint(self.ignore.layers)


def _lies_in(patterns: tuple[str, ...], package: Package) -> bool:
    places = [place.path for place in package.locations]
    return bool(places) and all(any(path_patterns.matches(one, path) for one in patterns) for path in places)


def _on_line(lines: tuple[tuple[int, int], ...], finding: Finding) -> bool:
    place = finding.who.place
    if place is None:
        return False
    return any(first <= (place.end_line or place.line) and place.line <= last for first, last in lines)


def brought_only_by(names: Sequence[str], packages: Sequence[Package]) -> frozenset[str]:
    """Ids of these packages and of what would not be needed without them.

    What something else needs or was asked for by itself is not among them, be it one of these; nor is anything if they are not
    installed.
    """
    by_id = {one.id: one for one in packages}
    named = {one.id for one in packages if _is_called(one, names)}
    if not named:
        return frozenset()
    below = _reached(by_id, named)
    kept = _reached(by_id, {one.id for one in roots(by_id)} - named)
    return frozenset(below - kept)


def _is_called(package: Package, names: Sequence[str]) -> bool:
    normalize = ecosystems.of(package.type).normalize
    own = {package.name, package.full_name, ecosystems.displayed(package), package.id}
    return any(name in own or (normalize is not None and normalize(name) in own) for name in names)


def _reached(packages: dict[str, Package], start: set[str]) -> set[str]:
    seen = set[str]()
    waiting = [*start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in packages:
            seen.add(name)
            waiting += packages[name].depends_on
    return seen
