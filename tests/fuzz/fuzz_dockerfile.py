"""Dockerfiles come from anywhere: any bytes are a Dockerfile or a `DockerfileError`, and nothing else is raised."""

from __future__ import annotations

from mutation import Target, attack

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


TARGETS = (Target("dockerfile", check, SEEDS, PIECES),)


def test_mutations() -> None:
    attack(TARGETS[0], 400, seed=7)


def test_the_seeds_parse() -> None:
    assert all(map(check, SEEDS))
