from __future__ import annotations

import pytest

from garboard.matching.severity import assess, of_score
from garboard.model.advisory import Rating, Severity

V3, V2 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:C/I:C/A:C"


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0.0, Severity.NEGLIGIBLE),
        (0.1, Severity.LOW),
        (3.9, Severity.LOW),
        (4.0, Severity.MEDIUM),
        (6.9, Severity.MEDIUM),
        (7.0, Severity.HIGH),
        (8.9, Severity.HIGH),
        (9.0, Severity.CRITICAL),
        (10.0, Severity.CRITICAL),
    ],
)
def test_the_scale_is_that_of_cvss_3(score: float, severity: Severity) -> None:
    """Both ends of each row of the specification's table 14."""
    assert of_score(score, V3) is severity


@pytest.mark.parametrize("score", [7.0, 9.0, 10.0])
def test_version_2_ends_at_high(score: float) -> None:
    assert of_score(score, V2) is Severity.HIGH


def test_a_word_of_another_source_counts_where_there_is_no_vector() -> None:
    """One that says nothing is passed over, and the first that says something is the source."""
    others = (Rating(source="a", word="untriaged"), Rating(source="b", word="moderate"), Rating(source="c", word="low"))
    assert assess((), others)[:2] == (Severity.MEDIUM, "b")
