"""Answers of code hosts, and addresses of remotes: read, or refused as what they are."""

from __future__ import annotations

import json
from typing import Any, Self, cast

import pytest

from garboard import hosts
from garboard.hosts import remote
from garboard.hosts.api import Api, HostError, Token
from garboard.model.errors import UsageError
from garboard.model.pull_request import Draft, RequestState
from garboard.net.client import Client
from tests.fuzz.mutation import Target, attack
from tests.unit.hosts.test_hosts import BRANCH, CASES, Case, listed


class Answering:
    """In the place of a client and of its answers: the same bytes to everything."""

    url, status = "https://host.test/api", 200

    def __init__(self, data: bytes) -> None:
        self._data = data

    def get(self, *_: object) -> Self:
        return self

    post = put = patch = get

    @property
    def headers(self) -> dict[str, str]:
        return {"Link": self._data[-64:].decode("latin-1")}

    def read(self, _limit: int) -> bytes:
        return self._data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def target(case: Case) -> Target:
    kind = next(one for one in hosts.KINDS if case.kind == one.NAME)
    place = remote.parse("https://host.test/team/app")

    def run(data: bytes) -> None:
        client = cast("Client", Answering(data))
        host = kind.repository(Api(client, "https://host.test/api", Token("x"), "Bearer x"), place)
        asked: tuple[Any, ...] = (
            lambda: [*host.opened()],
            lambda: [*host.ended(BRANCH)],
            lambda: [host.open(Draft(branch=BRANCH, target="main", title="a", body="b"))],
        )
        for one in asked:
            try:
                found = one()
            except HostError:
                continue
            assert all(isinstance(each.number, int) and each.state in RequestState for each in found)

    seeds = [json.dumps(one).encode() for one in (listed(case, [case.pull, case.fork, case.merged]), case.pull)]
    return Target(f"answers of {case.kind}", run, seeds)


def address(data: bytes) -> bool:
    try:
        found = remote.parse(data.decode("utf-8", "replace"))
    except UsageError:
        return False
    assert not found.address.startswith("-")
    assert found.scheme == "file" or ":pass@" not in found.address.partition("://")[2].partition("/")[0]
    assert found.address.isprintable()
    assert found.scheme in ("https", "http", "ssh", "file")
    for kind in hosts.KINDS:
        kind.recognizes(found)
        try:
            kind.repository(Api(cast("Client", None), kind.api_address(found), Token("x"), "x"), found)
        except HostError:
            continue
    return True


TARGETS = (
    *(target(one) for one in CASES),
    Target(
        "addresses of remotes",
        address,
        (b"https://u:pass@h.test:1/a/b.git", b"git@h.test:a/b", b"ssh://git:pass@h:22/~a/b", b"file:///a/b", b"/a/b.git"),
        (b"://", b"@", b":", b"/", b"::", b"-", b"[", b"]", b"%2f", b"\n", b"..", b"ext::", b"#", b"?", b"v3/", b"_git/"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_any_bytes(target: Target) -> None:
    attack(target, 500, seed=7)
