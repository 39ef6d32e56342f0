"""The page: well-formed, every issue once, nothing that a name could do, and the same numbers as everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.action import Action, ActionKind, Actions, Remaining
from garboard.model.advisory import FeedState, Severity
from garboard.model.attribution import Introduction, LayerOrigin, Origin, Place
from garboard.model.gap import Gap
from garboard.model.image import History
from garboard.model.policy import (
    Decision,
    Level,
    PolicyResult,
    Rule,
    RuleResult,
    RuleState,
    Suppressed,
    Suppression,
    Wanted,
)
from garboard.model.recommendation import Counts, Group, Prediction, Recommendation, Row, Verdict
from garboard.model.report import Report
from garboard.reporters.scan import html
from garboard.reporters.scan import json as as_json
from garboard.reporters.scan.html_style import EARLY, SCRIPT, STYLE
from garboard.reporters.view import View, shown
from tests.unit.reporters.attributed import BASE, NOBODY, OURS, finding, report
from tests.unit.reporters.findings import scanned
from tests.unit.reporters.test_counts import in_two_layers

VOID = {"meta", "input", "br"}
VIEWS = [View(), View(only_fixed=True), View(severity=Severity.HIGH), View(exclude_base=True)]


class Page(HTMLParser):
    """Elements with their attributes, and the text of each section; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self._section = ""
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag == "section":
            self._section = str(dict(attrs)["id"])
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts[self._section] = self.texts.get(self._section, "") + data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def rows(self) -> list[dict[str, str | None]]:
        return [one for one in self.of("tr") if "data-s" in one]


def page(of: Report, view: View | None = None) -> Page:
    return Page(html.render(of, view or View()).decode())


def full(text: str, url: str = "https://example.org/") -> Report:
    """A report in which every text that may be a stranger's is this one."""
    who = Introduction(
        origin=Origin.DOCKERFILE,
        layer=1,
        instruction=text,
        command=text,
        asked_for=text,
        place=Place(file=text, line=1),
        copied_from=text,
    )
    one = finding("a", who)
    vulnerability = msgspec.structs.replace(
        one.vulnerability,
        id=text,
        title=text,
        description=text,
        aliases=(text,),
        references=(url, text),
        severity_source=text,
        cvss_score=1.0,
        cvss_vector=text,
        kev_added=text,
    )
    package = msgspec.structs.replace(one.package, name=text, version=text, type=text, purl=text, source_name=text)
    bad = msgspec.structs.replace(
        one, vulnerability=vulnerability, package=package, fixed_in=text, note=text, from_paths=((text, package.id),)
    )
    other = finding("b", BASE)
    of = report(bad, other, gaps=(Gap(stage="catalog", subject=text, reason=text),))
    row = Row(
        reference=text,
        key=text,
        group=Group.MINOR,
        counts=Counts(high=1),
        warnings=(text,),
        better=True,
        prediction=Prediction(unknown=(text,), gaps=(text,)),
    )
    aside = Suppressed(finding=bad, by=Suppression(reason=text, place=text, owner=text, until=text, justification=text))
    rule = Rule(place=text, level=Level.FAIL, conditions=(Wanted(name=text, value=text),))
    action = Action(kind=ActionKind.RAISE, text=text, command=text, risk=text, place=who.place, before=2, after=1)
    assert of.attribution is not None
    layers = (of.attribution.layers[0], LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=text))
    return msgspec.structs.replace(
        of,
        image=msgspec.structs.replace(of.image, name=text, history=(History(created_by=text),)),
        target_file=text,
        base_image=text,
        attribution=msgspec.structs.replace(of.attribution, layers=layers),
        feeds=(FeedState(shard=text, fetched=text),),
        suppressed=(aside,),
        policy=PolicyResult(
            file=text,
            stage=text,
            how=text,
            notes=(text,),
            results=(RuleResult(rule=rule, state=RuleState.VIOLATED, details=(text,), missing=(text,)),),
        ),
        recommendation=Recommendation(
            verdict=Verdict.BETTER, base=msgspec.structs.replace(row, group=None), rows=(row,), yours=Counts(high=2)
        ),
        actions=Actions(
            total=2, actions=(action,), remaining=(Remaining(reason=text, issues=(("a", "b", "c"),)),), judged=1
        ),
    )


def skeleton(of: Page) -> Iterator[object]:
    """Everything but the text: elements, and their attributes but for the addresses of links."""
    for tag, attributes in of.elements:
        kept = {name: "" if tag == "a" and name == "href" else value for name, value in attributes.items()}
        yield tag, kept


