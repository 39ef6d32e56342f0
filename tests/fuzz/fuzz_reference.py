"""References are typed by people and copied from anywhere: every text is a reference or an `ImageError`, and what was
parsed spells itself. Run alone, it tries random texts for a minute.
"""

from __future__ import annotations

import re
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from garboard.image.reference import parse
from garboard.model.errors import ImageError

_SAFE = re.compile(r"[\x21-\x7e]+")
_PIECES = st.sampled_from(
    ["a", "A", "0", "-", "_", "__", ".", "..", "/", ":", "@", "[", "]", "localhost", "docker.io", "library", "sha256:",
     "0123456789abcdef" * 4, "\0", "\n", " ", "%2e", "ä", "\u0660"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=12).map("".join))


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_any_text(text: str) -> None:
    try:
        found = parse(text)
    except ImageError:
        return
    assert _SAFE.fullmatch(found.canonical)
    assert not {"", ".", ".."} & set(found.repository.split("/"))
    assert parse(found.canonical) == found
    assert parse(found.familiar) == found


if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 60)
    while time.monotonic() < end:
        test_any_text()
