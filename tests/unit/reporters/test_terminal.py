"""What an image's own names may do to a terminal: nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garboard.reporters.terminal import document, paint, plain


def test_escapes_and_changes_of_direction_are_made_visible():
    assert plain("leading to\u00a0remote\u3000code") == "leading to remote code"
    assert plain("a\x1b[8mhidden\x1b[0m\u202eb\nc\x9b1m") == "a\ufffd[8mhidden\ufffd[0m\ufffdb\ufffdc\ufffd1m"


def test_our_colors_stay_and_others_go():
    line = "- " + paint("bad\x1b[2J", "31", color=True) + " \x1b[8mx"
    assert document([line], color=True).decode() == "- \x1b[31mbad\ufffd[2J\x1b[0m \ufffd[8mx\n"
    assert "\x1b" not in document([line], color=False).decode()


@given(st.lists(st.text()))
def test_a_line_stays_a_line(lines):
    assert document(lines, color=False).decode().count("\n") == max(len(lines), 1)
