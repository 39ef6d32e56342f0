"""Proves changes of files: builds them before and after, scans both, and sets what was predicted beside what is there."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from garboard.builders.engine import Job
from garboard.builders.health import become_healthy
from garboard.builders.running import BuildError, quietly, run
from garboard.model.fix import Observed, Proof

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from garboard.builders.engine import BuildEngine, Words
    from garboard.model.action import IssueKey
    from garboard.model.fix import FileChange, Fixes

Scan = Callable[[str, bytes], "Collection[IssueKey]"]
"""Returns the issues of an image, given its reference and the Dockerfile that it was built from."""


class ProofMeans(NamedTuple):
    """What a proof is made with.

    Attributes:
        engine: what builds.
        dockerfile: its path.
        context: the folder that the build gets.
        scan: judges a built image.
        target: the stage that is built.
        build_args: names and values.
        pull: whether bases are fetched anew, as an action advised.
        options: further words for the builder.
        checks: shell commands that have to end well in the new image.
        healthcheck: whether the new image is started, and its own HEALTHCHECK has to pass.
        seconds: how long each command may take.
        progress: told what begins.
    """

    engine: BuildEngine
    dockerfile: Path
    context: Path
    scan: Scan
    target: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    pull: bool = False
    options: Words = ()
    checks: tuple[str, ...] = ()
    healthcheck: bool = False
    seconds: float = 1800
    progress: Callable[[str], None] = lambda text: None  # noqa: ARG005


def before(means: ProofMeans, data: bytes, predicted: frozenset[IssueKey]) -> Observed:
    """Build the files as they are, without a cache, and judge the image.

    Raises:
        BuildError: they do not build: then nothing can be said of a change.
    """
    means.progress("building the files as they are")
    with _built(means, ()) as image:
        return Observed(predicted=predicted, found=frozenset(means.scan(image.reference, data)))


def prove(fixes: Fixes, means: ProofMeans, earlier: Observed) -> Proof:
    """Build the changed files, judge the image, and run the checks in it; `before` gave ``earlier``."""
    proof = Proof(engine=means.engine.name, before=earlier)
    dockerfile = next((one.after for one in fixes.files if Path(one.file) == means.dockerfile), None)
    means.progress("building the changed files")
    try:
        with _built(means, fixes.files) as image:
            data = means.dockerfile.read_bytes() if dockerfile is None else dockerfile
            observed = Observed(predicted=fixes.left, found=frozenset(means.scan(image.reference, data)))
            proof = msgspec.structs.replace(proof, after=observed)
            if observed.unexpected:
                return msgspec.structs.replace(proof, failure=_still_there(observed))
            return msgspec.structs.replace(proof, checks=tuple(_checked(means, image.tag)))
    except BuildError as error:
        said = f"{error}" + (f"\n{error.hint}" if error.hint else "")
        return msgspec.structs.replace(proof, failure=said)


def compared(means: ProofMeans, earlier: Observed) -> Proof:
    """The proof of a new build of the files as they are."""
    return Proof(engine=means.engine.name, before=earlier, failure=_still_there(earlier) if earlier.unexpected else "")


def _still_there(observed: Observed) -> str:
    more = len(observed.unexpected) - 1
    name, _, source = observed.unexpected[0]
    return f"{name} of {source} is still there" + (f", and {more} more" if more else "")


def _checked(means: ProofMeans, tag: str) -> Iterator[str]:
    """The commands that ended well in an image."""
    for command in means.checks:
        means.progress(f"running {command}")
        try:
            for words in means.engine.run(tag, command):
                run(words, seconds=means.seconds, what=f"`{command}`")
        finally:
            for words in means.engine.after_run(tag):
                quietly(words)
        yield command
    if means.healthcheck:
        if means.engine.containers is None:
            raise BuildError(
                f"{means.engine.name} starts no images", "for --healthcheck, use --engine docker or podman"
            )
        means.progress("waiting for the HEALTHCHECK")
        become_healthy(means.engine.containers, tag, means.seconds)
        yield "HEALTHCHECK"


class _Image(NamedTuple):
    tag: str
    reference: str


@contextlib.contextmanager
def _built(means: ProofMeans, files: Sequence[FileChange]) -> Iterator[_Image]:
    """An image of the files with these changes, which is removed at the end, as is the copy that it was built from."""
    tag = f"localhost/garboard-proof:{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="garboard-proof-") as made:
        dockerfile, context = (means.dockerfile, means.context) if not files else _copied(means, files, Path(made))
        job = Job(
            tag=tag,
            dockerfile=str(dockerfile),
            context=str(context),
            target=means.target,
            build_args=means.build_args,
            options=means.options,
            pull=means.pull,
        )
        try:
            run(means.engine.build(job), seconds=means.seconds, what="the build")
            words, reference = means.engine.taken(tag, str(Path(made) / "image.tar"))
            if words:
                run(words, seconds=means.seconds, what="saving the image")
            yield _Image(tag, reference)
        finally:
            quietly(means.engine.remove(tag))


def _copied(means: ProofMeans, files: Sequence[FileChange], made: Path) -> tuple[Path, Path]:
    """The Dockerfile and the context with the changes, in a folder of their own: files that stay are linked where they can be."""
    context, root = made / "context", means.context.resolve()
    try:
        shutil.copytree(root, context, symlinks=True, copy_function=_linked)
    except (OSError, shutil.Error) as error:
        raise BuildError(f"{means.context} cannot be copied for a build", str(error)[:500]) from error
    own = means.dockerfile.resolve()
    if own.is_relative_to(root):
        dockerfile = context / own.relative_to(root)
    else:
        dockerfile = made / own.name
        shutil.copy2(own, dockerfile)
        beside = own.with_name(f"{own.name}.dockerignore")
        if beside.is_file():
            shutil.copy2(beside, made / beside.name)
    for one in files:
        changed = Path(one.file).resolve()
        target = dockerfile if changed == own else context / changed.relative_to(root)
        target.unlink()  # it may be a link to the file itself
        target.write_bytes(one.after)
        shutil.copystat(changed, target)
    return dockerfile, context


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
