from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image, instructions_of, lineage, reaching, scoped
from garboard.dockerfile.variables import PlatformArguments, Scope, expand
from garboard.model.dockerfile import DockerfileError, Unknown
from garboard.model.image import Platform


def scope(**values: str) -> Scope:
    found = Scope(is_open=False)
    for name, value in values.items():
        found.environment[name] = value
    return found


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$X-${X}", "abcabc-abcabc"), ("${X:-d}", "abcabc"), ("${N:-d}", "d"), ("${E:-d}", "d"), ("${E-d}", ""),
        ("${X:+d}", "d"), ("${N:+d}", ""), ("${E+d}", "d"), ("${N+d}", ""), ("${X:?e}", "abcabc"),
        ("${X#a*c}", "abc"), ("${X##a*c}", ""), ("${X%b*}", "abca"), ("${X%%b*}", "a"), ("${X#?}", "bcabc"),
        ("${X/b/-}", "a-cabc"), ("${X//b/-}", "a-ca-c"), ("${X//b*/-}", "a-"), ("${S#\\*}", "*/"), ("${S%\\/}", "**"),
        ("${N:-${M:-$X}}", "abcabc"), ("\\$X", "$X"), ("'$X'", "$X"), ('"$X y"', "abcabc y"), ("a\\ b", "a b"),
        ('"a\\b\\""', 'a\\b"'), ("$", "$"), ("${X:+$N}${E:+$N}" if False else "${E:+$N}x", "x"),
    ],
)  # fmt: skip
def test_expansion(word: str, value: str) -> None:
    assert expand(word, scope(X="abcabc", E="", S="**/")) == value


@pytest.mark.parametrize(
    "word",
    ["$N", "${N}", "a${N}b", "${N#x}", "${N/a/b}", "${N:?no}", "${}", "${X^}", "${X", "'a", '"a', "${X#\\a}", "$1"],
)
def test_what_cannot_be_known_is_no_string(word: str) -> None:
    assert isinstance(expand(word, scope(X="a")), Unknown)


def test_the_escape_character_in_force() -> None:
    assert expand("`$X\\", scope(X="a"), "`") == "$X\\"


def test_expansion_is_bounded() -> None:
    found = Scope(is_open=False)
    found.environment["X"] = "a" * 1000
    assert isinstance(expand("$X" * 2000, found), Unknown)
    assert isinstance(expand("${X//" + "*a" * 200 + "b/x}", found), Unknown)
    assert isinstance(expand("${N:-" * 1000 + "}" * 1000, found), Unknown)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("ARG T=12\nFROM debian:$T", "debian:12"),
        ("FROM debian:${T:-12}", "debian:12"),
        ("FROM debian:${T-12}", "debian:12"),
        ("FROM debian:$T", ""),
        ("FROM $X", ""),
        ("ARG T\nFROM debian:$T", ""),
        ("ARG A=1\nARG B=$A.2\nFROM debian:$B", "debian:1.2"),
        ("FROM a\nARG T=12\nFROM debian:$T", ""),
        ("FROM --platform=$BUILDPLATFORM debian:12", "debian:12"),
        ("FROM a AS b\nFROM b", "a"),
        ("FROM debian:12 AS Base\nFROM base", "debian:12"),
        ("FROM debian:12\nFROM 0", "debian:12"),
        ("FROM 0", "0"),
        ("FROM alpine AS alpine", "alpine"),
        ("FROM a AS x\nFROM b AS x\nFROM x", "b"),
        ("FROM scratch", "scratch"),
        ("FROM scratch AS e\nFROM e", "scratch"),
        ("FROM localhost:5000/a/b:1@sha256:00", "localhost:5000/a/b:1@sha256:00"),
        ("FROM base-$TARGETARCH", ""),
        ('ARG I="debian:12"\nFROM $I', "debian:12"),
        ("FROM a${E:-}", "a"),
        ("ARG E=\nFROM $E", ""),
        ("ARG S\nFROM python:3.12$S", "python:3.12"),
        ("ARG R\nFROM ${R}python:3.12-slim", "python:3.12-slim"),
        ("ARG V\nFROM python:${V}-slim", ""),
        ("ARG R\nFROM $R/python:3", ""),
        ("FROM python:3$UNDECLARED", "python:3"),
        ("ARG S\nFROM python:3${S:--slim}", "python:3-slim"),
        ("ARG D\nFROM python:3$D@sha256:00", "python:3@sha256:00"),
        ("ARG S\nFROM a AS x\nFROM x$S", "a"),
    ],
)
def test_base_image(text: str, base: str) -> None:
    assert base_image(parse(text.encode())) == base


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("FROM base-$TARGETARCH", "base-arm"),
        ("FROM base-$TARGETOS-$TARGETARCH$TARGETVARIANT", "base-linux-armv7"),
        ("FROM a AS made-arm\nFROM b AS made-amd64\nFROM made-${TARGETARCH}", "a"),
        ("FROM x:${BUILDPLATFORM//\\//-}", "x:linux-arm-v7"),
        ("ARG TARGETARCH=amd64\nFROM base-$TARGETARCH", "base-amd64"),
        ("FROM x:$TARGETSTAGE", "x:default"),
    ],
)
def test_what_a_builder_knows_of_its_platform(text: str, base: str) -> None:
    platform = Platform(os="linux", architecture="arm", variant="v7")
    assert base_image(parse(text.encode()), "", PlatformArguments({}, platform)) == base
    given = PlatformArguments({"TARGETARCH": "x"}, platform)
    assert base_image(parse(b"FROM base-$TARGETARCH"), "", given) == "base-x"


