"""Laws: the pieces of a Dockerfile join to its bytes; what is written from a grammar is what is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image
from garboard.model.dockerfile import DockerfileError

_FRAGMENTS = st.sampled_from(
    [b"FROM a\n", b"RUN x \\\n", b"# c\n", b"\n", b"\r\n", b" ", b"\t", b"<<E", b"E\n", b"'", b'"', b"# escape=`\n", b"`\n", b"\xef\xbb\xbf",
     b"\xff", "é\u3000".encode(), b"ONBUILD ", b'CMD ["a"]\n', b"COPY --from=a b c", b"ENV a=b ", b"ARG $X ", b"${", b"}"]
)  # fmt: skip
DATA = st.one_of(st.binary(max_size=60), st.lists(_FRAGMENTS, max_size=14).map(b"".join))


def check_place(error: DockerfileError, data: bytes) -> None:
    assert 1 <= error.line <= data.count(b"\n") + 1


@given(DATA, st.booleans())
def test_pieces_join_to_the_input(data: bytes, started: bool) -> None:
    data = b"FROM a\n" + data if started else data
    try:
        found = parse(data)
    except DockerfileError as error:
        check_place(error, data)
        return
    assert b"".join(found.written(piece.span) for piece in found.pieces) == data
    for one in found.instructions:
        assert (
            found.written(one.span).decode("utf-8", "replace") == one.original or b"\xff" in data or not data.isascii()
        )
        assert one.original.startswith(one.keyword)
        assert all(
            one.span.start <= argument.span.start <= argument.span.end <= one.span.end for argument in one.arguments
        )
    base_image(found)


_WORD = st.from_regex(r"[a-z][a-z0-9./:_-]{0,8}", fullmatch=True)
_BREAK = st.sampled_from([" ", "  ", " \\\n ", " \\\n# comment\n ", " \\\n\n\t", "\t", " \\  \r\n "])


@st.composite
def _instruction(draw: st.DrawFn) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """The text of an instruction; its name, the words of its arguments, and the contents of its heredocs."""
    name = draw(st.sampled_from(["RUN", "COPY", "ADD", "EXPOSE", "VOLUME", "CMD", "USER"]))
    words = tuple(draw(st.lists(_WORD, min_size=2, max_size=5)))
    keyword = "".join(draw(st.sampled_from([one, one.lower()])) for one in name)
    flag = draw(st.sampled_from(["", "--chown=a:b", "--mount=type=cache,target=/x"])) if name in ("RUN", "COPY") else ""
    bodies: list[str] = []
    before = ""
    after = ""
    for index in range(draw(st.integers(0, 2)) if name in ("RUN", "COPY", "ADD") else 0):
        body = draw(st.sampled_from(["", "FROM x\n", "a \\\n", "# c\n\n", "\tE\n"]))
        before += f"<<'E{index}' "
        after += f"{body}E{index}\n"
        bodies.append(body)
    parts = [keyword, *([flag] if flag else []), *before.split(), *words]
    text = parts[0] + "".join(draw(_BREAK) + part for part in parts[1:])
    return f"{text}\n{after}", name, (*before.split(), *words), tuple(bodies)


@given(st.lists(_instruction(), max_size=6), st.sampled_from(["", "\n", "# c\n", "  \n"]))
def test_what_was_written_is_read(
    written: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]], between: str
) -> None:
    found = parse(("FROM a\n" + "".join(between + one[0] for one in written)).encode()).stages[0].instructions
    assert [one.name for one in found] == [one[1] for one in written]
    for one, (_, _, words, bodies) in zip(found, written, strict=True):
        assert tuple(" ".join(one.values).split()) == words
        assert tuple(heredoc.content for heredoc in one.heredocs) == bodies
