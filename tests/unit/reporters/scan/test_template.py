"""Templates of the user's own: what they can print, and what they cannot reach; and GitLab's code quality."""

from __future__ import annotations

import json

import msgspec
import pytest

from garboard.cli.main import run
from garboard.model.errors import UsageError
from garboard.reporters.scan import codequality, csv, junit, markdown, template
from garboard.reporters.scan import json as as_json
from garboard.reporters.view import View, shown
from tests.unit.reporters.attributed import BASE, OURS, finding, report
from tests.unit.reporters.scan.test_short_forms import HOSTILE, hostile
from tests.unit.reporters.test_counts import in_two_layers


def printed(text: str, name: str = "report.txt.j2") -> str:
    return template.render(in_two_layers(), View(template=text, template_name=name)).decode()


def test_it_has_the_json_report() -> None:
    document = json.loads(as_json.render(in_two_layers(), View()))
    assert json.loads(printed("{{ report|tojson }}")) == document
    listed = printed("{% for one in report.vulnerabilities %}{{ one.id }} {{ one.packageName }}\n{% endfor %}")
    assert listed.splitlines() == [f"{one['id']} {one['packageName']}" for one in document["vulnerabilities"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{% for %}", "report.txt.j2:2 is wrong"),
        ("{{ report.nothing }}", "no attribute 'nothing'"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% include 'x' %}", "fails"),
        ("{{ report.__class__.__mro__ }}", "unsafe"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{% set _ = report.update({'ok': 1}) %}", "unsafe"),
        ("{{ range(10000000) }}", "fails"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "fails"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        printed(text)
    assert said in raised.value.message


def test_names_are_escaped_in_markup_alone() -> None:
    of, text = hostile(), "{{ report.vulnerabilities[0].packageName }}"
    for name, escaped in (("a.html.j2", True), ("a.XML", True), ("a.md.j2", False)):
        made = template.render(of, View(template=text, template_name=name)).decode()
        assert ("<script" not in made) is escaped


def test_the_options_go_together(capsys: pytest.CaptureFixture[str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert run(["scan", "x", "--format", "template"]) == 2
    assert "--template FILE" in capsys.readouterr().err
    assert run(["scan", "x", "--template", str(tmp_path)]) == 2
    assert "--format template" in capsys.readouterr().err
    assert run(["scan", "x", "--format", "template", "--template", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_code_quality_has_each_issue_once_at_its_line() -> None:
    of = report(finding("a", BASE, cve="CVE-1"), finding("b", OURS, cve="CVE-2"))
    found = json.loads(codequality.render(of, View()))
    assert [(one["check_name"], one["location"]["path"], one["location"]["lines"]["begin"]) for one in found] == [
        ("CVE-1", "Dockerfile", 1), ("CVE-2", "Dockerfile", 3),
    ]  # fmt: skip
    assert {*found[0]} == {"description", "check_name", "fingerprint", "severity", "location"}
    assert {one["severity"] for one in found} <= {"info", "minor", "major", "critical", "blocker"}
    assert json.loads(codequality.render(report(), View())) == []
    newer = msgspec.structs.replace(of.findings[0].package, version="9")
    later = report(msgspec.structs.replace(of.findings[0], package=newer))
    assert json.loads(codequality.render(later, View()))[0]["fingerprint"] == found[0]["fingerprint"]
    of = in_two_layers()
    made = json.loads(codequality.render(of, View()))
    assert len({one["fingerprint"] for one in made}) == len(made) == len(shown(of, View()))
    assert "\x1b" not in codequality.render(hostile(), View()).decode()


def test_several_images_in_one_document() -> None:
    of = in_two_layers()
    for module in (csv, junit, markdown):
        series = module.several(3, View())  # type: ignore[attr-defined]
        text = b"".join(
            [*series.report("a", of), series.failure("b", HOSTILE, "hint"), *series.report("c", of), series.end()]
        ).decode()
        alone = module.render(of, View()).decode()  # type: ignore[attr-defined]
        assert text.count("CVE-") == 2 * alone.count("CVE-")
        assert "\x1b" not in text
        assert module.several(1, View()).end() is not None  # type: ignore[attr-defined]
    assert len(text) < markdown.MOST
