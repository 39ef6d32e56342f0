"""A policy: which findings do not count, what fails or warns, and the verdict on one image."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import msgspec

from garboard.model.base import Value
from garboard.model.errors import GarboardError
from garboard.model.finding import Finding
from garboard.model.vex import VexStatement


class PolicyError(GarboardError):
    """A policy that is not one: the message shows every mistake with its line."""


class Level(enum.StrEnum):
    """What a rule does when its conditions hold."""

    FAIL = "fail"
    WARN = "warn"


class RuleState(enum.StrEnum):
    """What became of a rule. One that is not known never counts as passed."""

    PASSED = "passed"
    VIOLATED = "violated"
    NOT_KNOWN = "not known"


class Decision(enum.StrEnum):
    """Why a finding does not count; words of VEX, and a user's own."""

    IGNORED = "ignored"
    NOT_AFFECTED = "not_affected"
    FIXED = "fixed"


class Suppression(Value):
    """What set a finding aside.

    Attributes:
        place: the rule's, as ``garboard.toml:12`` or ``Dockerfile:7``; a VEX document's name.
        until: a date, ``until-fixed``, or empty: for good.
        justification: a word of VEX, if there is one.
        statement: that of a VEX document, if that is what closes it.
    """

    reason: str
    place: str
    decision: Decision = Decision.IGNORED
    until: str = ""
    owner: str = ""
    justification: str = ""
    statement: VexStatement | None = None


class Suppressed(Value):
    """A finding that does not count, and why."""

    finding: Finding
    by: Suppression


class Ignore(Value):
    """Findings to set aside: those that have all of what is named, and any one of what has several names.

    Attributes:
        version: a range in the package's own order, ``>=1.2 <2``.
        packages: names; ``*`` and ``?`` stand for any characters, as in ``paths``.
        lines: first and last lines of the Dockerfile, both included.
        brought_by: packages; what only these bring in.
        until: the last day on which it counts.
        stages: those of the policy for which it counts; empty: all.
        justification: a word of VEX that says why the vulnerability does not affect; empty: it may, and is accepted.
    """

    place: str
    reason: str
    justification: str = ""
    ids: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    version: str = ""
    paths: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    copied_from: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    brought_by: tuple[str, ...] = ()
    owner: str = ""
    until: dt.date | None = None
    until_fixed: bool = False
    stages: tuple[str, ...] = ()


class Wanted(Value):
    """One condition of a rule: its name in `garboard.policy.conditions`, and what it is compared with."""

    name: str
    value: Any


class Rule(Value):
    """What fails or warns: findings, or an image, of which all conditions hold."""

    place: str
    level: Level
    conditions: tuple[Wanted, ...]

    @property
    def text(self) -> str:
        """The conditions as they are written."""
        return ", ".join(f"{one.name} = {_written(one.value)}" for one in self.conditions)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_written(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name} = {_written(one)}' for name, one in value.items())}}}"
    return f'"{value}"' if isinstance(value, str) else str(value)


class StageRules(Value):
    """The rules of a stage, in their order; it is a stage of the image's life, named as its users like.

    Attributes:
        tags: patterns of image names that belong to it.
        targets: stages of a Dockerfile that belong to it.
    """

    name: str
    rules: tuple[Rule, ...] = ()
    tags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class PolicyKey(Value):
    """A public key that a rule names: the name as it is written there, and the key in PEM."""

    name: str
    pem: bytes


class PolicyFile(Value):
    """A whole policy file; ``file`` is empty for options of the command line alone."""

    file: str = ""
    default_stage: str = ""
    stages: tuple[StageRules, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    vex: tuple[str, ...] = ()
    """VEX documents, or folders of them, as they are written: relative to the file."""
    trust: tuple[str, ...] = ()
    """Authors whose VEX documents are applied that lie in the image or are attached to it."""
    trusted_keys: tuple[str, ...] = ()
    """Public keys whose attestations of VEX are applied, as they are written."""
    keys: tuple[PolicyKey, ...] = ()
    """All that it names."""
    defaults: dict[str, Any] = msgspec.field(default_factory=dict)
    """Options by their long names."""
    stale_after: int | None = None
    """Days after which what daily lists say is not known any more; None: as many as `garboard.policy.ages` says."""


class RuleResult(Value):
    """What became of one rule.

    Attributes:
        details: for people: the issues, or what is wrong with the image.
        missing: the facts that are not known.
        ids: identifiers of the vulnerabilities for which it does not pass.
        basis: how old the data are of facts that age.
    """

    rule: Rule
    state: RuleState
    details: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


class PolicyResult(Value):
    """What a policy says of one image.

    Attributes:
        how: why this is its stage.
        results: one of each rule, in their order.
        notes: ignores that have expired, soon will, or match nothing.
    """

    file: str = ""
    stage: str = ""
    how: str = ""
    results: tuple[RuleResult, ...] = ()
    notes: tuple[str, ...] = ()

    def _states(self) -> set[RuleState]:
        return {one.state for one in self.results if one.rule.level is Level.FAIL}

    @property
    def gated(self) -> bool:
        """Whether it is one that passes or fails: a stage of a file, or rules that fail; ignores alone are none."""
        return bool(self.stage or self._states())

    @property
    def failed(self) -> bool:
        """Whether a rule that fails holds."""
        return RuleState.VIOLATED in self._states()

    @property
    def about_coverage(self) -> bool:
        """Whether a rule says what has to be judged, in place of all that there is."""
        return any(one.name == "unjudged" for result in self.results for one in result.rule.conditions)

    @property
    def not_known(self) -> bool:
        """Whether none fails, and of one it is not known."""
        return not self.failed and RuleState.NOT_KNOWN in self._states()


class Deciding(Value):
    """What decided about one finding: what set it aside, or each rule that it does not pass."""

    finding: Finding
    by: Suppression | None = None
    rules: tuple[tuple[Rule, RuleState], ...] = ()
