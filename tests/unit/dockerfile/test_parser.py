from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction, PieceKind


def only(text: str) -> Instruction:
    return parse(f"FROM a\n{text}".encode()).stages[0].instructions[0]


def joined(dockerfile: Dockerfile) -> bytes:
    return b"".join(dockerfile.written(piece.span) for piece in dockerfile.pieces)


def test_every_byte_is_in_a_piece() -> None:
    data = b"\xef\xbb\xbf# syntax=x\r\n\r\n# c\nFROM a\r\n  RUN \xff\xc3\xa9 \\\n # c\n\n  b\n\n"
    found = parse(data)
    assert joined(found) == data
    assert [piece.kind.value for piece in found.pieces if piece.kind is not PieceKind.SPACE] == [
        "bom", "directive", "comment", "instruction", "instruction",
    ]  # fmt: skip
    run = found.stages[0].instructions[0]
    assert found.written(run.span) == b"RUN \xff\xc3\xa9 \\\n # c\n\n  b"
    assert (run.span.line, run.span.column, run.span.last_line) == (5, 3, 8)
    assert run.values == ("\ufffdé   b",)


def test_directives() -> None:
    found = parse(b"# Syntax = docker/dockerfile:1 \n#escape=`\n# check=skip=all\nFROM a\nRUN c:\\ `\n b\n")
    assert [(one.name, one.value) for one in found.directives] == [
        ("syntax", "docker/dockerfile:1"), ("escape", "`"), ("check", "skip=all"),
    ]  # fmt: skip
    assert found.stages[0].instructions[0].values == ("c:\\  b",)


@pytest.mark.parametrize("before", ["# a comment\n", "\n", "# other=x\n"])
def test_a_directive_comes_first_or_is_a_comment(before: str) -> None:
    found = parse(f"{before}# escape=`\nFROM a\nRUN a \\\n b\n".encode())
    assert found.escape == "\\"
    assert found.stages[0].instructions[0].values == ("a  b",)


def test_an_escaped_escape_continues_nothing() -> None:
    assert only("RUN a \\\\\nRUN b").values == ("a \\\\",)


def test_heredocs() -> None:
    run = only("RUN cat <<A 3<<-\"B\" << 'C'\nFROM not-a-stage\nA\n\tb\n\tB\n$c\nC\nUSER x")
    assert [(one.name, one.content, one.text, one.expand, one.strip_tabs, one.descriptor) for one in run.heredocs] == [
        ("A", "FROM not-a-stage\n", "FROM not-a-stage\n", True, False, 0),
        ("B", "\tb\n", "b\n", False, True, 3),
        ("C", "$c\n", "$c\n", False, False, 0),
    ]
    assert run.span.last_line == 8
    assert only("COPY <<a <<b /x/\n1\na\n2\nb\n").heredocs[1].content == "2\n"


@pytest.mark.parametrize(
    "text",
    ["RUN echo '<<E'", "RUN cat <<<x", "RUN echo $((1 << 2))", 'CMD ["<<E"]', "ENV a=<<E", 'RUN ["<<E"]', "CMD <<E"],
)
def test_no_heredoc(text: str) -> None:
    assert only(text).heredocs == ()


def test_flags() -> None:
    copy = only("COPY --from=b --link --chown='a b' -- --x y")
    assert [(flag.name, flag.value) for flag in copy.flags] == [("from", "b"), ("link", None), ("chown", "a b")]
    assert copy.values == ("--x", "y")
    run = only("RUN --mount=type=cache,target=/x \\\n --network=none apt-get -y --z")
    assert [flag.name for flag in run.flags] == ["mount", "network"]
    assert run.values == ("apt-get -y --z",)
    assert only('ADD --checksum="sha256:a" --new-flag=1 u /').flag("new-flag") == "1"


def test_exec_and_shell_forms() -> None:
    assert only('CMD ["a", "\\u00e9\\n"]').exec_form == ("a", "é\n")
    assert only("CMD []").exec_form == ()
    assert only("CMD ['a']").exec_form is None
    assert only('RUN ["a"] b').values == ('["a"] b',)
    assert only('HEALTHCHECK --interval=3s CMD ["a"]').values == ("CMD", "a")


def test_assignments() -> None:
    def pairs(text: str) -> list[tuple[str, str | None]]:
        return [(one.name, one.value) for one in only(text).assignments]

    assert pairs("ENV k  v  w") == [("k", "v  w")]
    assert pairs("ENV a=\"b c\" d='e' f=g\\ h") == [("a", '"b c"'), ("d", "'e'"), ("f", "g\\ h")]
    assert pairs('ARG a b=c "d"') == [("a", None), ("b", "c"), ('"d"', None)]
    assert pairs("LABEL a.b=c") == [("a.b", "c")]


