"""Damaged inputs by the hundred thousand: the same seed makes the same inputs, and a failing one is printed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TOKENS = (
    b"null", b"0", b"-1", b"1e999", b'""', b"[]", b"{}", b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\xff", b"\x00",
    b"\\ud800", b"[" * 3000, b'{"a":' * 3000, b"9" * 500, b"\n", b"\n\n", b"1" * 5000, b"\x80", b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"ustar\0", b"../", b".wh.", b"77777777777",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A parser of untrusted bytes: ``run`` must return, and may raise nothing but what it swallows itself."""

    name: str
    run: Callable[[bytes], object]
    seeds: Sequence[bytes]
    tokens: Sequence[bytes] = TOKENS


def mutate(data: bytes, rng: random.Random, tokens: Sequence[bytes] = TOKENS) -> bytes:
    """A few random edits."""
    for _ in range(rng.randrange(1, 5)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((0, 1, 2, 8, 40)))
        kind = rng.randrange(5)
        if kind == 0:
            data = data[:start] + data[end:]
        elif kind == 1:
            data = data[:start] + rng.choice(tokens) + data[end:]
        elif kind == 2:
            data = data[:start] + rng.randbytes(end - start) + data[end:]
        elif kind == 3 and start < len(data):
            data = data[:start] + bytes([data[start] ^ (1 << rng.randrange(8))]) + data[start + 1 :]
        elif len(data) < 100_000:
            data = data[:end] + data[start:]
    return data


def attack(target: Target, runs: int, seed: int) -> None:
    """``runs`` inputs; the first that raises is printed and raised."""
    rng = random.Random(f"{seed} {target.name}")
    for number in range(runs):
        data = mutate(rng.choice(target.seeds), rng, target.tokens)
        try:
            target.run(data)
        except BaseException:
            print(
                f"{target.name}, run {number} of seed {seed}: {data.hex() if len(data) < 4096 else data[:500]!r}"[
                    :12000
                ]
            )
            raise
