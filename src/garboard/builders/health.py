"""Starts an image, without a network, and runs its HEALTHCHECK in it until that passes.

The check is run by hand each second, not at the image's own pace, in the time that the image grants itself.

Source: https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

import time
from typing import Annotated, Final

import msgspec

from garboard.builders.engine import ContainerWords, Words
from garboard.builders.running import BuildError, quietly, run, said
from garboard.model.base import Value

_SECOND: Final = 1_000_000_000
_OFTEN: Final = 1.0
"""Seconds between two runs of the check."""
_ASKING: Final = 60.0
_LEAST: Final = 5.0


class Healthcheck(Value, rename="pascal"):
    """What an image's configuration says; times are in nanoseconds, and 0 is the default."""

    test: tuple[str, ...] = ()
    interval: Annotated[int, msgspec.Meta(ge=0)] = 0
    retries: Annotated[int, msgspec.Meta(ge=0)] = 0
    start_period: Annotated[int, msgspec.Meta(ge=0)] = 0

    @property
    def words(self) -> Words:
        """The check as a command; empty if there is none."""
        match self.test:
            case ("CMD-SHELL", text):
                return ("/bin/sh", "-c", text)
            case ("CMD", *words):
                return tuple(words)
            case _:
                return ()

    @property
    def seconds(self) -> float:
        """How long a container may take to become healthy."""
        interval, retries = self.interval or 30 * _SECOND, self.retries or 3
        return max(_LEAST, (self.start_period + interval * retries) / _SECOND)


def become_healthy(containers: ContainerWords, tag: str, seconds: float) -> None:
    """Start an image and wait until its HEALTHCHECK passes; the container is removed, however that ends.

    Raises:
        BuildError: it has no HEALTHCHECK, it does not start, it ends, or the check did not pass in its time.
    """
    check = _check(containers, tag)
    limit = min(seconds, check.seconds)
    try:
        run(containers.start(tag), seconds=seconds, what="starting the image")
        _passed(containers, tag, check.words, limit)
    finally:
        quietly(containers.stop(tag))


def _check(containers: ContainerWords, tag: str) -> Healthcheck:
    stated = said(containers.healthcheck(tag), seconds=_ASKING, what="asking for the HEALTHCHECK")
    try:
        check = msgspec.json.decode(stated.rpartition("\n")[2] or "null", type=Healthcheck | None)
    except msgspec.DecodeError as error:
        raise BuildError("the image's HEALTHCHECK cannot be read", str(error)) from error
    if check is None or not check.words:
        raise BuildError("the new image has no HEALTHCHECK", "leave out --healthcheck, or use --check")
    return check


def _passed(containers: ContainerWords, tag: str, words: Words, limit: float) -> None:
    end = time.monotonic() + limit
    while True:
        try:
            run(containers.inside(tag, words), seconds=limit, what="the HEALTHCHECK")
        except BuildError as error:
            last = error
        else:
            return
        if said(containers.running(tag), seconds=_ASKING, what="asking for the container").strip() != "true":
            raise BuildError("the image ended before its HEALTHCHECK passed", _logs(containers, tag)) from last
        if time.monotonic() > end:
            raise BuildError(f"the HEALTHCHECK did not pass in {limit:g} seconds", last.hint or last.message) from last
        time.sleep(_OFTEN)


def _logs(containers: ContainerWords, tag: str) -> str:
    """The end of what a container said; an engine writes it where the container did."""
    try:
        return said(containers.logs(tag), seconds=_ASKING, what="asking for the output")
    except BuildError as error:
        return error.message
