"""What a builder's command line is asked: words to run, without running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Words = tuple[str, ...]
_ALONE: Final = ("--network", "none")


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
class ContainerWords:
    """How an engine starts an image that it built, by the image's name, as its only container of it.

    Attributes:
        start: words that start it as it is meant to run, without a network, and do not wait for its end.
        healthcheck: words that say its HEALTHCHECK as JSON.
        inside: words that run a command in it.
        running: words that say ``true`` while it runs.
        logs: words that say what it said.
        stop: words that end and remove it.
    """

    start: Callable[[str], Words]
    healthcheck: Callable[[str], Words]
    inside: Callable[[str, Words], Words]
    running: Callable[[str], Words]
    logs: Callable[[str], Words]
    stop: Callable[[str], Words]


def container_name(tag: str) -> str:
    """The name of an image's only container."""
    return tag.replace("/", "-").replace(":", "-")


def containers(program: str, healthcheck: str) -> ContainerWords:
    """The words of a program that takes Docker's; ``healthcheck`` is where it has that of an image."""
    name = container_name
    detached = (program, "run", "--detach", *_ALONE, "--no-healthcheck", "--name")
    return ContainerWords(
        start=lambda tag: (*detached, name(tag), tag),
        healthcheck=lambda tag: (program, "image", "inspect", "--format", f"{{{{json {healthcheck}}}}}", tag),
        inside=lambda tag, words: (program, "exec", name(tag), *words),
        running=lambda tag: (program, "container", "inspect", "--format", "{{.State.Running}}", name(tag)),
        logs=lambda tag: (program, "logs", name(tag)),
        stop=lambda tag: (program, "rm", "--force", "--volumes", name(tag)),
    )


def in_container(program: str, tag: str, command: str) -> tuple[Words, ...]:
    """Words that run a shell command in an image's only container, by a program that takes Docker's."""
    return ((program, "run", "--rm", "--name", container_name(tag), *_ALONE, "--entrypoint", "sh", tag, "-c", command),)


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
        containers: how it starts images; None if it only builds.
    """

    name: str
    ask: Words
    build: Callable[[Job], Words]
    taken: Callable[[str, str], tuple[Words, str]]
    run: Callable[[str, str], tuple[Words, ...]]
    remove: Callable[[str], Words]
    after_run: Callable[[str], tuple[Words, ...]] = field(default=lambda tag: ())  # noqa: ARG005
    containers: ContainerWords | None = None


def options_of(job: Job) -> Words:
    """What every builder spells alike: file, stage, arguments, tag, and the folder last."""
    words = ["--file", job.dockerfile, "--tag", job.tag, "--no-cache"]
    if job.target:
        words += ["--target", job.target]
    for name, value in job.build_args:
        words += ["--build-arg", f"{name}={value}"]
    return (*words, *job.options, job.context)
