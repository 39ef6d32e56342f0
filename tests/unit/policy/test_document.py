"""Policy files: what is read, and every mistake at once, with its line and a caret."""

from __future__ import annotations

import datetime as dt

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.policy import Level, PolicyError
from garboard.policy import of_findings, of_images
from garboard.policy.document import CONDITIONS, IGNORE, read
from garboard.policy.schema import schema
from garboard.policy.toml_places import places

WHOLE = """\
default-stage = "production"

[stages.development]
warn = [{severity = "critical"}]

[stages.test]
extends = "development"
tags = ["*:test-*"]
fail = [{malicious = true}]

[stages.production]
targets = "final"
fail = [
  {severity = "high", fixable = true},   # what can be mended
  {kev = true},
  {more-than = {critical = 0, high = 3}},
]

[[ignore]]
id = ["CVE-2024-1", "GHSA-x"]
package = "lib*"
version = ">=1 <2"
line = [3, "7-9"]
reason = "not reachable"
until = 2027-01-31
owner = "web"
stages = ["test"]

[[ignore]]
brought-by = "libsqlite3-dev"
reason = "only in the tests"
until = "until-fixed"
"""


def test_a_whole_policy() -> None:
    policy = read(WHOLE, "garboard.toml")
    stages = {stage.name: stage for stage in policy.stages}
    assert policy.default_stage == "production"
    assert [(rule.level, rule.text) for rule in stages["test"].rules] == [
        (Level.WARN, 'severity = "critical"'),
        (Level.FAIL, "malicious = true"),
    ]
    assert [rule.place for rule in stages["production"].rules] == [f"garboard.toml:{line}" for line in (14, 15, 16)]
    assert stages["production"].targets == ("final",)
    first, second = policy.ignores
    assert (first.ids, first.packages, first.version) == (("CVE-2024-1", "GHSA-x"), ("lib*",), ">=1 <2")
    assert (first.lines, first.until, first.owner) == (((3, 3), (7, 9)), dt.date(2027, 1, 31), "web")
    assert (first.place, first.stages) == ("garboard.toml:19", ("test",))
    assert (second.brought_by, second.until_fixed, second.until) == (("libsqlite3-dev",), True, None)


def mistakes(text: str) -> str:
    with pytest.raises(PolicyError) as error:
        read(text, "p.toml")
    return error.value.message