HOSTILE = [
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus x='",
    "</script><svg/onload=alert(1)>",
    "</title><base href=//evil.example>",
    "<!--",
    "]]><a>",
    "&lt;b&gt;&#60;i>",
    "javascript:alert(1)",
    "\u202egnp.exe \x00\x1b[2J",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_does_nothing(text: str) -> None:
    found = html.render(full(f"x{text}"), View()).decode()
    assert list(skeleton(Page(found))) == list(skeleton(page(full("harmless"))))
    for bad in ("\u202e", "\x00", "\x1b"):
        assert bad not in found


@given(
    st.text(min_size=1, max_size=12, alphabet=st.characters(exclude_categories=["Cs"])).map(lambda text: f"x{text}x")
)
def test_no_text_changes_what_the_page_consists_of(text: str) -> None:
    kinds = {tag for tag, _ in page(full(text)).elements}
    assert kinds == {tag for tag, _ in page(full("harmless")).elements}
    allowed = {*("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-label", "tabindex")}
    allowed |= {*("aria-labelledby", "scope", "role", "aria-live", "aria-sort", "hidden", "type", "value", "checked")}
    allowed |= {*("data-s", "data-w", "data-t", "data-e", "data-f", "data-k", "rel", "autocomplete", "aria-hidden")}
    allowed |= {*("viewbox", "preserveaspectratio", "focusable", "x", "y", "width", "height")}
    for tag, attributes in page(full(text)).elements:
        assert attributes.keys() <= allowed
        assert all(text not in (value or "") for value in attributes.values()), tag


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a?b=c&d#e", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ('https://example.org/" onclick=alert(1) x="', False),
        ("https://example.org/<script>", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://example.org/\u202egnp", False),
    ],
)
def test_only_addresses_of_pages_are_links(url: str, linked: bool) -> None:
    links = [one["href"] for one in page(full("harmless", url)).of("a")]
    assert [one for one in links if not (one or "").startswith("#")] == ([url] if linked else [])


def test_it_loads_nothing_and_runs_its_own_script_alone() -> None:
    found = page(scanned())
    [policy] = [one["content"] or "" for one in found.of("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    text = html.render(scanned(), View()).decode()
    assert f"<script>{SCRIPT}</script>" in text
    assert f"<style>{STYLE}</style>" in text
    assert f"<script>{EARLY}</script></head>" in text
    assert (len(found.of("script")), len(found.of("style"))) == (2, 1)
    for tag, attributes in found.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {name for name in attributes if name.startswith("on")} | ({"src", "style"} & {*attributes})
    assert not re.search(r"url\(|@import|fetch\(|innerHTML|eval\(", STYLE + SCRIPT)


@pytest.mark.parametrize("view", VIEWS)
def test_it_agrees_with_the_other_formats(view: View) -> None:
    of = in_two_layers()
    found = page(of, view)
    document = json.loads(as_json.render(of, view))
    assert len(found.rows()) == document["uniqueCount"] == len(shown(of, view))
    assert f"found {document['uniqueCount']} issues." in found.texts["summary"]
    counts = {word: int(number) for number, word in re.findall(r"(\d+)\s+(\w+)", _counts(of, view))}
    for severity in Severity:
        assert counts[severity.word] == sum(one["data-s"] == str(severity.rank) for one in found.rows())
    assert sum("data-f" in one for one in found.rows()) == sum(bool(one.first.fixed_in) for one in shown(of, view))
    whose = [one["data-w"] for one in found.rows()]
    shares = document["attribution"]["issues"]
    for origin in Origin:
        if not (view.exclude_base and origin is Origin.BASE):
            assert whose.count(origin.value) == shares[origin.value]
    for gap in document["gaps"]:
        assert gap["reason"] in found.texts["gaps"]


def _counts(of: Report, view: View) -> str:
    text = html.render(of, view).decode()
    [counts] = re.findall(r'<ul class=counts aria-label="Issues by severity">(.*?)</ul>', text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", counts.replace("</b>", " "))


def test_it_says_what_is_to_be_done_and_what_is_not_known() -> None:
    texts = page(full("told")).texts
    assert [*texts] == ["", "summary", "policy", "actions", "base", "layers", "gaps", "aside", "issues"]
    for section in ("policy", "actions", "base", "layers", "gaps", "aside", "issues"):
        assert "told" in texts[section], section
    assert "2 → 1" in texts["actions"]
    assert "Not covered: 1 remark" in texts["summary"]
    empty = page(report()).texts
    assert "None is shown." in empty["issues"]
    assert "Nothing that this scan knows of." in empty["gaps"]


def test_an_issue_of_unknown_origin_is_nobodys() -> None:
    one, other = finding("a", BASE, cve="CVE-1"), finding("a", NOBODY, cve="CVE-1")
    assert [row["data-w"] for row in page(report(one, other)).rows()] == ["unknown"]
    assert [row["data-w"] for row in page(report(one, finding("a", OURS, cve="CVE-1"))).rows()] == ["dockerfile"]


def test_what_a_reader_of_the_screen_needs() -> None:
    found = page(full("told"))
    identifiers = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(identifiers) == len({*identifiers})
    for one in found.of("section"):
        assert one["aria-labelledby"] in identifiers
    for one in found.of("a"):
        assert not (one["href"] or "").startswith("#") or (one["href"] or "")[1:] in identifiers
    assert len(found.of("h1")) == len(found.of("main")) == len(found.of("nav")) == 1
    assert all("scope" in one for one in found.of("th"))
    assert [one.get("aria-sort") for one in found.of("th") if "aria-sort" in one] == ["descending"]
    assert found.of("html") == [{"lang": "en"}]


def test_it_is_made_in_parts() -> None:
    of = report(*(finding(f"package-{place % 97}", OURS, cve=f"CVE-2024-{place:06}") for place in range(3_000)))
    sizes = [len(part) for part in html.parts(of, View())]
    assert len(sizes) > 40
    assert max(sizes) < 100_000


def test_what_was_set_aside_is_told_with_the_reason() -> None:
    by = Suppression(decision=Decision.IGNORED, reason="not <reached>", place="garboard.toml:1", until="2027-01-01")
    of = msgspec.structs.replace(report(), suppressed=(Suppressed(finding=finding("a", OURS), by=by),))
    text = page(of).texts["aside"]
    for word in ("not <reached>", "garboard.toml:1", "2027-01-01", "CVE-2024-a"):
        assert word in text
