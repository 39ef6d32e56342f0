"""What a HEALTHCHECK runs, and how long it may take, as an image's configuration says."""

from __future__ import annotations

import msgspec
import pytest

from garboard.builders.engine import ContainerWords, Words
from garboard.builders.health import Healthcheck, become_healthy
from garboard.builders.running import BuildError


@pytest.mark.parametrize(
    ("stated", "words", "seconds"),
    [
        (
            '{"Test": ["CMD-SHELL", "curl -f localhost || exit 1"]}',
            ("/bin/sh", "-c", "curl -f localhost || exit 1"),
            90,
        ),
        ('{"Test": ["CMD", "ask", "it"], "Interval": 2000000000, "Retries": 5}', ("ask", "it"), 10),
        ('{"Test": ["CMD", "a"], "Interval": 1000000000, "StartPeriod": 60000000000}', ("a",), 63),
        ('{"Test": ["CMD", "a"], "Interval": 1000000}', ("a",), 5),
        ('{"Test": ["NONE"]}', (), 90),
        ("{}", (), 90),
    ],
)
def test_what_is_stated(stated: str, words: Words, seconds: float) -> None:
    check = msgspec.json.decode(stated, type=Healthcheck)
    assert (check.words, check.seconds) == (words, seconds)


def words(stated: str, check: str, state: str = "echo true") -> ContainerWords:
    return ContainerWords(
        start=lambda tag: ("true",),
        healthcheck=lambda tag: ("echo", stated),
        inside=lambda tag, words: ("sh", "-c", check),
        running=lambda tag: ("sh", "-c", state),
        logs=lambda tag: ("echo", "the end of", tag),
        stop=lambda tag: ("true",),
    )


CHECK = '{"Test": ["CMD", "a"]}'


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (words("null", "true"), "has no HEALTHCHECK"),
        (words('{"Test": ["NONE"]}', "true"), "has no HEALTHCHECK"),
        (words('{"Test": 1}', "true"), "cannot be read"),
        (words(CHECK, "false", "echo false"), "ended before"),
        (words(CHECK, "false"), "did not pass in 3 seconds"),
    ],
)
def test_what_is_not_healthy(given: ContainerWords, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        become_healthy(given, "x:1", 3)


def test_what_is_healthy() -> None:
    become_healthy(words(CHECK, "true"), "x:1", 10)
