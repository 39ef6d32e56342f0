"""Applies a policy to a report: which stage it is of, what is set aside, and what its gate says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

import msgspec

from garboard.model.errors import UsageError
from garboard.model.policy import Deciding, Ignore, Level, PolicyFile, PolicyResult, Rule, StageRules, Wanted
from garboard.model.report import Report
from garboard.model.vex import VexStatement
from garboard.policy import ages
from garboard.policy.ages import STALE_AFTER
from garboard.policy.baseline import mismatch
from garboard.policy.facts import Baseline, Facts
from garboard.policy.judge import deciding, judge
from garboard.policy.of_images import UNSIGNED_BY
from garboard.policy.triage import triage
from garboard.policy.vex import apply as vex
from garboard.policy.vex import attached as vex_attached

_ONLY_NEW: Final = Rule(place="--baseline", level=Level.FAIL, conditions=(Wanted(name="new", value=True),))


class Applied(NamedTuple):
    """A policy as one run uses it.

    Attributes:
        policy: of the file, if there is one.
        stage: as the user names it; empty: it is found out.
        rules: of the command line.
        ignores: of the command line and of the Dockerfile.
        target: the name of the Dockerfile's stage that was built.
        baseline: as in `Facts`.
        unrated_passes: as in `Facts`.
        statements: of the VEX documents that the user names.
        notes: what to say of the policy before it is applied.
    """

    policy: PolicyFile = PolicyFile()
    stage: str = ""
    rules: tuple[Rule, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    target: str = ""
    baseline: Baseline | None = None
    unrated_passes: bool = False
    statements: tuple[VexStatement, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def trusted(self) -> vex_attached.Trusted:
        """Whose VEX documents are applied that come with the image."""
        keys = {one.name: one.pem for one in self.policy.keys if one.name in self.policy.trusted_keys}
        return vex_attached.Trusted(frozenset(self.policy.trust), keys)

    @property
    def asks_who_signed(self) -> bool:
        """Whether a rule is about the signatures of images."""
        stages = (*self.policy.stages, StageRules(name="", rules=self.rules))
        return any(one.name == UNSIGNED_BY for stage in stages for rule in stage.rules for one in rule.conditions)


def set_aside(report: Report, applied: Applied) -> Report:
    """The report without what is ignored, or closed by VEX; it has a policy that has no results yet.

    Raises:
        UsageError: it is not known of which stage the image is.
    """
    stage, how = stage_of(report, applied)
    ignores: Sequence[Ignore] = (*applied.ignores, *applied.policy.ignores)
    triaged = triage(report, ignores, stage.name if stage else "")
    stated = vex.apply(triaged.report, applied.statements)
    of_baseline = mismatch(applied.baseline, report.image.name) if applied.baseline else ""
    notes = (*applied.notes, *filter(None, (of_baseline,)), *triaged.notes, *stated.notes)
    if later := ages.of_later_days(report):
        day = report.created.date()
        notes = (f"judged as of {day}, though data are of {later}: ignores hold by that day", *notes)
    result = PolicyResult(file=applied.policy.file, stage=stage.name if stage else "", how=how, notes=notes)
    return msgspec.structs.replace(stated.report, policy=result)


def judged(report: Report, applied: Applied) -> Report:
    """The same with the result of each rule."""
    if report.policy is None:
        return report
    result = msgspec.structs.replace(
        report.policy, results=judge(_rules(report.policy, applied), _facts(report, applied))
    )
    return msgspec.structs.replace(report, policy=result)


def decided(report: Report, applied: Applied) -> tuple[Deciding, ...]:
    """What decides about each finding of such a report."""
    rules = _rules(report.policy, applied) if report.policy else ()
    return deciding(rules, _facts(report, applied))


def _facts(report: Report, applied: Applied) -> Facts:
    keys = {one.name: one.pem for one in applied.policy.keys}
    stated = applied.policy.stale_after
    return Facts(
        report=report,
        baseline=applied.baseline,
        unrated_passes=applied.unrated_passes,
        stale_after=STALE_AFTER if stated is None else stated,
        keys=keys,
    )


def _rules(result: PolicyResult, applied: Applied) -> tuple[Rule, ...]:
    stage = next((one for one in applied.policy.stages if one.name == result.stage), None)
    rules = (*applied.rules, *(stage.rules if stage else ()))
    if applied.baseline is not None and not any(one.level is Level.FAIL for one in rules):
        return (*rules, _ONLY_NEW)
    return rules


def stage_of(report: Report, applied: Applied) -> tuple[StageRules | None, str]:
    """The stage of an image, and how it is known: by the user, the Dockerfile's stage, the image's name, or by default.

    Raises:
        UsageError: there are several, and nothing says which; or the user's is none of them.
    """
    policy = applied.policy
    names = [one.name for one in policy.stages]
    if applied.stage:
        found = next((one for one in policy.stages if one.name == applied.stage), None)
        if found is None:
            known = f"it has {', '.join(names)}" if names else "it has none"
            raise UsageError(f"the policy {policy.file or 'of this run'} has no stage {applied.stage}", known)
        return found, "as named"
    if not policy.stages:
        return None, ""
    by_target = [one for one in policy.stages if applied.target and applied.target in one.targets]
    by_tag = [one for one in policy.stages if _is_tagged(report, one.tags)]
    for matching, how in ((by_target, f"by the Dockerfile's stage {applied.target}"), (by_tag, "by the image's name")):
        if len(matching) == 1:
            return matching[0], how
        if len(matching) > 1:
            raise UsageError(
                f"{', '.join(one.name for one in matching)} are all stages of {report.image.name}",
                "name one with --stage-policy",
            )
    default = policy.default_stage or (names[0] if len(names) == 1 else "")
    if not default:
        raise UsageError(
            f"{policy.file} has the stages {', '.join(names)}, and nothing says of which {report.image.name} is",
            "name one with --stage-policy, or set default-stage",
        )
    return next(one for one in policy.stages if one.name == default), "by default"


def _is_tagged(report: Report, patterns: Iterable[str]) -> bool:
    names = {report.image.name, *report.image.tags}
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
