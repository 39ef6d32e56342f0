"""Dockerfiles come from anywhere: any bytes are a Dockerfile or a `DockerfileError`, and nothing else is raised."""

from __future__ import annotations

import pytest

from garboard.attribution import provenance
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image, reaching, scoped
from garboard.model.dockerfile import DockerfileError
from garboard.model.image import Digest, Image, Layer
from garboard.shellcommands.install_requests import requests
from tests.fuzz.mutation import Target, attack

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


ATTESTED = Image(
    name="app", source="registry", manifest_digest="sha256:1",
    layers=tuple(Layer(diff_id=Digest("sha256:0"), digest=Digest(f"sha256:{index}")) for index in range(2)),
)  # fmt: skip
STATEMENTS = (
    (
        b'{"predicateType": "https://slsa.dev/provenance/v0.2", "subject": [{"digest": {"sha256": "1"}}], "predicate": {"materials":'
        b' [{"uri": "pkg:docker/a@1?digest=x", "digest": {"sha256": "2"}}], "invocation": {"configSource": {"entryPoint": "D"},'
        b' "parameters": {"args": {"target": "t", "build-arg:A": "1"}}}, "buildConfig": {"llbDefinition": [{"id": "step0", "op":'
        b' {"Op": {"source": {"identifier": "docker-image://a@b"}}}}]}, "metadata": {"https://mobyproject.org/buildkit@v1#metadata":'
        b' {"source": {"locations": {"step0": {"locations": [{"ranges": [{"start": {"line": 1}, "end": {"line": 1}}]}]}}, "infos":'
        b' [{"filename": "D", "data": "RlJPTSBh"}]}, "layers": {"step0:0": [[{"digest": "sha256:0"}]]}}}}}'
    ),
    (
        b'{"predicateType": "https://slsa.dev/provenance/v1", "subject": [{"digest": {"sha256": "1"}}], "predicate":'
        b' {"buildDefinition": {"externalParameters": {"configSource": {"path": "D"}, "request": {"args": {}}}, "internalParameters":'
        b' {"buildConfig": {"llbDefinition": []}}, "resolvedDependencies": [{"uri": "pkg:docker/a@1"}]}, "runDetails": {"metadata":'
        b' {"buildkit_metadata": {"source": {"locations": {}, "infos": []}, "layers": {}}}}}}'
    ),
)


def check_provenance(data: bytes) -> None:
    found, gaps = provenance.read([data], ATTESTED)
    assert found is not None or gaps
    assert found is None or len(found.lines) == len(ATTESTED.layers)


TARGETS = (Target("dockerfile", check, SEEDS, PIECES), Target("provenance", check_provenance, STATEMENTS))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutations(target: Target) -> None:
    attack(target, 400, seed=7)


def test_the_seeds_parse() -> None:
    assert all(map(check, SEEDS))
