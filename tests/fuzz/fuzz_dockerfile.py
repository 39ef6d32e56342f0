"""Dockerfiles come from anywhere: any bytes are a Dockerfile or a `DockerfileError`, and nothing else is raised.

``python tests/fuzz/fuzz_dockerfile.py --runs 20000 --seed 1`` mutates small files; every run can be repeated.
"""

from __future__ import annotations

import argparse
import random
import sys

from garboard.dockerfile import base_image, parse, reaching, requests, scoped
from garboard.model.dockerfile import DockerfileError

SEEDS = (
    b"# syntax=docker/dockerfile:1\nARG V=12\nFROM --platform=$BUILDPLATFORM debian:${V:-11} AS Build\nRUN apt-get install -y git\n",
    b"#escape=`\nFROM a\nRUN x `\n # c\n\n y\n",
    b'\xef\xbb\xbfFROM a\r\nRUN cat <<A 3<<-"B"\r\na\r\nA\r\n\tb\r\n\tB\r\nCOPY --from=0 <<X /x\n$Y\nX\n',
    b'FROM a AS b\nENV A=$A$A B="${A#x*}" C=${A/a/b}\nONBUILD COPY --from=b ["a", "b"]\nFROM B\nHEALTHCHECK CMD x\n',
    b'FROM scratch\nSHELL ["sh"]\nLABEL a=b c="d e"\nVOLUME ["/x"]\nCMD ["a", "\\u00e9"]\nRUN --mount=type=bind,from=0 x\n',
)
PIECES = (
    b"\n", b"\r\n", b"\\\n", b"`\n", b"#", b"<<E\n", b"<<-'E'", b"E\n", b"$", b"${", b"}", b'"', b"'", b"[", b"]", b"--", b"=", b" ", b"\t",
    b"FROM ", b"RUN ", b"ARG ", b"ENV ", b"COPY ", b"ONBUILD ", b"HEALTHCHECK ", b"AS ", b"# escape=`\n", b"\x85", b"\xc2\xa0", b"\xff", b"\x00", b"\xf0\x9f\x9a\xa2",
    b"apt-get install -y ", b"; do ", b"for p in a b", b"if ", b"fi", b"$(", b"(", b")", b"|", b"&&", b"{a,b}", b"sh -c ",
    b"${A:-${A%%*}}", b"*", b"?", b"%", b"0",
)  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        match chance.randrange(4):
            case 0:
                data[at:at] = chance.choice(PIECES)
            case 1:
                del data[at : at + chance.randint(1, 6)]
            case 2:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                other = chance.choice(SEEDS)
                start = chance.randint(0, len(other))
                data[at:at] = other[start : start + chance.randint(1, 30)]
    return bytes(data)


def check(data: bytes) -> bool:
    """Whether the bytes parse; fails where anything but a DockerfileError comes out, or a byte is lost."""
    try:
        dockerfile = parse(data)
    except DockerfileError as error:
        return _placed(error)
    assert b"".join(dockerfile.written(piece.span) for piece in dockerfile.pieces) == data
    base_image(dockerfile)
    for stage in reaching(dockerfile):
        for instruction, scope in scoped(dockerfile, stage):
            assert dockerfile.written(instruction.span).decode("utf-8", "replace")
            requests(instruction, scope)
    return True


def _placed(error: DockerfileError) -> bool:
    assert error.line >= 1
    assert error.column >= 1
    return False


def test_mutations() -> None:
    chance = random.Random(7)  # noqa: S311
    assert sum(check(mutated(chance)) for _ in range(400)) > 50


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    parsed = 0
    for run in range(chosen.runs):
        data = mutated(random.Random(chosen.seed * 1_000_003 + run))  # noqa: S311
        try:
            parsed += check(data)
        except Exception:
            print(f"run {run}: {data!r}", file=sys.stderr)  # noqa: T201
            raise
    print(f"{chosen.runs} runs, {parsed} parsed")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
