"""The texts of pull requests: what comes from images and feeds is no markup, and no text is longer than a host takes."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.fix import ActionEdits, FileChange, Fixes, Observed, Proof
from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan, State
from garboard.model.recommendation import Counts
from garboard.reporters.fix import pull_request

MARKS = f"<!-- garboard: {'0' * 64} -->"
HOSTILE = [
    "@everyone", "fixes #1", "closes team/app#1", "!12", "GH-12", "<script>x</script>", "[a](https://evil.test)", "`@zoe`",
    "https://evil.test", "www.evil.test", "/approve", "x\n/merge", "x | y", "<!-- garboard: superseded -->", "a\u202eb", "``@a``",
    "x\r\n# Title", "![x](//evil.test/y)", "&lt;b&gt;", "\\`@zoe\\`", "--> @zoe",
]  # fmt: skip


def fixes(text: str) -> Fixes:
    life = Lifespan(name=text, product=text, cycle=text, eol="2028-10-31", state=State.SUPPORTED)
    action = Action(kind=ActionKind.BASE, text=text, reference=text, risk=text, before=2, after=1, lifespans=(life,))
    missed = WantedVersion(type="deb", name=text, version=text)
    made = ActionEdits(
        action=action, files=(FileChange(file=text, before=b"a\n", after=b"b\n"),), missed=((missed, text),)
    )
    seen = Observed(predicted=frozenset(), found=frozenset())
    return Fixes(
        image=text,
        changes=(made, ActionEdits(action=action, reason=text)),
        total=2,
        remaining=1,
        before=Counts(high=2),
        after=Counts(low=1),
        proof=Proof(engine=text, before=seen, after=seen, checks=(text,)),
        gaps=(Gap(stage="x", subject=text, reason=text),),
    )


def outside_of_code(body: str) -> str:
    """What a host's filters read: the text of the page without its code."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    return re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_markup_a_mention_or_a_command(text: str) -> None:
    body = pull_request.body(fixes(text), MARKS, 65_536)
    page = outside_of_code(body)
    assert body.count("<!--") == body.count(MARKS) + body.replace(MARKS, "").count("<!--")
    for smuggled in ("@", "#1", "!1", "GH-", "evil", "script>", "<a ", "<img", "superseded", "zoe"):
        assert smuggled not in page.replace(MARKS, "")
    assert not any(line.startswith(("/", "#1")) for line in body.splitlines())
    assert page.count("<!--") == 1
    title = pull_request.title(fixes(text))
    assert "\n" not in title
    assert not re.search(r"[@#!]\w|GH-\d|www\.|://", title)


@given(st.text(max_size=60))
def test_any_text_stays_in_its_code(text: str) -> None:
    page = outside_of_code(pull_request.body(fixes(f"@{text}"), MARKS, 65_536))
    assert "@" not in page
    assert page.count("<!--") == 1


@given(st.integers(min_value=1500, max_value=6000), st.text(min_size=1, max_size=3))
def test_no_text_is_longer_than_the_host_takes(limit: int, letter: str) -> None:
    body = pull_request.body(fixes(letter * 3000), MARKS, limit)
    assert len(body.encode("utf-8", "replace")) <= limit
    assert body.endswith(MARKS)
    assert "How to undo" in body


def test_a_long_title_is_cut() -> None:
    assert len(pull_request.title(fixes("x" * 3000))) <= 120


def test_what_it_changes_by_severity_and_how_long_the_new_base_is_maintained() -> None:
    life = Lifespan(name="Python 3.12", product="python", cycle="3.12", eol="2028-10-31", state=State.SUPPORTED)
    over = Lifespan(name="Debian 9", product="debian", cycle="9", eol="2022-06-30", state=State.ENDED)
    given = fixes("python:3.12")
    change = msgspec.structs.replace(
        given.changes[0], action=msgspec.structs.replace(given.changes[0].action, lifespans=(life, over))
    )
    body = pull_request.body(msgspec.structs.replace(given, changes=(change,)), MARKS, 65_536)
    assert "| high | 2 | 0 |\n| low | 0 | 1 |\n" in body
    notes = "<https://docs.python.org/3/whatsnew/3.12.html>"
    assert f"- `Python 3.12`: maintained until 2028-10-31; release notes: {notes}\n" in body
    assert "- `Debian 9`: maintained until 2022-06-30, which is over; release notes: <https://www.debian.org" in body


@pytest.mark.parametrize(
    ("product", "cycle", "address"),
    [
        ("python", "3.12", "https://docs.python.org/3/whatsnew/3.12.html"),
        ("nodejs", "22", "https://github.com/nodejs/node/blob/main/doc/changelogs/CHANGELOG_V22.md"),
        ("php", "8.3", "https://www.php.net/ChangeLog-8.php"),
        ("python", "", "https://endoflife.date/python"),
        ("perl", "5.40", "https://endoflife.date/perl"),
        ("a/../b", "1", ""),
        ("python", "3.12>)[x](y", "https://endoflife.date/python"),
        ("www.example.test", "1", ""),
        ("", "", ""),
    ],
)
def test_addresses_of_release_notes(product: str, cycle: str, address: str) -> None:
    assert Lifespan(name="x", product=product, cycle=cycle).release_notes == address
