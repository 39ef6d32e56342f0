"""The report as Markdown, for a comment on a pull request: what to do first, the packages, and folded details.

It is shorter than what such a comment may have; what does not fit is counted, and the report says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.gap import Gap
from garboard.model.report import Coverage, Report
from garboard.reporters.actions import text as actions_text
from garboard.reporters.markdown_text import code, escaped
from garboard.reporters.policy import text as policy_text
from garboard.reporters.recommend import markdown as bases
from garboard.reporters.scan.rows import PackageRow, rows
from garboard.reporters.several import Framed
from garboard.reporters.terminal import plain
from garboard.reporters.view import Issue, View, headline, in_headers, number_of, shown, tested

MOST: Final = 60_000
"""Characters; a comment on GitHub has at most 65,536."""
_HEAD: Final = 20_000
"""Characters for what comes before the folded details."""
_WHOSE: Final = {Origin.BASE: "base image", Origin.DOCKERFILE: "yours", Origin.UNKNOWN: ""}
_ACTIONS: Final = 12
_TITLE: Final = 120
_WORST_FIRST: Final = tuple(sorted(Severity, key=lambda severity: -severity.rank))


def render(report: Report, view: View) -> bytes:
    """The whole document, UTF-8."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    yield from _parts(report, view, MOST)


def several(count: int, view: View) -> Framed:
    """One after the other, each with its part of the room."""
    room = MOST // max(count, 1) - 2

    def of(report: Report) -> Iterator[bytes]:
        yield from _parts(report, view, room)
        yield b"\n"

    def failed(name: str, message: str, hint: str) -> bytes:
        text = f"## {escaped(name)}\n\n**No report**: {escaped(message)}" + (f" ({escaped(hint)})" if hint else "")
        return f"{text[:room]}\n\n".encode("utf-8", "replace")

    return Framed(b"", of, failed, b"")


def _parts(report: Report, view: View, room: int) -> Iterator[bytes]:
    found = shown(report, view)
    packages = list(reversed(rows(found)))
    text = _summed_up(report, found, view, room)
    text += _fitting(_table(packages), min(_HEAD, room // 2) - len(text), "packages")
    details = [*_details(packages), *_gaps(report, view)]
    text += _fitting(details, room - len(text), "parts")
    yield f"{text.rstrip()}\n".encode("utf-8", "replace")


def _summed_up(report: Report, found: Sequence[Issue], view: View, room: int) -> str:
    """What stands before the packages: of many images there may be room for little of it."""
    text = _text_of(_summary(report, found))
    blocks = {
        "What to do": _actions(report),
        "The table of bases": bases.section(report.recommendation),
        "What the policy says": _policy(report, view),
    }
    for what, lines in blocks.items():
        block = _text_of(lines)
        fits = len(text) + len(block) <= room * 2 // 3
        text += block if fits else f"_{what} does not fit here: see the whole report._\n\n"
    return text.removesuffix("\n")


def _text_of(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _summary(report: Report, found: Sequence[Issue]) -> Iterator[str]:
    counts = Counter(one.first.vulnerability.severity for one in found)
    words = ", ".join(f"**{counts[one]} {one.word}**" for one in _WORST_FIRST if counts[one])
    yield f"## {escaped(report.image.name)}"
    yield ""
    if found:
        yield f"{number_of(len(found), 'issue')} in {tested(report)}: {words}."
    elif report.coverage is Coverage.FULL:
        yield f"No known issue in {tested(report)}."
    else:
        yield f"No known issue in {tested(report)}, but **not everything could be judged**: see what was not covered, below."
    if report.base_image:
        yield f"Base image: {code(report.base_image)}."
    if report.suppressed:
        yield f"{number_of(len(report.suppressed), 'finding')} set aside, with a reason."
    yield ""


def _actions(report: Report) -> Iterator[str]:
    """The first lines of what the text report says to do."""
    lines = [line for line in actions_text.block(report.actions) if line.strip()]
    if lines:
        yield f"### {escaped(lines[0].rstrip(':'))}"
        yield ""
        yield "```text"
        yield from (plain(line).replace("```", "'''") for line in lines[1 : _ACTIONS + 1])
        yield "```"
        yield ""


def _policy(report: Report, view: View) -> Iterator[str]:
    lines = [line for line in policy_text.block(report, view) if line.strip()]
    if lines:
        yield "```text"
        yield from (plain(line).replace("```", "'''") for line in lines[:_ACTIONS])
        yield "```"
        yield ""


def _table(packages: Iterable[PackageRow]) -> Iterator[str]:
    heads = [*(one.word.capitalize() for one in _WORST_FIRST if one is not Severity.NEGLIGIBLE), "Negligible"]
    order = [*(one for one in _WORST_FIRST if one is not Severity.NEGLIGIBLE), Severity.NEGLIGIBLE]
    for place, row in enumerate(packages):
        name = f"{row.name} (headers, of which nothing runs)" if all(map(in_headers, row.issues)) else row.name
        before = ""
        if not place:
            numbers = "".join(f" {head} |" for head in heads)
            before = f"\n| Package | Version |{numbers} Fixed in | Whose | Line |\n|---|---|{'--:|' * len(heads)}---|---|---|\n"
        cells = "".join(f" {row.counts[one] or ''} |" for one in order)
        fix = code(row.fixed_in) if row.fixed_in else ""
        line = code(row.place) if row.line else ""
        yield f"{before}| {escaped(name)} | {escaped(row.version)} |{cells} {fix} | {_WHOSE[row.origin]} | {line} |\n"


def _details(packages: Iterable[PackageRow]) -> Iterator[str]:
    for row in packages:
        text = f"\n<details><summary>{escaped(row.name)} {escaped(row.version)}: {number_of(len(row.issues), 'issue')}</summary>\n\n"
        for issue in reversed(row.issues):
            vulnerability = issue.first.vulnerability
            title = headline(vulnerability, _TITLE)
            fix = f", fixed in {code(issue.first.fixed_in)}" if issue.first.fixed_in else ""
            known = f", exploited (KEV, {vulnerability.kev_added})" if vulnerability.kev_added else ""
            text += f"* **{escaped(vulnerability.id)}** ({vulnerability.severity.word}{known}{fix}) {escaped(title)}\n"
        yield f"{text}\n</details>\n"


def _gaps(report: Report, view: View) -> Iterator[str]:
    gaps: tuple[Gap, ...] = tuple(dict.fromkeys((*report.gaps, *view.hidden(report))))
    if gaps:
        lines = "".join(f"* {escaped(one.subject)}: {escaped(one.reason)}\n" for one in gaps)
        yield f"\n<details><summary>Not covered: {number_of(len(gaps), 'remark')}</summary>\n\n{lines}\n</details>\n"


def _fitting(pieces: Iterable[str], room: int, what: str) -> str:
    """As many of them as there is room for, and how many were left out."""
    text, left = "", 0
    for piece in pieces:
        if left or len(text) + len(piece) > room:
            left += 1
        else:
            text += piece
    return f"{text}\n_{left} more {what} do not fit here: see the whole report._\n" if left else text
