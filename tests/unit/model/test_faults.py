"""What a person reads of an exception that reading a damaged file raised."""

import json
import tomllib

import msgspec
import pytest

from garboard.model.faults import worded


class _Lock(msgspec.Struct):
    packages: dict[str, dict[str, int]]


def _raised(action):
    try:
        action()
    except Exception as error:  # noqa: BLE001
        return worded(error)
    raise AssertionError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it ends too early"),
        ("[1]", "it is a list and not a table"),
        ("{}", "it has no packages"),
        ('{"packages": [1]}', "packages is a list and not a table"),
        ('{"packages": {"a": 1}}', "packages[...] is a number and not a table"),
        ("{,", "JSON is malformed: object keys must be strings (byte 1)"),
    ],
)
def test_of_what_msgspec_says(text, words):
    assert _raised(lambda: msgspec.json.decode(text, type=_Lock)) == words


OTHER = "a part of it is not of the form that is known"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: json.loads("[]").items(), OTHER),
        (lambda: json.loads("{}")["name"], "it has no name"),
        (lambda: json.loads("[]")[1], OTHER),
        (lambda: "x" + 1, OTHER),
        (lambda: float("x"), OTHER),
        (b"\xff".decode, "it is not text in the encoding that it should be in"),
        (lambda: json.loads("[" * 100_000), "it is nested too deeply"),
        (lambda: tomllib.loads("a ="), "Invalid value (at end of document)"),
    ],
)
def test_of_what_python_says(action, words):
    assert _raised(action) == words
