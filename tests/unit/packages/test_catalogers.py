"""The boundary around catalogers: one file's fault is one gap, and the rest of the scan goes on."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Package
from garboard.packages import catalogers
from garboard.packages.catalogers import CATALOGERS, METADATA, Cataloger
from garboard.patterns import of_globs

OWNING = Package(type="npm", name="a", version="1", scheme="semver")
NAMELESS = Package(type="npm", name="", version="1", scheme="semver")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("x"), "x"),
        (RecursionError(), "it is nested too deeply"),
        (UnicodeDecodeError("utf-8", b"", 0, 1, "x"), "it is not text in the encoding that it should be in"),
        (KeyError("name"), "it has no name"),
        (AttributeError("'list' object has no attribute 'items'"), "a part of it is not of the form that is known"),
    ],
)
def test_a_cataloger_that_raises_is_a_gap(error, words):
    def catalog(file, owned):
        yield OWNING
        raise error

    one = msgspec.structs.replace(ECOSYSTEMS[0], load_catalog=lambda: catalog)
    package, gap = Cataloger(one).catalog(File(path="a/b", data=b""))
    assert package is OWNING
    assert (gap.stage, gap.subject) == ("catalog", "a/b")
    assert gap.reason == f"cannot be read beyond this point: {words}"


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


GLOBS = tuple(dict.fromkeys(glob for reader in CATALOGERS for glob in reader.GLOBS if glob.startswith("**/")))
PARTS = sorted({part.replace("*", "x") for glob in GLOBS for part in glob.split("/") if part != "**"})
OWNABLE = METADATA._globs
NO_PROGRAM = tuple(one if one.startswith(".") else f"/{one}" for one in catalogers._NO_PROGRAM)


@given(
    st.lists(
        st.lists(
            st.sampled_from([*PARTS, "usr", "opt", "lib", "bin", "share", "doc", "README", "a.so", "a.so.1", "a.js", ".", "x."]),
            min_size=1,
            max_size=5,
        ).map("/".join),
        max_size=8,
    )
)  # fmt: skip
def test_paths_that_a_package_may_own_are_those_of_the_globs_and_programs(paths: list[str]) -> None:
    """By the plain meaning of the globs, and of where programs lie."""
    globs = re.compile(of_globs(tuple(glob for some in OWNABLE.values() for glob in some)))

    def plainly(path: str) -> bool:
        folder, _, name = path.rpartition("/")
        library = name.endswith(".so") or ".so." in name
        data = path.endswith(NO_PROGRAM) or path.startswith(catalogers._DATA)
        program = path.startswith(catalogers._HOMES) and not data
        return folder.endswith("bin") or library or program or globs.fullmatch(path) is not None

    expected = tuple(path for path in paths if plainly(path))
    assert METADATA.among(paths) == expected
    assert tuple(path for path in paths if METADATA.describes(path)) == expected
    assert all(METADATA.mentioned(path.encode()) for path in expected)
