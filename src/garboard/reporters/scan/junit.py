"""The report as JUnit's XML: a suite for each package, a case for each of its issues, and a suite for what was not covered.

Form: the one that Jenkins, GitLab and Azure read (the ``surefire-test-report`` schema's elements): an issue is a failure, one
that was set aside is skipped, what could not be read is an error, and another remark on what was not covered is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from garboard.model.gap import Gap
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.scan.rows import PackageRow, rows
from garboard.reporters.several import Framed
from garboard.reporters.terminal import plain
from garboard.reporters.view import Issue, View, headline, shown

_TITLE: Final = 200


def render(report: Report, view: View) -> bytes:
    """The whole document."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, a suite at a time."""
    found = rows(shown(report, view))
    gaps = _gaps(report, view)
    failures = sum(len(one.issues) for one in found)
    aside = len(report.suppressed)
    errors = sum(one.unread for one in gaps)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name={_attribute(report.image.name)} tests="{failures + aside + len(gaps)}" failures="{failures}" '
        f'errors="{errors}" skipped="{aside + len(gaps) - errors}">\n'
    ).encode()
    yield from _suites(report, found, gaps)
    yield b"</testsuites>\n"


def several(_count: int, view: View) -> Framed:
    """The suites of all images, each after its image's name; one without a report has a suite with an error."""

    def of(report: Report) -> Iterator[bytes]:
        return _suites(report, rows(shown(report, view)), _gaps(report, view), f"{report.image.name}: ")

    def failed(name: str, message: str, hint: str) -> bytes:
        return (
            f'  <testsuite name={_attribute(name)} tests="1" failures="0" errors="1" skipped="0">\n'
            f'    <testcase classname={_attribute(name)} name="report">\n      <error message={_attribute(message)}>'
            f"{_text(hint)}</error>\n    </testcase>\n  </testsuite>\n"
        ).encode("utf-8", "replace")

    return Framed(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="garboard">\n', of, failed, b"</testsuites>\n"
    )


def _gaps(report: Report, view: View) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys((*report.gaps, *view.hidden(report))))


def _suites(report: Report, found: Sequence[PackageRow], gaps: tuple[Gap, ...], before: str = "") -> Iterator[bytes]:
    for row in reversed(found):
        yield _suite(row, report, before).encode("utf-8", "replace")
    if report.suppressed:
        yield _set_aside(report, before).encode("utf-8", "replace")
    if gaps:
        yield _uncovered(gaps, report, before).encode("utf-8", "replace")


def _suite(row: PackageRow, report: Report, before: str) -> str:
    name = f"{row.name} {row.version}"
    cases = "".join(_case(one, name, row.place) for one in reversed(row.issues))
    return _opened(f"{before}{name}", len(row.issues), report, failures=len(row.issues)) + cases + "  </testsuite>\n"


def _opened(name: str, tests: int, report: Report, *, failures: int = 0, errors: int = 0, skipped: int = 0) -> str:
    return (
        f'  <testsuite name={_attribute(name)} tests="{tests}" failures="{failures}" errors="{errors}" '
        f'skipped="{skipped}" timestamp={_attribute(rfc3339(report.created))}>\n'
    )


def _case(issue: Issue, package: str, line: str) -> str:
    finding = issue.first
    vulnerability = finding.vulnerability
    title = headline(vulnerability, _TITLE)
    told = f"{vulnerability.severity.word}: {vulnerability.id}" + (f": {title}" if title else "")
    more = [f"Fixed in {finding.fixed_in}" if finding.fixed_in else "No fix is known"]
    more += [f"Brought by {line}"] if line else []
    more += [vulnerability.references[0]] if vulnerability.references else []
    return (
        f"    <testcase classname={_attribute(package)} name={_attribute(vulnerability.id)}>\n"
        f"      <failure type={_attribute(vulnerability.severity.word)} message={_attribute(told)}>"
        f"{_text(chr(10).join(more))}</failure>\n"
        "    </testcase>\n"
    )


def _set_aside(report: Report, before: str) -> str:
    cases = "".join(
        f"    <testcase classname={_attribute(one.finding.package.full_name)} name={_attribute(one.finding.vulnerability.id)}>\n"
        f"      <skipped message={_attribute(one.by.reason)}/>\n    </testcase>\n"
        for one in report.suppressed
    )
    number = len(report.suppressed)
    return _opened(f"{before}set aside", number, report, skipped=number) + cases + "  </testsuite>\n"


def _uncovered(gaps: tuple[Gap, ...], report: Report, before: str) -> str:
    cases = "".join(
        f"    <testcase classname={_attribute(one.stage)} name={_attribute(one.subject)}>\n"
        f"      <{'error' if one.unread else 'skipped'} message={_attribute(one.reason)}/>\n    </testcase>\n"
        for one in gaps
    )
    errors = sum(one.unread for one in gaps)
    return (
        _opened(f"{before}not covered", len(gaps), report, errors=errors, skipped=len(gaps) - errors)
        + cases
        + "  </testsuite>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(plain(text))


def _text(text: str) -> str:
    return escape("\n".join(map(plain, text.split("\n"))))
