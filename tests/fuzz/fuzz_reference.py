"""References are typed by people and copied from anywhere: every text is a reference or an `ImageError`, and what was
parsed spells itself.
"""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from garboard.image.reference import parse
from garboard.model.errors import ImageError
from tests.examples import examples
from tests.fuzz.mutation import Target

_SAFE = re.compile(r"[\x21-\x7e]+")
_PIECES = st.sampled_from(
    ["a", "A", "0", "-", "_", "__", ".", "..", "/", ":", "@", "[", "]", "localhost", "docker.io", "library", "sha256:",
     "0123456789abcdef" * 4, "\0", "\n", " ", "%2e", "ä", "\u0660"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=12).map("".join))


def check(text: str) -> None:
    try:
        found = parse(text)
    except ImageError:
        return
    assert _SAFE.fullmatch(found.canonical)
    assert not {"", ".", ".."} & set(found.repository.split("/"))
    assert parse(found.canonical) == found
    assert parse(found.familiar) == found


@given(TEXTS)
@examples(500)
def test_any_text(text: str) -> None:
    check(text)


TARGETS = (
    Target(
        "references",
        lambda data: check(data.decode("utf-8", "replace")),
        [b"localhost:5000/a/b:1", b"debian", b"docker.io/library/x@sha256:" + b"0" * 64, b"[::1]:5000/a:b"],
    ),
)