def test_all_mistakes_are_shown_at_once_in_their_order() -> None:
    text = '[[ignore]]\nid = "CVE-1"\n\n[stages.a]\nfail = [{severty = "high"}, {epss = 2}]\nfial = []\n'
    assert mistakes(text) == (
        'p.toml:1:1: an ignore wants a reason: reason = "…"\n   1 | [[ignore]]\n     | ^^^^^^^^^^\n'
        "p.toml:5:10: there is no severty here: did you mean severity?\n"
        '   5 | fail = [{severty = "high"}, {epss = 2}]\n     |          ^^^^^^^\n'
        "p.toml:5:30: epss wants a number from 0 to 1\n"
        '   5 | fail = [{severty = "high"}, {epss = 2}]\n     |                              ^^^^\n'
        "p.toml:6:1: there is no fial here: did you mean fail?\n   6 | fial = []\n     | ^^^^"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "p.toml:1:5: Invalid value"),
        ("x = 1", "there is no x here; there are default-stage"),
        ("stages = 1", "stages wants tables"),
        ("[stages]\na = 1", "a wants a table"),
        ("[stages.a]\nfail = {kev = true}", "fail wants a list of rules"),
        ("[stages.a]\nfail = [{}]", "a rule wants conditions"),
        ("[stages.a]\nfail = [{root-user = true, kev = true}]", "make two rules of it"),
        ('[stages.a]\nfail = [{severity-by = "nvd"}]', "severity-by goes with severity"),
        ('[stages.a]\nextends = "b"', "extends names no stage: b"),
        ('[stages.a]\nextends = "b"\n[stages.b]\nextends = "a"', "extends circles"),
        ('default-stage = "x"', "there is no stage x"),
        ('[[ignore]]\nreason = "x"', "an ignore says what it is about"),
        ('[[ignore]]\nid = "x"\nreason = " "', "reason wants a text"),
        (
            '[[ignore]]\nid = "x"\nreason = "y"\nuntil = 2027-01-31T10:00:00Z',
            "until wants a day without a time: 2027-01-31",
        ),
        ('[[ignore]]\nid = "x"\nreason = "y"\nuntil = "soon"', "until wants a day (2027-01-31) or"),
        ('[[ignore]]\nid = "x"\nreason = "y"\nstages = ["z"]', "there is no stage z"),
        ('[[ignore]]\npackage = "x"\nversion = ">= ="\nreason = "y"', "version wants a range"),
        ('[[ignore]]\nline = "a"\nreason = "y"', "line wants lines"),
        *(
            (f'[[ignore]]\npackage = "x"\nreason = "y"\n{key} = {value}', message)
            for key, values, message in (
                (
                    "version",
                    ('"*"', '"1.*"', '"~> 1"', '"^1"', '"!1"', '"1 - 2"', '"| 1"', '"|| 1"', '"1 ||"'),
                    "wants a range",
                ),
                ("version", ('"1.2 1.3"', '"1.2, 1.3"'), 'several with || between: "1.2 || 1.3"'),
                (
                    "layer",
                    ("-1", '"-1"', '"base"', '"sha256:1"', "[0, -1]", "[]", "true", "1.0"),
                    "layer wants a layer's number",
                ),
                (
                    "line",
                    ("0", "-1", '"7-"', '"12-7"', '"0-3"', "[]", "true", "1.0"),
                    "line wants lines of a Dockerfile",
                ),
                ("id", ('"CVE-2024-*"', '"CVE-2024-1, CVE-2024-2"', '"CVE-2024-1 CVE-2024-2"'), "no patterns"),
                ("ecosystem", ('"nmp"',), "there is no nmp"),
                ("until", ("07:32:00", "1", '"2027-01-31T00:00:00Z"'), "until wants a day (2027-01-31)"),
                ("until", ("2027-01-31T00:00:00Z", "2027-01-31 00:00:00"), "a day without a time: 2027-01-31"),
                ("justification", ('"vulnerable_code_not_presnt"',), "did you mean vulnerable_code_not_present?"),
            )
            for value in values
        ),
        ('[stages.a]\nfail = [{severity = "hihg"}]', "did you mean high?"),
        ('[stages.a]\nfail = [{id = "CVE-2024-*"}]', "no patterns"),
        ("[stages.a]\nfail = [{more-than = {high = 0, HIGH = 1}}]", "numbers by severity"),
        ("stale-after = -1", "stale-after wants a whole number"),
        ("ignore = 1", "ignore wants tables"),
        ("ignore = [1]", "an ignore wants a table"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    assert message in mistakes(text)


def test_the_schema_takes_what_the_reader_takes() -> None:
    import tomllib

    document = tomllib.loads(WHOLE)
    for entry in document["ignore"]:
        entry["until"] = str(entry["until"])
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    for wrong in (
        {"x": 1},
        {"ignore": [{"id": "x"}]},
        {"ignore": [{"reason": "x"}]},
        {"stages": {"a": {"fail": [{}]}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())


def test_no_name_is_that_of_two_conditions() -> None:
    assert not of_findings.CONDITIONS.keys() & of_images.CONDITIONS.keys()
    assert len(CONDITIONS) == len(of_findings.CONDITIONS) + len(of_images.CONDITIONS)
    assert {"id", "package", "path", "layer", "line", "ecosystem", "brought-by"} <= {*IGNORE}


@given(st.text(st.sampled_from('[]{}=".\'#\n a1-,\\"'), max_size=60))
def test_any_toml_has_its_places(text: str) -> None:
    """Each key and table that a reader finds has a place, whatever its layout."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = places(text)

    def check(value: object, path: tuple[str | int, ...]) -> None:
        assert not path or path in found or path[:-1] in found or any(one[: len(path)] == path for one in found)
        if isinstance(value, dict):
            for key, inner in value.items():
                check(inner, (*path, key))

    check(document, ())


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_a_mistake(text: str) -> None:
    try:
        read(text, "p.toml")
    except PolicyError as error:
        message = error.message
    else:
        return
    assert message.startswith("p.toml:")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('unjudged = "nmp"', "there is no nmp"),
        ('unjudged = ["deb", "nmp"]', "there is no nmp"),
        ('ecosystem = "nmp"', "there is no nmp"),
        ('of = "mine"', 'of wants "base" or "yours"'),
        ('cvss = "network"', "parts of a CVSS vector"),
        ('cvss = "AV:X"', "there is no AV:X"),
        ('cvss = ["Au:N", "PR:N"]', "no vector has Au:N and PR:N"),
        ('cvss = ["AV:N", "AV:L"]', "no vector has AV:N and AV:L"),
        ('package = "[a"', "[a can match none"),
        ('package = ["lib*", "x[b-a]"]', "x[b-a] can match none"),
    ],
)
def test_a_misspelled_value_is_no_rule_that_never_holds(rule: str, said: str) -> None:
    with pytest.raises(PolicyError) as raised:
        read(f"[stages.production]\nfail = [{{{rule}}}]\n", "p")
    assert said in raised.value.message


def test_case_of_letters_is_no_matter_where_words_are_few() -> None:
    text = '[stages.a]\nfail = [{severity = "HIGH", of = "Base", cvss = "av:n"}, {more-than = {High = 1}}]\n'
    (stage,) = read(text, "p").stages
    assert [one.value for rule in stage.rules for one in rule.conditions] == ["high", ("AV:N",), ("base",), {"high": 1}]
