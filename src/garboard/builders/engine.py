"""What a builder's command line is asked: words to run, without running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

Words = tuple[str, ...]


class Job(NamedTuple):
    """One build.

    Attributes:
        tag: how the image is named, for as long as it is needed.
        dockerfile: its path.
        context: the folder that the builder gets.
        target: the stage; empty for the last one.
        build_args: names and values.
        options: further words for the builder's command line.
        pull: whether bases are fetched anew where they changed.
    """

    tag: str
    dockerfile: str
    context: str
    target: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    options: Words = ()
    pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEngine:
    """A builder.

    Attributes:
        name: of its program.
        ask: words that end well if it is there and can work.
        build: words that build without what earlier builds kept.
        taken: words that write an image to an archive, and how that is named to a scan; no words if it need not be written.
        run: words that run a shell command in an image, without a network, one after the other.
        remove: words that remove an image.
        after_run: words that clear away what ``run`` left, however it ended.
    """

    name: str
    ask: Words
    build: Callable[[Job], Words]
    taken: Callable[[str, str], tuple[Words, str]]
    run: Callable[[str, str], tuple[Words, ...]]
    remove: Callable[[str], Words]
    after_run: Callable[[str], tuple[Words, ...]] = field(default=lambda tag: ())  # noqa: ARG005


def options_of(job: Job) -> Words:
    """What every builder spells alike: file, stage, arguments, tag, and the folder last."""
    words = ["--file", job.dockerfile, "--tag", job.tag, "--no-cache"]
    if job.target:
        words += ["--target", job.target]
    for name, value in job.build_args:
        words += ["--build-arg", f"{name}={value}"]
    return (*words, *job.options, job.context)
