"""The YAML of tools' own files: what it means, what is refused, and that reading takes time in proportion."""

from __future__ import annotations

import time

import pytest

from garboard import yaml_text

TEXT = """# comment
a: 1 # one
'b c': "x: \\"y\\""
"@s/d": it''s
list:
- 1
- k: v
  l: w
-
  - deep
flow: {a: [1, 'two, 2'], b: {c: d}, e: https://x/y}
open: [a,
  b]
folded: >-
  some: text
  # no comment
long
  tail: 2
? "key"
: value: 1
empty:
"""


def test_what_it_means() -> None:
    (found,) = yaml_text.read(TEXT.replace("long\n  tail: 2\n", "long: more\n  words\n"))
    assert found == {
        "a": "1",
        "b c": 'x: "y"',
        "@s/d": "it''s",
        "list": ["1", {"k": "v", "l": "w"}, ["deep"]],
        "flow": {"a": ["1", "two, 2"], "b": {"c": "d"}, "e": "https://x/y"},
        "open": ["a", "b"],
        "folded": "some: text\n# no comment",
        "long": "more words",
        "key": {"value": "1"},
        "empty": None,
    }
    assert found.lines["a"] == 2
    assert found.lines["empty"] == 21


def test_documents() -> None:
    assert yaml_text.read("---\na: 1\n---\n- b\n") == ({"a": "1"}, ["b"])
    assert yaml_text.read("") == ()


@pytest.mark.parametrize("text", ["a: &x 1", "a: *x", "a: !t x", TEXT, "a: {b", "a: 'b' c", "- " * 500, "[" * 500])
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        yaml_text.read(text)


@pytest.mark.parametrize(
    "unit",
    ["a: b\n", "- a\n", "a: {b: c}\n", "- - x\n", "a ", "a:", "'", '"\\', ": ", "a: >\n  x\n", "? a\n: b\n", "{a: ,"],
)
def test_time_in_proportion(unit: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        try:
            yaml_text.read(unit * count)
        except ValueError:
            pass
        return time.process_time() - start

    seconds(100)
    assert seconds(20_000) < 2


def test_a_long_run_of_spaces_takes_time_in_proportion() -> None:
    start = time.process_time()
    assert yaml_text.read("a" + " " * 200_000 + "b") == ("a" + " " * 200_000 + "b",)
    assert time.process_time() - start < 2
