"""Images of a Dockerfile's other stages: exactly the expected bytes, and names of stages are none."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.fixes.named_images import PutTogether
from garboard.fixes.stage_images import StageImage, moved, others
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

LAST = "FROM python:3.12\n"


def found(text: str, target: str = "", **args: str) -> list[str]:
    return [
        one.text if isinstance(one, PutTogether) else one.reference
        for one in others(parse(text.encode(), "Dockerfile"), target, args)
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FROM golang:1.20 AS build\nRUN a\nFROM scratch\nCOPY --from=build /a /a\n", ["golang:1.20"]),
        (LAST, []),
        ("FROM python:3.12 AS a\nFROM a AS b\nFROM b\nCOPY --from=a /x /x\nCOPY --from=0 /x /x\n", []),
        ("FROM scratch AS a\nFROM python:3.12\nCOPY --from=A /x /x\nCOPY --from=scratch / /\n", []),
        ("FROM a:1 AS x\nFROM python:3.12 AS y\nFROM b:1\n", ["a:1", "python:3.12"]),
        ("FROM $A AS x\nFROM python:3.12\nCOPY --from=$B /a /a\n", ["$A", "$B"]),
        (f"{LAST}COPY --from=b:1 /a /a\nADD --from=c:1 /a /a\n", ["b:1", "c:1"]),
        (f"{LAST}RUN --mount=type=cache,target=/a --mount=type=bind,from=b:1,target=/a x\n", ["b:1"]),
        (f"{LAST}RUN --mount='type=bind,\"from=b:1\",target=/a' x\n", ["b:1"]),
        (f"{LAST}ONBUILD COPY --from=b:1 /a /a\n", ["b:1"]),
        (f"{LAST}COPY a b\nRUN from=b:1 x\n", []),
    ],
)
def test_what_is_named(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_another_target_has_other_stages() -> None:
    text = "FROM a:1 AS x\nFROM b:1 AS y\n"
    assert found(text) == ["a:1"]
    assert found(text, "x") == ["b:1"]


def test_the_platform_of_a_stage() -> None:
    text = b"FROM --platform=$BUILDPLATFORM a:1 AS x\nFROM b:1\n"
    (one,) = others(parse(text, "Dockerfile"), "", {"BUILDPLATFORM": "linux/arm64"})
    assert isinstance(one, StageImage)
    assert one.platform == "linux/arm64"
    assert one.use == " in stage x, which the image does not start from"


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("FROM golang:1.20 AS build # a\nFROM golang:1.21\n".replace(" # a", ""), "golang:1.20 ", "golang:1.22 "),
        ("ARG V=1.20\nFROM golang:$V AS build\nFROM scratch\n", "V=1.20", "V=1.22"),
        (f"{LAST}COPY --chown=1 --from=golang:1.20 /a /a\r\n# é\r\n", "golang:1.20", "golang:1.22"),
        (f"{LAST}copy --from=docker.io/library/golang:1.20 /a /a\n", "golang:1.20", "golang:1.22"),
        (f'{LAST}COPY --from="golang:1.20" /golang:1.20 /a\n', '"golang:1.20"', '"golang:1.22"'),
        (
            f"{LAST}RUN --mount=type=bind,from=golang:1.20,target=/golang:1.20 \\\n  golang:1.20\n",
            "from=golang:1.20",
            "from=golang:1.22",
        ),
        (f"{LAST}RUN --mount=from=golang:1.20 x\n", "golang:1.20", "golang:1.22"),
        (f"{LAST}ONBUILD COPY --from=golang:1.20 /a /a\n", "golang:1.20", "golang:1.22"),
    ],
)
def test_every_other_byte_stays(text: str, old: str, new: str) -> None:
    dockerfile = parse(text.encode(), "Dockerfile")
    (one,) = others(dockerfile, "", {})
    assert isinstance(one, StageImage)
    splice = moved(dockerfile, one, {}, "golang:1.22")
    assert spliced(dockerfile.data, (splice,)).decode() == text.replace(old, new)


def test_one_of_two_in_a_line() -> None:
    text = f"{LAST}RUN --mount=from=a:1,target=/a --mount=from=a:1,target=/b x\n"
    dockerfile = parse(text.encode(), "Dockerfile")
    first, second = others(dockerfile, "", {})
    assert isinstance(first, StageImage)
    assert isinstance(second, StageImage)
    both = (moved(dockerfile, first, {}, "a:2"), moved(dockerfile, second, {}, "a:2"))
    assert spliced(dockerfile.data, both).decode() == text.replace("a:1", "a:2")


@pytest.mark.parametrize("reference", ["a:2 b", "a:2,target=/", "x\nRUN y", "b", "$A"])
def test_what_would_say_something_else_is_refused(reference: str) -> None:
    dockerfile = parse(b"FROM scratch AS b\nFROM c:1\nRUN --mount=from=a:1,target=/a x\n", "Dockerfile")
    one = next(each for each in others(dockerfile, "", {}) if isinstance(each, StageImage))
    with pytest.raises(CannotEdit):
        moved(dockerfile, one, {}, reference)
