"""Version texts of packages and feeds: a sort key or `InvalidVersion`, and keys of one scheme compare."""

from __future__ import annotations

import pytest

from garboard import ecosystems
from garboard.versions.invalid import InvalidVersion
from tests.fuzz.mutation import Target, attack

SEEDS = [
    b"1.2.3-4", b"1:2.3~rc1+dfsg-1+b2", b"v1.2.3-alpha.1+build", b"1.0.post1.dev2", b"2!1.0rc1", b"1.2.3_alpha1_p2-r3",
    b"0:4.18.0-553.el8_10", b"1.0^git1", b"=1.x", b"09.1a", b"",
]  # fmt: skip
TOKENS = [
    b"~",
    b"^",
    b"-",
    b"_",
    b".",
    b":",
    b"+",
    b"rc",
    b"0",
    b"9" * 40,
    b"a",
    b"\xff",
    b" ",
    b"_p",
    b"-r1",
    b"!",
    b"dev",
]


def _target(scheme) -> Target:
    known: list[object] = [scheme.key("1.0"), scheme.key("2.0")]

    def run(data: bytes) -> None:
        try:
            key = scheme.key(data.decode("utf-8", "replace"))
        except InvalidVersion:
            return
        for other in known:
            assert (key < other) + (key == other) + (key > other) == 1
        known[len(data) % 2] = key

    return Target(f"{scheme.NAME} versions", run, SEEDS, TOKENS)


TARGETS = tuple(map(_target, map(ecosystems.order, ecosystems.ORDERS)))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input(target):
    attack(target, 1000, seed=1)
