"""Rows of a recommendation: every choice with its figures, what it changes, and what speaks against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from garboard.baseimage import issue_counts, ranking
from garboard.baseimage.approvals import approved
from garboard.baseimage.breaking import Lines, breaks
from garboard.baseimage.candidates import Choice, spelling
from garboard.baseimage.distance import InUse, ageing, group_of, moving_with, objections, together, warnings
from garboard.baseimage.issue_counts import Figures, IssueKey
from garboard.baseimage.lifecycle import Lifetimes, short_lived
from garboard.baseimage.rebase import Predicted
from garboard.model.advisory import Severity
from garboard.model.baseimage import Approval
from garboard.model.finding import Finding
from garboard.model.lifecycle import State
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.model.recommendation import Brought, FindingKey, Group, Objection, Prediction, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A choice before anything is counted; ``objections`` leaves out those that the user asked to pass over."""

    choice: Choice
    group: Group
    objections: tuple[Objection, ...]
    approved: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Your image as it is: its findings, and its issues."""

    findings: tuple[Finding, ...]
    issues: Mapping[IssueKey, Severity]


def candidates(
    use: InUse,
    found: Iterable[Choice],
    lifetimes: Lifetimes,
    approvals: Sequence[Approval],
    now: dt.datetime,
    include: frozenset[str] = frozenset(),
    *,
    outdated: bool = False,
) -> tuple[Candidate, ...]:
    """All choices except the one in use, unless the image is ``outdated``: then rebuilding on that is a change.

    ``include`` are codes of objections that the user asked to pass over.
    """
    own = use.choice
    own_spans = lifetimes.of(own.name, own.version, own.distro)
    own_reason = short_lived(own.name, own.numbers, own_spans)
    result = []
    for one in found:
        if one.image.key == use.choice.image.key and not outdated:
            continue
        group = Group.REBUILD if one.image.key == use.choice.image.key else group_of(use, one)
        spans = lifetimes.of(one.name, one.version, one.distro)
        every = objections(use, one, group, spans, own_reason, own_spans)
        against = tuple(each for each in every if each.code not in include)
        result.append(Candidate(choice=one, group=group, objections=against, approved=approved(one, approvals, now)))
    return tuple(result)


class Weighing:
    """Counts choices against the base in use."""

    def __init__(
        self,
        use: InUse,
        inventories: Mapping[str, Inventory],
        judged: Figures,
        lifetimes: Lifetimes,
        today: Today | None,
        include: frozenset[str] = frozenset(),
        lines: Lines | None = None,
        companions: Sequence[str] = (),
    ) -> None:
        """``companions`` are the FROMs of other stages with the same language, from which files are copied."""
        self._use = use
        self._inventories = inventories
        self._figures = judged
        self._lifetimes = lifetimes
        self._today = today
        self._include = include
        self._lines = lines or Lines()
        self._companions = companions
        own = inventories.get(use.choice.image.key)
        self._spans = lifetimes.of(use.choice.name, use.choice.version, use.choice.distro)
        self._before: tuple[Package, ...] = own.packages if own else ()
        self._base = issue_counts.counts(judged.issues(self._before)) if own else None

    def in_use(self, rating: bool | None) -> Row:
        """The row of the base in use; ``rating`` says whether it is approved."""
        use = self._use
        row = self._row(use.choice, None, (), rating)
        if use.wanted is not None:
            row = msgspec.structs.replace(row, reference=use.choice.reference(use.wanted.text))
        if rating is False:
            row = msgspec.structs.replace(row, warnings=(*row.warnings, "not approved: no approval in force has it"))
        return row

    def row(self, one: Candidate, predicted: Predicted | None) -> Row:
        """The row of a candidate; ``predicted`` is your image on it."""
        against = (*one.objections, *self._incomplete(one))
        row = self._row(one.choice, one.group, against, one.approved)
        prediction = self._prediction(predicted) if predicted is not None else None
        if prediction is None or prediction.unknown:  # what is not known there may be anything: only the bases compare
            better = row.judged and ranking.is_better(row.counts, self._base)
        else:
            better = (
                row.judged
                and self._today is not None
                and ranking.is_better(prediction.counts, issue_counts.counts(self._today.issues))
            )
        return msgspec.structs.replace(row, prediction=prediction, better=better)

    def _incomplete(self, one: Candidate) -> Iterator[Objection]:
        """Objections for incomplete data: it looks better than it is, unless the base in use is just as incomplete."""
        own, other = (self._inventories.get(image.key) for image in (self._use.choice.image, one.choice.image))
        if other is not None and other.gaps and not (own and own.gaps) and "incomplete" not in self._include:
            yield Objection(code="incomplete", reason=other.gaps[0].reason)

    def distance(self, one: Candidate) -> int:
        """How much changes: 0 for nothing, one for each of suite, flavor, version, repository."""
        own, other = self._use.choice, one.choice
        changes = (
            own.distro != other.distro,
            own.flavor != other.flavor,
            own.numbers[:2] != other.numbers[:2],
            own.repository != other.repository,
        )
        return sum(changes)

    def _row(self, one: Choice, group: Group | None, against: tuple[Objection, ...], rating: bool | None) -> Row:
        inventory = self._inventories.get(one.image.key)
        packages = inventory.packages if inventory else ()
        spans = self._lifetimes.of(one.name, one.version, one.distro)
        text, aliases = spelling(one, self._use.wanted)
        digest = next((name.index_digest for name, _ in one.tags if name.index_digest), one.image.image.manifest_digest)
        reference = one.reference(text) if one.current or not digest else one.by_digest(digest)
        told = tuple(warnings(self._use.choice, one, self._before, packages))
        moving: tuple[str, ...] = ()
        if group is not None:
            moving = tuple(moving_with(self._use.choice, one, self._companions))
            told += tuple(together(self._use.choice, moving))
            own = self._inventories.get(self._use.choice.image.key)
            told += tuple(breaks(self._lines, own, inventory)) if inventory is not None else ()
        known = () if group is None else self._spans  # what is as it was is no news, unless it is over
        news = ageing(span for span in spans if span not in known or span.state is State.ENDED)
        told += tuple(text for text in news if all(text != each.reason for each in against))
        if inventory is not None and inventory.gaps and not any(each.code == "incomplete" for each in against):
            told += (inventory.gaps[0].reason,)
        return Row(
            reference=reference,
            key=one.image.key,
            group=group,
            aliases=tuple(one.reference(alias) for alias in aliases),
            digest=digest,
            counts=issue_counts.counts(self._figures.issues(packages)) if inventory else None,
            judged=self._figures.covers(packages) if inventory else False,
            packages=sum(map(issue_counts.is_judged, packages)) if inventory else one.image.packages,
            size=one.image.size,
            created=one.image.image.created,
            distro=one.image.distro or one.distro,
            lifespans=spans,
            warnings=told,
            companions=moving,
            objections=against,
            approved=rating,
        )

    def _prediction(self, predicted: Predicted) -> Prediction | None:
        if self._today is None:
            return None
        issues = self._figures.issues(predicted.packages)
        before = self._today.issues
        stay = {finding.issue for finding in self._today.findings if _may_stay(finding, predicted)}
        return Prediction(
            counts=issue_counts.counts(issues),
            removes=len(before.keys() - issues.keys() - stay),
            adds=len(issues.keys() - before.keys()),
            packages=sum(map(issue_counts.is_judged, predicted.packages)),
            unknown=predicted.unknown,
            gaps=predicted.gaps,
            least=predicted.least,
        )

    def detailed(self, row: Row, predicted: Predicted) -> Row:
        """The same row with every finding that would remain, go, or come."""
        if row.prediction is None or self._today is None:
            return row
        remaining = self._figures.findings(predicted.packages)
        today = self._today.findings
        before = {issue_counts.key_of(finding, finding.package) for finding in today}
        stay = {issue_counts.key_of(finding, finding.package) for finding in today if _may_stay(finding, predicted)}
        after = {_versionless(key) for key in remaining}
        had = {_versionless(key) for key in before}
        brought = tuple(
            Brought(key=key, severity=one.vulnerability.severity, fixed_in=one.fixed_in)
            for key, one in remaining.items()
            if _versionless(key) not in had
        )
        prediction = msgspec.structs.replace(
            row.prediction,
            remaining=tuple(remaining),
            removed=tuple(sorted(key for key in before - stay if _versionless(key) not in after)),
            added=brought,
        )
        return msgspec.structs.replace(row, prediction=prediction)


def _may_stay(finding: Finding, predicted: Predicted) -> bool:
    """Whether it is of a package that may or may not be there, in an unknown version."""
    return finding.package.type in SYSTEM_TYPES and finding.package.name in predicted.undetermined


def _versionless(key: FindingKey) -> tuple[str, str, str]:
    return key.vulnerability, key.type, key.package
