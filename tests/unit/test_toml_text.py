"""TOML of strangers: deep keys are refused before they cost anything, and all that is real is read."""

from __future__ import annotations

import tomllib

import pytest

from garboard import toml_text

DEEP = "a." * 100_000


@pytest.mark.parametrize(
    "text",
    [
        f"{DEEP}a = 1",
        f"[{DEEP}a]",
        f"x = {{{DEEP}a = 1}}",
        f"[[ {DEEP}a ]]",
        '"a" . ' * 100_000 + "b = 1",
        f"x = 1\r\n{DEEP}a=1",
    ],
    ids=["a key", "a table", "in a table", "an array", "in quotes", "behind CRLF"],
)
def test_what_is_too_deep(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match="deeper than 200"):
        toml_text.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c = 1",
        f"x = '{'.' * 1000}'",
        "x = [" + "1.5, " * 1000 + "2.5]",
        "x = '''\n" + "One. Two, three.\n" * 500 + "'''",
        "\n".join(f"k{number}.a.b = '1.2.3'" for number in range(500)),
    ],
)
def test_what_is_real(text: str) -> None:
    assert toml_text.loads(text) == tomllib.loads(text)
