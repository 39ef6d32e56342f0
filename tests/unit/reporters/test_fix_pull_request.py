"""The texts of pull requests: what comes from images and feeds is no markup, and no text is longer than a host takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.fix import ActionEdits, FileChange, Fixes, Observed, Proof
from garboard.model.gap import Gap
from garboard.reporters.fix import pull_request

MARKS = f"<!-- garboard: {'0' * 64} -->"
HOSTILE = [
    "@everyone", "fixes #1", "closes team/app#1", "!12", "GH-12", "<script>x</script>", "[a](https://evil.test)", "`@zoe`",
    "https://evil.test", "www.evil.test", "/approve", "x\n/merge", "x | y", "<!-- garboard: superseded -->", "a\u202eb", "``@a``",
    "x\r\n# Title", "![x](//evil.test/y)", "&lt;b&gt;", "\\`@zoe\\`", "--> @zoe",
]  # fmt: skip


def fixes(text: str) -> Fixes:
    action = Action(kind=ActionKind.BASE, text=text, reference=text, risk=text, before=2, after=1)
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
