"""The changes, as JSON."""

from __future__ import annotations

import msgspec

from garboard import json_text
from garboard.model.fix import ActionEdits, Fixes, ImageFigures, Observed, Proof
from garboard.model.pull_request import RequestOutcome
from garboard.reporters.fix.diff import unified


class _Out(msgspec.Struct, rename="camel"):
    """A part of the document."""


class FileOf(_Out):
    """The change of one file."""

    file: str
    diff: str


class MissedOf(_Out):
    """A version that a change does not bring, and why."""

    package: str
    version: str
    reason: str


class IssueOf(_Out):
    """One issue: the vulnerability and the source package."""

    id: str
    type: str
    source: str


class ChangeOf(_Out):
    """What one action changes; ``reason`` says why it changes no file.

    ``clears`` are the issues that are gone with it, ``adds`` those that are only there then; none where images are judged by
    their numbers of issues alone.
    """

    kind: str
    text: str
    risk: str
    before: int
    after: int
    clears: list[IssueOf]
    adds: list[IssueOf]
    files: list[FileOf]
    reason: str
    missed: list[MissedOf]


class GapOf(_Out, omit_defaults=True):
    """What could not be known."""

    subject: str
    reason: str
    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class ObservedOf(_Out):
    """The issues of one build, as predicted and as found."""

    predicted: int
    found: int
    unexpected: list[IssueOf]
    also_gone: list[IssueOf]


class ProofOf(_Out):
    """What builds showed; ``failure`` is empty if the changed files are good."""

    engine: str
    before: ObservedOf | None
    after: ObservedOf | None
    failure: str
    checks: list[str]


class RequestOf(_Out):
    """What was done about one pull request, or would be if ``dry``."""

    branch: str
    title: str
    done: str
    address: str
    reason: str
    dry: bool
    notes: list[str]


class ImageOf(_Out):
    """An image that files name; ``inherited`` says that one runs it or builds on it."""

    reference: str
    before: int
    after: int
    files: list[str]
    inherited: bool


class FixesOf(_Out, omit_defaults=True):
    """Everything that changes; ``remaining`` counts the issues when all of it is done."""

    image: str
    issues: int
    remaining: int
    applied: bool
    proof: ProofOf | None
    rejected: list[str]
    changes: list[ChangeOf]
    not_covered: list[GapOf]
    pull_requests: list[RequestOf] | None = None
    images: list[ImageOf] = []


def render(fixes: Fixes, *, color: bool = False) -> bytes:
    """The whole document."""
    del color
    return json_text.document(
        FixesOf(
            image=fixes.image,
            issues=fixes.total,
            remaining=fixes.remaining,
            applied=fixes.applied,
            proof=_proof(fixes.proof) if fixes.proof else None,
            rejected=list(fixes.rejected),
            changes=[_change(one) for one in fixes.changes],
            not_covered=[
                GapOf(subject=one.subject, reason=one.reason, subjects=one.subjects, names=one.names)
                for one in fixes.gaps
            ],
            pull_requests=None if fixes.requests is None else [_request(one) for one in fixes.requests],
            images=[_image(one) for one in fixes.images],
        )
    )


def _proof(one: Proof) -> ProofOf:
    return ProofOf(
        engine=one.engine,
        before=_observed(one.before) if one.before else None,
        after=_observed(one.after) if one.after else None,
        failure=one.failure,
        checks=list(one.checks),
    )


def _observed(one: Observed) -> ObservedOf:
    return ObservedOf(
        predicted=len(one.predicted),
        found=len(one.found),
        unexpected=[IssueOf(*key) for key in one.unexpected],
        also_gone=[IssueOf(*key) for key in one.also_gone],
    )


def _change(one: ActionEdits) -> ChangeOf:
    return ChangeOf(
        kind=one.action.kind.value,
        text=one.action.text,
        risk=one.action.risk,
        before=one.action.before,
        after=one.action.after,
        clears=[IssueOf(*key) for key in one.action.clears],
        adds=[IssueOf(*key) for key in one.action.adds],
        files=[
            FileOf(file=file.file, diff=b"".join(unified(file)).decode("utf-8", "backslashreplace"))
            for file in one.files
        ],
        reason=one.reason,
        missed=[MissedOf(package=version.name, version=version.version, reason=why) for version, why in one.missed],
    )


def _image(one: ImageFigures) -> ImageOf:
    return ImageOf(
        reference=one.reference,
        before=one.before.total,
        after=one.after.total,
        files=list(one.files),
        inherited=one.inherited,
    )


def _request(one: RequestOutcome) -> RequestOf:
    return RequestOf(
        branch=one.branch,
        title=one.title,
        done=one.done.value,
        address=one.address,
        reason=one.reason,
        dry=one.dry,
        notes=list(one.notes),
    )
