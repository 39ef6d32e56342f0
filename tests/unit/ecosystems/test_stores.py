"""Packages in the stores of Nix and Guix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import store_paths
from tests.unit.ecosystems.taking import taken

HASH = "0123456789abcdfghijklmnpqrsvwxyz"
PROGRAM = b"\x7fELF" + bytes(100)


@pytest.mark.parametrize(("type_", "store"), [("nix", "nix/store"), ("guix", "gnu/store")])
def test_what_lies_in_a_store(type_: str, store: str) -> None:
    found = taken(
        {
            f"{store}/{HASH}-openssl-3.0.13-bin/bin/openssl": PROGRAM,
            f"{store}/{HASH}-glibc-2.38-44/lib/x/libc.so.6": PROGRAM,
            f"{store}/{HASH}-user-environment/manifest.nix": b"",
            f"{store}/{HASH}-python3.11-six-1.16.0/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA": b"Name: six\nVersion: 1.16.0\n",
        },
        0o755,
    )
    assert [(one.type, one.name, one.version) for one in found.packages if one.type == type_] == [
        (type_, "glibc", "2.38-44"),
        (type_, "openssl", "3.0.13"),
        (type_, "python3.11-six", "1.16.0"),
    ]
    assert [one.name for one in found.packages if one.type == "pypi"] == ["six"]
    assert found.packages[-1].layer == 0
    assert found.gaps == ()


def test_a_store_elsewhere_is_none_of_this_image():
    assert taken({f"opt/x/nix/stores/{HASH}-a-1/x": b""}).packages == ()


WORDS = st.lists(st.from_regex(r"[a-z][a-z0-9.+]{0,5}", fullmatch=True), min_size=1, max_size=3).map("-".join)


@given(
    name=WORDS,
    version=st.from_regex(r"[0-9][a-z0-9.]{0,5}(-[0-9a-c]{1,3})?", fullmatch=True),
    output=st.sampled_from(["", "-bin", "-dev"]),
)
def test_name_version_and_output_come_apart(name: str, version: str, output: str) -> None:
    found = store_paths.package("nix", f"nix/store/{HASH}-{name}-{version}{output}")
    assert found is not None
    assert (found.name, found.version) == (name, version)
    assert store_paths.package("nix", f"nix/store/{HASH}-{name}") is None
