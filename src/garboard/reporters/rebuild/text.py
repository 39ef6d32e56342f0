"""What a rebuild would fix, for people: figures first, then each outcome's packages, then what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from garboard.model.advisory import Severity
from garboard.model.mirror import Outcome, Prospect, Rebuild, UpgradeState
from garboard.model.package import Package
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View, issues

_ORDER: Final = (
    (Outcome.PULL, "a pull fixes", "docker build --pull"),
    (Outcome.PUBLISHED, "a rebuild without cache fixes", "docker build --no-cache"),
    (Outcome.BASE_BEHIND, "published, but a plain rebuild does not bring it", ""),
    (Outcome.HELD, "pinned or held: a rebuild will not help", ""),
    (Outcome.UNPUBLISHED, "fixed elsewhere, not in these mirrors", ""),
    (Outcome.NO_FIX, "no fix exists", ""),
    (Outcome.UNKNOWN, "not known", ""),
)
_IDS: Final = 4
_PACKAGES: Final = 25


class _Row(NamedTuple):
    """One package of one outcome."""

    package: Package
    prospects: list[Prospect]

    @property
    def first(self) -> Prospect:
        return self.prospects[0]


def counted(prospects: Sequence[Prospect]) -> int:
    """The number of issues: one per vulnerability of one source package, however many of its packages are installed."""
    return len(issues(one.finding for one in prospects))


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _rows(prospects: Sequence[Prospect]) -> list[_Row]:
    rows: dict[tuple[str, str, str], _Row] = {}
    for one in prospects:
        package = one.finding.package
        key = (package.source, one.version, one.reason)
        rows.setdefault(key, _Row(package, [])).prospects.append(one)
    found = list(rows.values())
    found.sort(key=lambda row: (-len({p.finding.vulnerability.id for p in row.prospects}), row.package.source))
    return found


def _row(row: _Row) -> Iterator[str]:
    ids = sorted({one.finding.vulnerability.id for one in row.prospects})
    worst = max(one.finding.vulnerability.severity for one in row.prospects)
    names = sorted({one.finding.package.full_name for one in row.prospects})
    version = f" → {row.first.version}" if row.first.version not in {"", row.package.version} else ""
    grave = f", worst {worst.word}" if worst is not Severity.UNKNOWN else ""
    also = f" (with {', '.join(names[1:4])}{' …' if len(names) > 4 else ''})" if len(names) > 1 else ""
    yield plain(f"  {names[0]} {row.package.version}{version}{also}: {_plural(len(ids), 'issue')}{grave}")
    more = f" and {len(ids) - _IDS} more" if len(ids) > _IDS else ""
    yield plain(f"    {', '.join(ids[:_IDS])}{more}")
    place = row.first.place
    where = f" ({place.file}:{place.line})" if place and f"{place.file}:{place.line}" not in row.first.reason else ""
    if row.first.reason:
        yield plain(f"    {row.first.reason}{where}")


def _figures(result: Rebuild, view: View) -> Iterator[str]:
    by_outcome = {kind: [p for p in result.prospects if p.outcome is kind] for kind, _, _ in _ORDER}
    if not result.prospects:
        yield "No issues to fix." if result.report.judged else "None of its packages could be judged."
        return
    for kind, title, _ in _ORDER:
        if by_outcome[kind] or kind in {Outcome.PULL, Outcome.PUBLISHED}:
            line = f"{counted(by_outcome[kind]):>6}  {title}"
            yield paint(
                line, "32" if kind in {Outcome.PULL, Outcome.PUBLISHED} and by_outcome[kind] else "", color=view.color
            )
    yield f"{counted(result.prospects):>6}  issues in all"


def _base(result: Rebuild) -> Iterator[str]:
    base = result.base
    if base.moved is None or not base.name:
        return
    made = f", made {base.created[:10]}" if base.created else ""
    yield plain(
        f"The tag {base.name} has moved to {base.digest or 'another image'}{made}."
        if base.moved
        else f"The tag {base.name} still names the base that this image is built on{made}."
    )


def _upgrades(result: Rebuild) -> Iterator[str]:
    newer = [one for one in result.offers if one.standing is UpgradeState.UPGRADE and one.installed]
    if result.repositories:
        added = sum(not one.installed for one in result.offers)
        new = f", {_plural(added, 'new one')}" if added else ""
        yield f"The mirrors would upgrade {_plural(len(newer), 'package')}{new}."


def _lines(result: Rebuild, view: View) -> Iterator[str]:
    yield f"Rebuilding {plain(result.report.image.name)}"
    yield ""
    yield from _figures(result, view)
    yield ""
    yield from _base(result)
    yield from _upgrades(result)
    for kind, title, command in _ORDER:
        rows = _rows([one for one in result.prospects if one.outcome is kind])
        if not rows:
            continue
        yield ""
        heading = title[0].upper() + title[1:] + (f": {command}" if command else "")
        yield paint(heading, "1", color=view.color)
        for row in rows[:_PACKAGES]:
            yield from _row(row)
        if len(rows) > _PACKAGES:
            yield f"  and {len(rows) - _PACKAGES} packages more (--json has all)"
    yield ""
    if result.repositories:
        yield plain("Mirrors: " + ", ".join(dict.fromkeys(one.name for one in result.repositories)))
    if result.gaps:
        yield paint("Not covered:", "33", color=view.color)
        yield from (plain(f"  - {gap.subject}: {gap.reason}") for gap in result.gaps)
    else:
        yield "Not covered: nothing that this command knows of."


def render(result: Rebuild, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return document(_lines(result, view), color=view.color)
