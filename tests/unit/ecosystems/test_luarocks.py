"""Lua rocks."""

from __future__ import annotations

import pytest

from garboard.model.package import Unread
from tests.unit.ecosystems.reading import cataloger_of, packages, read

cataloger = cataloger_of("luarocks")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "usr/lib/luarocks/rocks-5.1/lua-cjson/2.1.0.10-1/lua-cjson-2.1.0.10-1.rockspec",
            'package = "lua-cjson"\ndescription = {\n   license = "MIT"\n}\n',
            ("luarocks", "lua-cjson", "2.1.0.10-1", "MIT"),
        ),
    ],
)
def test_a_package(path: str, data: str, expected: tuple[str, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.full_name, found.version, *found.licenses) == expected


def test_a_description_without_a_rock_is_told() -> None:
    assert read(cataloger, "src/a-1.0-1.rockspec", "") == [Unread(kind="descriptions of Lua rocks")]
