"""A comparison for programs."""

from __future__ import annotations

from garboard import json_text
from garboard.model.base import Value
from garboard.model.comparison import Fate, ImageComparison, IssueChange, PackageChange, Side
from garboard.reporters.compare.text import headline
from garboard.reporters.view import View


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document; every field is always written."""


class ComparedSide(_Out):
    """One of the two."""

    name: str
    issues: int
    packages: int | None
    base_image: str
    layers: int
    size: int | None
    installed_size: int | None
    user: str | None
    fully_judged: bool
    unread: list[str]


class ComparedIssue(_Out):
    """An issue, and what became of it."""

    id: str
    type: str
    package: str
    packages: list[str]
    fate: str
    why: str
    severity: str
    severity_before: str
    fixed_in: str
    dockerfile: str


class ComparedPackage(_Out):
    """A package that changed."""

    type: str
    name: str
    before: list[str]
    after: list[str]
    known: bool


class ComparedGap(_Out):
    """What is not certain."""

    stage: str
    subject: str
    reason: str
    subjects: tuple[str, ...]
    names: tuple[str, ...]


class Compared(_Out):
    """The whole answer."""

    summary: str
    worse: bool
    before: ComparedSide
    after: ComparedSide
    counts: dict[str, int]
    issues: list[ComparedIssue]
    packages: list[ComparedPackage] | None
    new_licenses: list[str]
    gaps: list[ComparedGap]


def render(found: ImageComparison, view: View) -> bytes:  # noqa: ARG001
    """The document, UTF-8, indented, ending in a line feed."""
    return json_text.document(
        Compared(
            summary=headline(found),
            worse=found.worse,
            before=_side(found.before),
            after=_side(found.after),
            counts={fate.value: len(found.of(fate)) for fate in Fate},
            issues=[_issue(one) for one in found.issues],
            packages=None if found.packages is None else [_package(one) for one in found.packages],
            new_licenses=list(found.licenses),
            gaps=[
                ComparedGap(
                    stage=one.stage, subject=one.subject, reason=one.reason, subjects=one.subjects, names=one.names
                )
                for one in found.gaps
            ],
        )
    )


def _side(side: Side) -> ComparedSide:
    return ComparedSide(
        name=side.name,
        issues=len(side.issues),
        packages=None if side.packages is None else len(side.packages),
        base_image=side.base,
        layers=side.layers,
        size=side.size,
        installed_size=side.installed_size,
        user=side.user,
        fully_judged=side.full,
        unread=list(side.unread),
    )


def _issue(one: IssueChange) -> ComparedIssue:
    issue = one.issue
    return ComparedIssue(
        id=issue.key[0],
        type=issue.key[1],
        package=issue.key[2],
        packages=list(issue.packages),
        fate=one.fate.value,
        why=one.why,
        severity=issue.severity.word,
        severity_before=one.before.severity.word if one.before else "",
        fixed_in=issue.fixed_in,
        dockerfile=issue.line,
    )


def _package(one: PackageChange) -> ComparedPackage:
    return ComparedPackage(
        type=one.type, name=one.name, before=list(one.before), after=list(one.after), known=one.known
    )
