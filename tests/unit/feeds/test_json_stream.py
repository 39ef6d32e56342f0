import json
import random

import pytest

from garboard.feeds.readers.json_stream import split
from garboard.model.errors import FeedError


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_values_at_the_asked_depth_come_with_their_path():
    text = b'{"a": {"x": 1, "y": [2, {"z": "]}"}]}, "b": [true, null], "c": "text", "d": {}}'
    found = [(path, json.loads(data)) for path, data in split([text], 2)]
    assert found == [
        (("a", "x"), 1),
        (("a", "y"), [2, {"z": "]}"}]),
        (("b", 0), True),
        (("b", 1), None),
        (("c",), "text"),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_where_the_chunks_are_cut_does_not_matter(size, monkeypatch):
    monkeypatch.setattr("garboard.feeds.readers.json_stream.MIN_FILL", 1)
    document = {'key "\\': {"nested": ['{"', "\\", "é\u2028"]}, "n": -1.5e3, "list": [[1, 2], {"a": {}}]}
    text = json.dumps(document, indent=1, ensure_ascii=False).encode()
    assert {path: json.loads(data) for path, data in split(pieces(text, size), 1)} == {
        (key,): value for key, value in document.items()
    }


def test_against_a_whole_decoder_on_random_documents(monkeypatch):
    monkeypatch.setattr("garboard.feeds.readers.json_stream.MIN_FILL", 1)
    rng = random.Random(7)  # repeatable, not secret

    def value(depth: int):
        kind = rng.randrange(6 if depth else 4)
        if kind == 4:
            return [value(depth - 1) for _ in range(rng.randrange(4))]
        if kind == 5:
            return {f'k{n}\\"{{': value(depth - 1) for n in range(rng.randrange(4))}
        return [rng.random(), 'a"b\\}]', None, rng.randrange(99)][kind]

    for _ in range(300):
        document = {"top": value(4), "other": value(3)}
        text = json.dumps(document).encode()
        assert {p[0]: json.loads(d) for p, d in split(pieces(text, rng.randrange(1, 9)), 1)} == document


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a"',
        b'{"a" 1}',
        b'{"a":}',
        b'{"a":1,}',
        b'{"a":1 "b":2}',
        b'{"a":"',
        b'{"a":[1,2}',
        b"{}x",
        b"[1",
        b"{1:2}",
        b'{"a":{"b":[}',
    ],
)
def test_broken_text_is_a_feed_error_that_names_the_place(text):
    with pytest.raises(FeedError, match="at byte"):
        list(split([text], 2))


def test_a_value_beyond_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr("garboard.feeds.readers.json_stream.VALUE_BYTES", 1000)
    monkeypatch.setattr("garboard.feeds.readers.json_stream.MIN_FILL", 100)
    for text in (b'{"a": "' + b"x" * 5000 + b'"}', b'{"a": [' + b"1," * 5000 + b"1]}", b'{"a": ' + b"1" * 5000 + b"}"):
        with pytest.raises(FeedError, match="a value of more than"):
            list(split(pieces(text, 100), 1))


def test_deep_nesting_is_no_recursion():
    text = b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    ((path, data),) = split([text], 1)
    assert path == ("a",)
    assert len(data) == 400_000
