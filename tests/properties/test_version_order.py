"""Version keys are a total order: antisymmetric, transitive, and equal text has equal keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from garboard import ecosystems
from garboard.versions.invalid import InvalidVersion
from tests.examples import examples

ALPHABETS = {
    "deb": "0019aAz.+~-:_",
    "rpm": "0019aAz.+~^-:_",
    "apk": "0019abrp._-~",
}
PIECES = {
    "deb": ["1", "0", "09", "10", ".", "-", "~", "+", "deb12u", "a", "1:", "rc"],
    "rpm": ["1", "0", "09", "10", ".", "-", "~", "^", "el9", "a", "1:", "_"],
    "apk": ["1", "0", "02", "10", ".", ".0", "a", "_p", "_rc", "_alpha", "_git", "-r", "-r1", "~ab", "_foo", "-"],
}
GRAMMARS = {
    "pep440": r"(1!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?(\+[a-z0-9](\.[a-z0-9])?)?",
    "numbers": r"[0-9]{1,2}([.-][0-9]{1,2}){0,3}",
    "githubactions": r"v?[0-9]{1,2}(\.[0-9]{1,2}){1,3}(-(beta|rc)(\.[0-9])?)?",
    "bitnami": r"[0-9]{1,2}(\.[0-9]{1,2}){2}(-(beta|rc)(\.[0-9])?)?(-[0-9]{1,2})?",
    "maven": r"[0-9]{1,2}([.-]?([0-9]{1,2}|a|b|m|rc|alpha|sp|ga|Final|SNAPSHOT|jre|x)){0,5}",
    "composer": r"v?[0-9]{1,2}(\.[0-9]{1,2}){0,3}([.-]?(dev|a|b|beta|RC|p|pl|x)\.?[0-9]?){0,2}",
    "nuget": r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}(-[a-cA-C0-9]{1,2}(\.[a-cA-C0-9]{1,2}){0,2})?(\+[a-z0-9])?",
    "pub": r"v?[0-9]{1,2}(\.[0-9]{1,2}){2}(-[a-c0-9]{1,2}(\.[a-c0-9]{1,2}){0,2})?(\+[a-c0-9](\.[a-c0-9]){0,2})?",
    "semver": r"v?[0-9]{1,2}(\.[0-9]{1,2}){0,3}(-[a-c0-9]{1,2}(\.[a-c0-9]{1,2}){0,2})?(\+[a-z0-9])?",
}
ANY_GRAMMAR = r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}([.-](a|b|rc|beta)(\.?[0-9])?)?"
"""For orders that have none of these."""


def versions(scheme: str) -> st.SearchStrategy[str]:
    if scheme not in PIECES:
        return st.from_regex(re.compile(GRAMMARS.get(scheme, ANY_GRAMMAR), re.ASCII), fullmatch=True)
    written = st.lists(st.sampled_from(PIECES[scheme]), min_size=1, max_size=8).map("".join)
    return written | st.text(ALPHABETS[scheme], min_size=1, max_size=8)


def keyed(scheme, text):
    try:
        return ecosystems.order(scheme).key(text)
    except InvalidVersion:
        return assume(condition=False)


@pytest.mark.parametrize("scheme", sorted(ecosystems.ORDERS))
@examples(300)
@given(data=st.data())
def test_total_order(scheme, data):
    a, b, c = sorted(keyed(scheme, data.draw(versions(scheme))) for _ in range(3))
    assert a <= b <= c
    assert a <= c
    for x, y in ((a, b), (b, c), (a, c)):
        assert (x < y) + (x == y) + (x > y) == 1
        assert (x < y) is (y > x)
        assert (x == y) is (not x < y and not y < x)
    if a == b:
        assert (a < c, a == c) == (b < c, b == c)


@pytest.mark.parametrize("scheme", sorted(ecosystems.ORDERS))
@examples(300)
@given(text=st.text(max_size=40))
def test_any_text_has_a_key_or_is_refused(scheme, text):
    try:
        key = ecosystems.order(scheme).key(text)
    except InvalidVersion:
        return
    assert key == ecosystems.order(scheme).key(text)
    hash(key)
