"""Rules and ignores of the command line."""

from __future__ import annotations

import datetime as dt

import pytest

from garboard.model.errors import UsageError
from garboard.policy.short_forms import fail_on, ignore


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("high", 'severity = "high"'),
        ("high,fixable", 'severity = "high", fixable = true'),
        ("kev", "kev = true"),
        ("epss=0.5", "epss = 0.5"),
        ("fixable=false", "fixable = false"),
        ("known-for=30", "known-for = 30"),
        ("ecosystem=npm,new", 'ecosystem = ["npm"], new = true'),
        ("root-user", "root-user = true"),
    ],
)  # fmt: skip
def test_fail_on(text: str, rule: str) -> None:
    found = fail_on(text)
    assert (found.text, found.place) == (rule, f"--fail-on {text}")


@pytest.mark.parametrize("text", ["worst", "epss", "epss=2", "root-user,high", ",", "high=3", "severity=bad"])
def test_what_fail_on_does_not_take(text: str) -> None:
    with pytest.raises(UsageError) as error:
        fail_on(text)
    assert "--fail-on" in error.value.message
    assert error.value.hint


def test_an_ignore() -> None:
    one = ignore("CVE-2024-1=not used = at all@2027-01-31")
    assert (one.ids, one.reason, one.until) == (("CVE-2024-1",), "not used = at all", dt.date(2027, 1, 31))
    assert ignore("CVE-2024-1=see me@until-fixed").until_fixed
    assert ignore("CVE-2024-1=x").until is None


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2024-1",
        "=x",
        "CVE-2024-1=",
        "CVE-2024-1=x@",
        "CVE-2024-1=x@soon",
        "CVE-2024-1=@2027-01-31",
        "CVE-*=x",
        "CVE-1,CVE-2=x",
    ],
)
def test_what_ignore_does_not_take(text: str) -> None:
    with pytest.raises(UsageError, match="--ignore"):
        ignore(text)


@pytest.mark.parametrize("text", ["high,critical", "high,high", "kev,kev=false"])
def test_one_condition_twice_is_no_list_of_any_of_them(text: str) -> None:
    with pytest.raises(UsageError, match="twice"):
        fail_on(text)


@pytest.mark.parametrize("text", ["HIGH", "High,Fixable", "KEV", "severity=HIGH", "kev=True", "Root-User"])
def test_fail_on_takes_any_case(text: str) -> None:
    assert fail_on(text).conditions == fail_on(text.lower()).conditions


@pytest.mark.parametrize(("text", "meant"), [("hihg", "high"), ("fixabel", "fixable"), ("critcal,fixable", "critical")])
def test_fail_on_asks_what_was_meant(text: str, meant: str) -> None:
    with pytest.raises(UsageError) as raised:
        fail_on(text)
    assert raised.value.hint == f"did you mean {meant}?"
