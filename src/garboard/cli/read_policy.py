"""Finds the policy of a run: its file, the comments of the Dockerfile, and the options of the line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from garboard.cli import options as o
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.cli.params import Given
    from garboard.model.policy import Policy
    from garboard.policy.apply import Applied
    from garboard.workflows.attribute import Build

NAME: Final = "garboard.toml"
_MOST: Final = 4 * 1024 * 1024
_PLACES: Final = (".git", ".hg")
"""What lies in the topmost folder of a project: policies above it are another's."""


def applied(given: Given, build: Build) -> Applied | None:
    """What the options of `garboard.cli.options.TRIAGE` and the files that they stand for say; None if there is nothing.

    Raises:
        UsageError: the policy cannot be read, or has mistakes.
    """
    file = find(given)
    ignores = given[o.IGNORE]
    dockerfile = None if given[o.NO_POLICY] else build.dockerfile
    if dockerfile is not None and b"garboard:" in dockerfile.data:
        from garboard.policy import short_forms

        ignores = (*ignores, *short_forms.inline(dockerfile))
    if file is None and not ignores and not given[o.STAGE_POLICY]:
        return None
    from garboard.model.policy import Policy
    from garboard.policy.apply import Applied

    return Applied(
        policy=read(file) if file is not None else Policy(),
        stage=given[o.STAGE_POLICY] or "",
        ignores=ignores,
        target=_target(given, build),
    )


def _target(given: Given, build: Build) -> str:
    """The name of the stage that was built: the one that is asked for, else the last."""
    if given[o.TARGET]:
        return given[o.TARGET] or ""
    stages = build.dockerfile.stages if build.dockerfile else ()
    return stages[-1].name if stages else ""


def find(given: Given) -> Path | None:
    """The policy's file: the one that is named, else the nearest in the Dockerfile's folder, or the current one, or above.

    Raises:
        UsageError: the one that is named and --no-policy are both given.
    """
    if given[o.NO_POLICY]:
        if given.on_the_line(o.POLICY):
            raise UsageError("--policy names a policy, and --no-policy forbids it", "leave one of them out")
        return None
    named = given[o.POLICY]
    if named:
        return Path(named)
    dockerfile = given[o.FILE] if given.takes(o.FILE) else None
    start = Path(dockerfile).parent if dockerfile and dockerfile != "-" else Path()
    return above(start)


def above(start: Path) -> Path | None:
    """The nearest policy in a folder or above it, not above the project."""
    folder = start.absolute()
    for one in (folder, *folder.parents):
        if (one / NAME).is_file():
            try:
                return (one / NAME).relative_to(Path().absolute())
            except ValueError:
                return one / NAME
        if any((one / place).exists() for place in _PLACES):
            return None
    return None


def read(file: Path) -> Policy:
    """Read and check a policy.

    Raises:
        UsageError: it cannot be read.
        PolicyError: it has mistakes.
    """
    from garboard.policy.document import read as parse

    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST + 1)
        if len(data) > _MOST:
            raise UsageError(f"the policy {file} is larger than {_MOST} bytes", "split what it ignores by packages")
        return parse(data.decode("utf-8-sig"), str(file))
    except OSError as error:
        raise UsageError(f"the policy {file} cannot be read: {error.strerror}", "name it with --policy FILE") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the policy {file} is not UTF-8: {error}", "save it as UTF-8") from error
