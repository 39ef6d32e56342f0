"""Patterns of paths: what they cover, and that a star does not leave its folder."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.policy.path_patterns import matches


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("usr/lib", "usr/lib/a/b.jar", True),
        ("/usr/lib/", "usr/lib/a/b.jar", True),
        ("usr/lib", "usr/lib", True),
        ("usr/lib", "usr/library/a", False),
        ("/", "any/thing", True),
        ("usr/*", "usr/a.jar", True),
        ("usr/*", "usr/lib/a.jar", False),
        ("usr/*/a.jar", "usr/lib/a.jar", True),
        ("usr/*/a.jar", "usr/lib/x/a.jar", False),
        ("usr/**", "usr/lib/x/a.jar", True),
        ("usr/**/a.jar", "usr/a.jar", True),
        ("usr/**/a.jar", "usr/lib/x/a.jar", True),
        ("usr/**/a.jar", "opt/lib/x/a.jar", False),
        ("**/node_modules/**", "app/node_modules/qs/package.json", True),
        ("**/**/qs/**/**", "app/node_modules/qs/package.json", True),
        ("*.jar", "opt/lib/a.jar", True),
        ("/*.jar", "opt/lib/a.jar", False),
        ("./*.jar", "a.jar", True),
        ("opt/a?.jar", "opt/ab.jar", True),
        ("opt/a?.jar", "opt/a/.jar", False),
        ("../*.jar", "a.jar", True),
    ],
)
def test_what_a_pattern_covers(pattern: str, path: str, *, covered: bool) -> None:
    assert matches(pattern, path) is covered


def _expression(pattern: str) -> str:
    text = re.escape(pattern).replace(r"/\*\*/", "/(?:.*/)?").replace(r"/\*\*", "(?:/.*)?")
    return text.replace(r"\*", "[^/]*")


@given(
    st.lists(st.sampled_from(["a", "b", "*", "a*", "**"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5),
)
def test_it_is_what_an_expression_says(parts: list[str], names: list[str]) -> None:
    pattern, path = "/x/" + "/".join(parts), "x/" + "/".join(names)
    while "**/**" in pattern:
        pattern = pattern.replace("**/**", "**")
    if "*" in pattern:
        assert matches(pattern, path) is (re.fullmatch(_expression(pattern), f"/{path}") is not None)


def test_many_wildcards_take_linear_time() -> None:
    assert not matches("/" + "**/a/" * 300 + "b", "/".join("a" * 3000))
