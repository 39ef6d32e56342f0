"""The boundary around catalogers: one file's fault is one gap, and the rest of the scan goes on."""

from __future__ import annotations

import msgspec
import pytest

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Package
from garboard.packages.catalogers import CATALOGERS, Cataloger

OWNING = Package(type="npm", name="a", version="1", scheme="semver")
NAMELESS = Package(type="npm", name="", version="1", scheme="semver")


@pytest.mark.parametrize(
    "error", [ValueError("x"), RecursionError(), UnicodeDecodeError("utf-8", b"", 0, 1, "x"), KeyError(1)]
)
def test_a_cataloger_that_raises_is_a_gap(error):
    def catalog(file, owned):
        yield OWNING
        raise error

    one = msgspec.structs.replace(ECOSYSTEMS[0], load_catalog=lambda: catalog)
    package, gap = Cataloger(one).catalog(File(path="a/b", data=b""))
    assert package is OWNING
    assert (gap.stage, gap.subject) == ("catalog", "a/b")
    assert type(error).__name__ in gap.reason


def test_a_lone_surrogate_is_a_gap():
    node = next(one for one in CATALOGERS if one.NAME == "node")
    data = b'{"name": "left-pad", "version": "1.0.0", "author": "\\ud800"}'
    (gap,) = node.catalog(File(path="node_modules/left-pad/package.json", data=data))
    assert isinstance(gap, Gap)
    assert gap.reason == "left-pad holds text that is not valid Unicode"
    msgspec.msgpack.encode(gap)


def test_a_package_without_a_name_is_a_gap():
    one = msgspec.structs.replace(ECOSYSTEMS[0], load_catalog=lambda: lambda file, owned: iter([NAMELESS, OWNING]))
    gap, package = Cataloger(one).catalog(File(path="a/b", data=b""))
    assert "has no name" in gap.reason
    assert package is OWNING
