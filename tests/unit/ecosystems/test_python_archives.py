"""Python's archives, and the copies that distributions carry."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.python.vendored import carrier
from garboard.model.package import Unread
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("python")
archives = cataloger_of("python-archives")


def headers(name: str, version: str, *needs: str) -> bytes:
    lines = (f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs))
    return "\n".join((*lines, "", "Text")).encode()


def zipped(members: Mapping[str, bytes], before: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    out.write(before)
    with zipfile.ZipFile(out, "a" if before else "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


WHEEL = zipped({"a/__init__.py": b"", "a-1.0.dist-info/METADATA": headers("a", "1.0"), "a-1.0.dist-info/RECORD": b""})
SITE = {
    "site-packages/b-2.dist-info/METADATA": headers("b", "2", "c"),
    "site-packages/c-3.egg-info/PKG-INFO": headers("c", "3"),
}


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("srv/a-1.0-py3-none-any.whl", WHEEL, {("a", "1.0", "a-1.0.dist-info/METADATA")}),
        (
            "lib/site-packages/Django-3.2-py3.11.egg",
            zipped({"EGG-INFO/PKG-INFO": headers("Django", "3.2")}),
            {("django", "3.2", "EGG-INFO/PKG-INFO")},
        ),
        (
            "app/tool.pyz",
            zipped(SITE, b"#!/usr/bin/env python3\n"),
            {("b", "2", "site-packages/b-2.dist-info/METADATA"), ("c", "3", "site-packages/c-3.egg-info/PKG-INFO")},
        ),
        (
            "app/tool.pex",
            zipped({".deps/a-1.0-py3-none-any.whl/a-1.0.dist-info/METADATA": headers("a", "1.0"), "PEX-INFO": b"{}"}),
            {("a", "1.0", ".deps/a-1.0-py3-none-any.whl/a-1.0.dist-info/METADATA")},
        ),
        (
            "app/packed.pex",
            zipped({".deps/a-1.0-py3-none-any.whl": WHEEL}, method=zipfile.ZIP_STORED),
            {("a", "1.0", ".deps/a-1.0-py3-none-any.whl!/a-1.0.dist-info/METADATA")},
        ),
    ],
)
def test_what_lies_in_an_archive(path: str, data: bytes, expected: set[tuple[str, str, str]]) -> None:
    facts = read(archives, path, data)
    assert {(one.name, one.version, one.inside) for one in packages(facts)} == expected
    assert gaps(facts) == []
    found = taken({path: data})
    assert {(one.name, one.version, one.locations[0].path) for one in found.packages} == {
        (name, version, f"{path}!/{inside}") for name, version, inside in expected
    }


def test_a_script_that_an_archive_follows_needs_no_extension():
    data = zipped(SITE, b"#!/usr/bin/python3\n")
    found = taken({"usr/local/bin/tool": data})
    assert {(one.name, one.locations[0].file) for one in found.packages} == {
        ("b", "usr/local/bin/tool"),
        ("c", "usr/local/bin/tool"),
    }
    assert [gap.subject for gap in found.gaps] == []
    [without] = taken({"usr/local/bin/tool": zipped({"__main__.py": b""}, b"#!/usr/bin/python3\n")}).gaps
    assert without.subject == "Python archives without the metadata of a distribution"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no whole zip archive"),
        (b"PK\5\6" + bytes(10), "no whole zip archive"),
        (WHEEL.replace(b"PK\3\4", b"PK\0\0"), "not where the directory says"),
        (b"PK\5\6" + bytes(8) + b"\xff" * 10, "larger than the archive"),
        (zipped({"a-1.dist-info/METADATA": bytes(5 << 20)}), "the limit is 4194304"),
        (zipped({"a-1.dist-info/METADATA": b"Name: a\n"}), "state no version"),
        (zipped({"deps/a.whl": b"PK"}), "no whole zip archive"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes, reason: str) -> None:
    facts = read(archives, "srv/a.whl", data)
    assert packages(facts) == []
    assert [reason in text for text in gaps(facts)] == [True]


def test_archives_in_archives_end():
    data = WHEEL
    for _ in range(12):
        data = zipped({"a.whl": data})
    facts = read(archives, "srv/a.whl", data)
    assert packages(facts) == []
    assert ["8 archives deep" in text for text in gaps(facts)] == [True]


def test_an_archive_that_states_nothing_is_unread_and_those_of_tests_are_nothing():
    assert [type(fact) for fact in read(archives, "app/x.pyz", zipped({"__main__.py": b""}))] == [Unread]
    assert read(archives, "lib/site-packages/p/tests/data/a.whl", WHEEL) == []


NAMES = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, unique=True)


@given(
    names=NAMES, depth=st.integers(0, 5), stored=st.booleans(), before=st.sampled_from([b"", b"#!/usr/bin/python3\n"])
)
def test_packages_in_archives_are_those_unpacked(names: list[str], depth: int, stored: bool, before: bytes) -> None:
    """Whatever wraps them, an archive holds what its unpacked files are read as."""
    files = {f"{name}-1.dist-info/METADATA": headers(name, "1") for name in names}
    unpacked = [one for path, data in files.items() for one in packages(read(cataloger, path, data))]
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    data = zipped(files, before, method)
    for _ in range(depth):
        data = zipped({"x.whl": data}, before, method)
    found = packages(read(archives, "srv/x.pyz", data))
    assert [(one.name, one.version, one.requires) for one in found] == [
        (one.name, one.version, one.requires) for one in unpacked
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/lib/python3/site-packages/pip/_vendor/vendor.txt", "pip"),
        ("usr/lib/python3/site-packages/setuptools/_vendor/a-1.dist-info", "setuptools"),
        ("usr/lib/python3/site-packages/pipenv/patched/pip/_vendor/vendor.txt", "pipenv/patched/pip"),
        ("usr/lib/python3/site-packages/poetry/core/_vendor/vendor.txt", "poetry/core"),
        ("srv/pip-24-py3-none-any.whl!/pip/_vendor/vendor.txt", "pip"),
        ("app/pip/_vendor/vendor.txt", "pip"),
        ("app/vendor/a-1.dist-info", ""),
        ("usr/lib/python3/site-packages/_vendor/a-1.dist-info", ""),
        ("usr/lib/python3/site-packages/vendor-1.dist-info", ""),
    ],
)
def test_what_carries_a_copy(path: str, expected: str) -> None:
    assert carrier(path) == expected


VENDORED = "# copies\nurllib3==1.26.20\n    idna[x] == 3.10  # why\n\nrequests>=2\n"


def test_copies_in_a_list_are_told_from_what_is_installed():
    home = "usr/lib/python3/site-packages"
    found = taken(
        {
            f"{home}/pip-24.0.dist-info/METADATA": headers("pip", "24.0"),
            f"{home}/pip/_vendor/vendor.txt": VENDORED.encode(),
            f"{home}/requests-2.dist-info/METADATA": headers("requests", "2", "urllib3"),
        }
    )
    by_id = {one.id: one for one in found.packages}
    listed = {one.name: one for one in found.packages if one.vendored_by}
    assert {(one.name, one.version, one.vendored_by, one.line) for one in listed.values()} == {
        ("urllib3", "1.26.20", "pip", 2),
        ("idna", "3.10", "pip", 3),
    }
    needs = {one.name: {by_id[need].name for need in one.depends_on} for one in found.packages}
    assert needs == {"pip": {"urllib3", "idna"}, "requests": set(), "urllib3": set(), "idna": set()}
    assert [gap.reason for gap in found.gaps] == [
        "names copies without their version, which were not judged: requests>=2"
    ]


def test_a_list_of_copies_may_have_hashes_and_licenses_are_no_packages():
    home = "usr/lib/python3/site-packages"
    hashed = "html5lib==1.1 \\\n    --hash=sha256:0d78f8 \\\n    --hash=sha256:b2e5b4\nsix==1.0 --hash=sha256:00\n"
    found = taken(
        {
            f"{home}/bleach-6.4.0.dist-info/METADATA": headers("bleach", "6.4.0"),
            f"{home}/bleach-6.4.0.dist-info/licenses/bleach/_vendor/html5lib-1.1.dist-info/LICENSE": b"text",
            f"{home}/bleach-6.4.0.dist-info/licenses/bleach/_vendor/x-1.dist-info/METADATA": headers("x", "1"),
            f"{home}/bleach/_vendor/vendor.txt": hashed.encode(),
        }
    )
    assert {(one.name, one.version) for one in found.packages} == {
        ("bleach", "6.4.0"),
        ("html5lib", "1.1"),
        ("six", "1.0"),
    }
    assert not found.gaps


def test_a_copy_with_metadata_is_listed_once():
    home = "usr/lib/python3/site-packages/setuptools/_vendor"
    found = taken(
        {
            f"{home}/vendored.txt": b"packaging==23.1\nidna==3\n",
            f"{home}/packaging-23.1.dist-info/METADATA": headers("packaging", "23.1"),
        }
    )
    assert [(one.name, one.locations[0].path.rpartition("/")[2]) for one in found.packages] == [
        ("idna", "vendored.txt"),
        ("packaging", "METADATA"),
    ]


@pytest.mark.parametrize(
    "home",
    [
        "root/.local/share/pipx/venvs/x/lib/python3.12",
        "opt/pipx/venvs/x/lib/python3.12",
        "root/.local/share/uv/tools/x/lib/python3.12",
        "root/.cache/uv/archive-v0/abc",
    ],
)
def test_environments_of_tools(home: str) -> None:
    found = taken({f"{home}/site-packages/a-1.dist-info/METADATA": headers("a", "1")})
    assert [(one.name, one.version) for one in found.packages] == [("a", "1")]
