"""What rules are asked about: a report, and what else is known for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from garboard.model.advisory import Severity
from garboard.model.report import Report
from garboard.policy.ages import STALE_AFTER


class Baseline(NamedTuple):
    """Another report to compare with.

    Attributes:
        known: its findings (see `garboard.policy.baseline.key`).
        counts: numbers of its issues by severity.
        image: the name of the image that it is on; empty if it is not known.
    """

    known: frozenset[tuple[str, str]]
    counts: Mapping[Severity, int]
    image: str = ""


class Facts(NamedTuple):
    """The report, and what the user says of facts that it lacks.

    Attributes:
        baseline: what was known before; None if there is nothing to compare with.
        unrated_passes: whether an issue that nobody has rated counts as milder than any severity.
        stale_after: days after which what daily lists say is not known any more.
        keys: public keys in PEM, by the names that rules give them.
        rule: all conditions of the rule in question, for those that belong together.
    """

    report: Report
    baseline: Baseline | None = None
    unrated_passes: bool = False
    stale_after: int = STALE_AFTER
    keys: Mapping[str, bytes] = {}
    rule: Mapping[str, Any] = {}


class ImageAnswer(NamedTuple):
    """Whether a condition holds for an image (None: not known), and why, or which fact is missing."""

    holds: bool | None
    text: str = ""
