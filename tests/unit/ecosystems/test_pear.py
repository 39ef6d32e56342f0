"""Packages of PEAR and PECL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.pear.cataloger import _unserialized
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("pear")
PATH = "usr/local/lib/php/.registry/.channel.pecl.php.net/redis.reg"


def serialized(value: Any) -> bytes:
    """As PHP writes it."""
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, str):
        text = value.encode()
        return b's:%d:"%b";' % (len(text), text)
    return b"a:%d:{%b}" % (len(value), b"".join(serialized(one) for pair in value.items() for one in pair))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.dictionaries(
        st.integers(-9, 9) | st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=4
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_php_writes_is_read(value: Any) -> None:
    assert _unserialized(serialized(value)) == value


@given(VALUES, st.integers(0, 200))
def test_a_part_of_it_is_an_error(value: Any, length: int) -> None:
    data = serialized(value)
    if length < len(data):
        with pytest.raises(ValueError, match="byte"):
            _unserialized(data[:length])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {
                "name": "redis",
                "channel": "pecl.php.net",
                "version": {"release": "6.0.2", "api": "6.0"},
                "license": {"_content": "PHP"},
            },
            ("pecl.php.net", "redis", "6.0.2", ("PHP",)),
        ),
        (
            {"package": "Archive_Tar", "version": "1.4.0", "license": "BSD"},
            ("pear.php.net", "Archive_Tar", "1.4.0", ("BSD",)),
        ),
    ],
)
def test_a_package(value: Any, expected: tuple[object, ...]) -> None:
    [found] = packages(read(cataloger, PATH, serialized(value)))
    assert (found.namespace, found.name, found.version, found.licenses) == expected
    assert packages(read(cataloger, "usr/share/php/.registry/archive_tar.reg", serialized(value)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a:1:{",
        b'O:1:"a":0:{}',
        b"a:1:{a:0:{}i:1;}",
        b"a:99999999999999999:{",
        b"i:1;",
        b"a:1:{i:0;" * 100 + b"}" * 100,
        serialized({"name": "a"}),
        serialized({"name": "a b", "version": "1"}),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes) -> None:
    facts = read(cataloger, PATH, data)
    assert packages(facts) == []
    assert len(gaps(facts)) == 1