def test_onbuild_holds_an_instruction() -> None:
    one = only("onbuild Copy --from=x <<E /a\nhi\nE")
    assert one.name == "ONBUILD"
    assert one.trigger is not None
    assert (one.trigger.name, one.trigger.flag("from"), one.trigger.span.column) == ("COPY", "x", 9)
    assert one.trigger.heredocs[0].content == "hi\n"


def test_stages() -> None:
    found = parse(b"ARG V=1 W\nFROM --platform=$BUILDPLATFORM a:$V as Build\nUSER b\nFROM build\n")
    assert [one.name for one in found.arguments] == ["V", "W"]
    first, second = found.stages
    assert (first.name, first.base.text, first.platform, len(first.instructions)) == (
        "Build",
        "a:$V",
        "$BUILDPLATFORM",
        1,
    )
    assert found.written(first.base.span) == b"a:$V"
    assert (second.index, second.name, second.origin.keyword) == (1, "", "FROM")


@pytest.mark.parametrize(
    ("text", "line", "column", "says", "hint"),
    [
        ("FROM a\nRNU x", 2, 1, "unknown instruction RNU", "did you mean RUN?"),
        ("FROM a\n  xyzzy", 2, 3, "unknown instruction", "lack a \\"),
        ("", 1, 1, "no FROM", "FROM debian:12"),
        ("ARG a", 1, 5, "no FROM", ""),
        ("RUN a\nFROM b", 1, 1, "RUN before the first FROM", "ARG"),
        ("FROM a\nRUN cat <<E\n", 2, 9, "heredoc 'E' does not end", "write E alone"),
        ("FROM a\nSHELL sh -c", 2, 7, "JSON", '["/bin/bash", "-c"]'),
        ('FROM a\nCMD ["a", 1]', 2, 5, "more than strings", "quote"),
        ("FROM", 1, 1, "FROM without an image", "scratch"),
        ("FROM a b", 1, 8, "FROM takes", "AS NAME"),
        ("FROM a AS 1x", 1, 11, "no name for a stage", "letter"),
        ("# escape=x\nFROM a", 1, 1, "escape character cannot be 'x'", "`"),
        ("# escape=`\n# escape=`\nFROM a", 2, 1, "second escape", "one"),
        ("FROM a\nENV a=b c", 2, 9, "no = in 'c'", "quote"),
        ("FROM a\nENV a", 2, 5, "without a value", "a=VALUE"),
        ("FROM a\nCOPY x", 2, 1, "without a destination", "SOURCE"),
        ("FROM a\nCOPY a <<E\nE", 2, 1, "into a heredoc", "source"),
        ("FROM a\nHEALTHCHECK x", 2, 13, "CMD or NONE", ""),
        ("FROM a\nONBUILD FROM b", 2, 9, "cannot trigger FROM", ""),
        ("FROM a\nONBUILD", 2, 1, "ONBUILD without", ""),
        ("FROM a\nARG", 2, 1, "ARG without", ""),
        ("FROM a\nWORKDIR ", 2, 1, "WORKDIR without", ""),
    ],
)  # fmt: skip
def test_errors_show_the_place(text: str, line: int, column: int, says: str, hint: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text.encode(), "x/Dockerfile")
    error = caught.value
    assert (error.line, error.column, error.exit_code) == (line, column, 2)
    assert error.message.startswith(f"x/Dockerfile:{line}:{column}: ")
    assert says in error.message
    assert "^" in error.message.splitlines()[-1]
    assert hint in error.hint


def test_the_caret_stands_below() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(b"FROM a\n\tENV a=b \x1b[31mc")
    _, shown, caret = caught.value.message.splitlines()
    assert "\x1b" not in shown
    assert shown[caret.index("^")] == "\ufffd"


@pytest.mark.parametrize(
    "text",
    ["run", "CMD", "ENTRYPOINT", "EXPOSE 80", 'VOLUME ["/a"]', "STOPSIGNAL 9", "MAINTAINER a", "USER a", "LABEL a b",
     "ONBUILD WHAT x", "RUN --security=insecure x", "ADD a b", "RUN a \\", "RUN a \\\n\n\n# c", "WORKDIR a b"],
)  # fmt: skip
def test_tolerated(text: str) -> None:
    assert only(text).name == text.split(maxsplit=1)[0].upper()