def test_a_stage_has_the_platform_that_it_declares() -> None:
    found = parse(b"FROM a\nARG TARGETARCH\nARG TARGETOS=plan9\nUSER u\n")
    *_, (_, last) = scoped(found, found.stages[0], PlatformArguments({}, Platform(architecture="arm64")))
    assert (last.lookup("TARGETARCH"), last.lookup("TARGETOS")) == ("arm64", "plan9")


def test_build_arguments_and_targets() -> None:
    found = parse(b"ARG T=12\nFROM debian:$T AS b\nFROM base-$TARGETARCH\n")
    assert base_image(found, "B", {"T": "13"}) == "debian:13"
    assert base_image(found, "0") == "debian:12"
    assert base_image(found, "", {"TARGETARCH": "arm64"}) == "base-arm64"
    with pytest.raises(DockerfileError, match="no stage 'c'"):
        base_image(found, "c")


def test_what_reaches_the_image() -> None:
    found = parse(
        b"FROM a AS unused\nFROM b AS copied\nFROM c AS mounted\nFROM d AS Base\nONBUILD COPY --from=triggered x y\n"
        b"FROM t AS triggered\nFROM e\nFROM base\nCOPY --from=Copied a b\nCOPY --from=nginx a b\nCOPY --from=5 a b\n"
        b"RUN --mount=type=bind,from=mounted,target=/x y\n"
    )
    assert [stage.index for stage in reaching(found)] == [1, 2, 3, 4, 5, 6]
    assert [stage.index for stage in reaching(found, "unused")] == [0]
    assert [stage.index for stage in lineage(found)] == [3, 6]
    assert [one.name for one in instructions_of(found.stages[3])] == ["FROM", "ONBUILD"]


def test_stages_that_copy_from_one_another_end() -> None:
    assert len(reaching(parse(b"FROM a AS x\nCOPY --from=y a b\nFROM b AS y\nCOPY --from=x a b"))) == 2


def test_scopes() -> None:
    found = parse(
        b"ARG G=g\nARG H=h\nFROM scratch AS one\nARG G\nARG X=1\nENV E=$G-$H E2=$E\nENV X=2\nFROM one\nARG D\nUSER u\n"
    )
    *_, (_, last) = scoped(found, found.stages[1], {"X": "9"})
    assert last.lookup("G") == "g"
    assert last.lookup("X") == "2"
    assert isinstance(last.lookup("E"), Unknown)
    assert isinstance(last.lookup("E2"), Unknown)
    assert last.lookup("D") is None


def test_a_base_image_may_set_anything() -> None:
    found = parse(b"FROM a\nARG D\nUSER u\n")
    *_, (_, last) = scoped(found, found.stages[0])
    assert isinstance(last.lookup("ANY"), Unknown)
    assert isinstance(expand("${ANY:-d}", last), Unknown)
    assert expand("${D:-d}", last) == "d"
